"""Driving the console: pressing keys, waiting for what they lead to, reading the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.driver import Driver
from textual.keys import _character_to_key
from textual.pilot import Pilot

from kraty_console.console.app import KratyApp
from kraty_console.console.dialog_flow import FLOWS
from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.ordered_keys import PAUSE
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.idle import until, wait_until_idle

LOOK = 2 * PAUSE
"""Seconds between two keys of a person who watches the screen."""

SIZE = (120, 36)
SMALL = (80, 24)


class ConsoleDriver:
    """A person at the keyboard of one console."""

    def __init__(self, app: KratyApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self._typed_at = 0.0
        self.drawn = 0
        """How often anything was drawn."""
        app.post_display_hook = self._count  # type: ignore[method-assign]

    def _count(self) -> None:
        self.drawn += 1

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has been taken in and looked at."""
        for key in keys:
            self.send(key, pause=LOOK)
            await wait_until_idle(self.app)

    async def type(self, text: str) -> None:
        """Type a text in one go."""
        for character in text:
            self.send(character)
        await wait_until_idle(self.app)

    async def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self._driver.send_message(events.Paste(text))
        await wait_until_idle(self.app)

    @property
    def _driver(self) -> Driver:
        driver = self.app._driver
        assert driver is not None
        return driver

    def send(self, key: str, pause: float = 0.0) -> None:
        """Press a key and do not wait for anything, as when keys are typed ahead; `pause`: seconds since the last."""
        name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
        character = key if len(key) == 1 else {"space": " ", "slash": "/", "full_stop": "."}.get(key)
        event = events.Key(name, character)
        before = self._typed_at if 0 < pause < PAUSE else max(event.time, self._typed_at)
        event.time = self._typed_at = before + pause  # however long the machine took in between
        event.set_sender(self.app)
        self._driver.send_message(event)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the application run until something is so; fails with the screen's text when it never is."""
        try:
            await until(self.app, condition)
        except TimeoutError:
            raise AssertionError(f"never came true; the screen:\n{self.text}") from None

    async def sees(self, *words: str) -> None:
        """Wait until all these words are on the screen."""

        looked_at: tuple[object, int] | None = None

        def all_shown() -> bool:
            nonlocal looked_at
            drawn, looked_at = looked_at, (self.app.screen, self.drawn)
            if drawn == looked_at:
                return False  # nothing was drawn since
            text = self.text
            return all(word in text for word in words)

        await self.until(all_shown)

    async def opened(self, kind: type[Dialog[object]] | None = None) -> None:
        """Wait until a dialog takes keys."""
        await self.until(
            lambda: isinstance(self.app.screen, kind or Dialog) and getattr(self.app.screen, "open", False) is True
        )

    async def closed(self) -> None:
        """Wait until no dialog is open."""
        await self.until(lambda: self.app.screen is self.app.bottom)

    async def looks_at(self, player: str) -> None:
        """Wait until this player has been read and is on screen."""
        await self.until(
            lambda: self.app.bottom.state.player == player and self.app.bottom.state.status is LoadStatus.READY
        )
        await self.rest()

    async def rest(self) -> None:
        """Wait until no request to the backend is pending; a dialog may still be open."""
        await self.until(
            lambda: (
                self.app.bottom.state.status is not LoadStatus.LOADING
                and all(worker.is_finished or worker.group == FLOWS for worker in self.app.workers)
            )
        )

    async def sized(self, width: int, height: int) -> None:
        """Wait until everything has so many cells."""
        await self.until(lambda: all(screen.size == (width, height) for screen in self.app.screen_stack))

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def at(app: KratyApp, size: tuple[int, int] = SIZE) -> AsyncIterator[ConsoleDriver]:
    """Sit down at a console; crashes of toasts and tooltips are seen too."""
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        console = ConsoleDriver(app, pilot)
        await console.until(
            lambda: (
                (app.workspace.me or app.workspace.access) is not None
                or app.screen is not app.bottom
                or app.bottom.state.status is LoadStatus.FAILED
            )
        )
        if app.screen is app.bottom:
            await console.rest()
        yield console
