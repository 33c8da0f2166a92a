"""An app with nothing in it but a dialog, dressed as the console is."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from kraty_console.console.stylesheets import stylesheets
from kraty_console.console.theme import DARK, THEMES, VARIABLE_DEFAULTS


class Host(App[None]):
    """`O` opens the dialog; what it answered is kept in `answers`."""

    CSS_PATH = [str(path) for path in stylesheets()]
    BINDINGS = [Binding("O", "open_dialog", "Open"), Binding("j", "beneath", "Beneath")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make: Any, theme: str = DARK) -> None:
        super().__init__()
        self.animation_level = "none"
        self.make = make
        self.answers: list[Any] = []
        self.beneath = 0
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        for line in range(40):
            yield Static(f"{line:>3}  what is beneath the dialog stays where it is · " * 2, markup=False)

    def action_open_dialog(self) -> None:
        screen: Screen[Any] = self.make()
        self.push_screen(screen, self.answers.append)

    def action_beneath(self) -> None:
        self.beneath += 1

    def type_at_once(self, *keys: str) -> None:
        """Put keys into the app's queue in one go, as a terminal does with what was typed ahead."""
        for key in keys:
            character = key if len(key) == 1 else None
            self.post_message(events.Key(key, character))


async def opened(pilot: Any) -> Any:
    """Open the dialog and wait until it listens."""
    await pilot.press("O")
    while not (hasattr(pilot.app.screen, "open") and pilot.app.screen.open):
        await pilot.pause()
    return pilot.app.screen
