"""An app with nothing in it but a dialog, dressed as the console is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from kraty_console.console.colours import DARK
from kraty_console.console.stylesheets import stylesheets
from kraty_console.console.theme import THEMES, VARIABLE_DEFAULTS
from tests.console import settling
from tests.console.seconds import seconds_stand_still
from tests.console.settling import settled


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
        lines = (f"{line:>3}  what is beneath stays where it is" for line in range(40))
        yield Static("\n".join(lines), markup=False)

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


@asynccontextmanager
async def running(app: Host, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app with toasts and tooltips on, so that what they would break breaks here; its seconds stand still."""
    with seconds_stand_still():
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            yield pilot


async def opened(pilot: Pilot[None], press: str | None = "O") -> Any:
    """Open the dialog, or take the one that is opening, and wait until it listens."""
    if press is not None:
        await pilot.press(press)
    await until(pilot, lambda: getattr(pilot.app.screen, "open", False))
    return pilot.app.screen


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until something holds."""
    await settling.until(pilot.app, condition)


async def typed(pilot: Pilot[None], text: str) -> None:
    """A text typed into the line that has the focus, at once."""
    line = pilot.app.focused
    assert isinstance(line, Input)
    line.insert_text_at_cursor(text)
    await settled(pilot.app)
