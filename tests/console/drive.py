"""Driving the console: pressing keys, waiting for what they lead to, reading the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.driver import Driver
from textual.keys import _character_to_key
from textual.pilot import Pilot

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.look import Status

SIZE = (120, 36)
SMALL = (80, 24)


class Hand:
    """A person at the keyboard of one console."""

    def __init__(self, app: KratyApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has been taken in."""
        for key in keys:
            self.send(key)
            await self._taken_in()

    async def type(self, text: str) -> None:
        """Type a text in one go."""
        for character in text:
            self.send(character)
        await self._taken_in()

    async def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self._driver.send_message(events.Paste(text))
        await self._taken_in()

    @property
    def _driver(self) -> Driver:
        driver = self.app._driver
        assert driver is not None
        return driver

    def send(self, key: str) -> None:
        """Press a key and do not wait for anything, as when keys are typed ahead."""
        name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
        character = key if len(key) == 1 else {"space": " ", "slash": "/", "full_stop": "."}.get(key)
        event = events.Key(name, character)
        event.set_sender(self.app)
        self._driver.send_message(event)

    async def _taken_in(self) -> None:
        """Wait until no message is under way between the widgets."""
        quiet = 0
        while quiet < 4:
            await asyncio.sleep(0)
            pumps = (self.app, *self.app.screen_stack, *self.app.screen.walk_children())
            quiet = 0 if any(pump.message_queue_size for pump in pumps) else quiet + 1

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the application run until something is so; fails with the screen's text when it never is."""
        try:
            async with asyncio.timeout(30):
                while not condition():
                    await self.pilot.pause()
        except TimeoutError:
            raise AssertionError(f"never came true; the screen:\n{self.text}") from None

    async def sees(self, *words: str) -> None:
        """Wait until all these words are on the screen."""

        def all_shown() -> bool:
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
        await self.until(lambda: self.app.bottom.look.player == player and self.app.bottom.look.status is Status.READY)
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is being asked for."""
        await self.until(
            lambda: (
                self.app.bottom.look.status is not Status.LOADING
                and not any(worker.is_running for worker in self.app.workers)
            )
        )
        await self.pilot.pause()

    async def sized(self, width: int, height: int) -> None:
        """Wait until everything has so many cells."""
        await self.until(lambda: all(screen.size == (width, height) for screen in self.app.screen_stack))

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def at(app: KratyApp, size: tuple[int, int] = SIZE) -> AsyncIterator[Hand]:
    """Sit down at a console; crashes of toasts and tooltips are seen too."""
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        hand = Hand(app, pilot)
        await hand.until(lambda: app.desk.me is not None or app.screen is not app.bottom)
        if app.screen is app.bottom:
            await hand.rest()
        yield hand
