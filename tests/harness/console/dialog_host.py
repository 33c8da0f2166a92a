"""An app with nothing in it but a dialog, dressed as the console is."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from kraty_console.console.colours import DARK
from kraty_console.console.ordered_keys import PAUSE, KeysInOrder
from kraty_console.console.stylesheets import stylesheets
from kraty_console.console.theme import THEMES, VARIABLE_DEFAULTS
from tests.harness.console import idle
from tests.harness.console.frozen_seconds import freeze_seconds
from tests.harness.console.idle import wait_until_idle

LOOK = 2 * PAUSE
"""Seconds between two keys of a person who watches the screen."""


class Host(KeysInOrder[None]):
    """`O` opens the dialog; what it answered is kept in `answers`.

    Keys come `pace` seconds after the one before, as from a person who watches the screen; those `typed_at_once` do
    not.
    """

    CSS_PATH = [str(path) for path in stylesheets()]
    BINDINGS = [Binding("O", "open_dialog", "Open"), Binding("j", "beneath", "Beneath")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make: Any, theme: str = DARK) -> None:
        super().__init__()
        self.animation_level = "none"
        self.make = make
        self.answers: list[Any] = []
        self.beneath = 0
        self.pace = LOOK
        self._at_once: list[events.Key] = []
        self._typed_at = 0.0
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    async def on_mount(self) -> None:
        await self.on_descendant_focus()  # nothing on its first screen takes the focus; it takes keys all the same

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
            event = events.Key(key, key if len(key) == 1 else None)
            self._at_once.append(event)
            self.post_message(event)

    def pause(self) -> None:
        """Look at the screen before the next key."""
        self._typed_at = max(time.monotonic(), self._typed_at) + LOOK

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            pace = 0.0 if any(each is event for each in self._at_once) else self.pace
            before = self._typed_at if self._typed_at and pace < PAUSE else max(event.time, self._typed_at)
            event.time = self._typed_at = before + pace  # however long the machine took in between
        await super().on_event(event)


@asynccontextmanager
async def running(app: Host, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app with toasts and tooltips on, so that what they would break breaks here; its seconds stand still."""
    with freeze_seconds():
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
    await idle.until(pilot.app, condition)


async def typed(pilot: Pilot[None], text: str) -> None:
    """A text typed into the line that has the focus, at once."""
    line = pilot.app.focused
    assert isinstance(line, Input)
    line.insert_text_at_cursor(text)
    await wait_until_idle(pilot.app)
