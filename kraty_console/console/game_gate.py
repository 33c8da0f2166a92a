"""Holds back requests about a game until the session tells the game."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraty_console.contract.errors import KratyError


class GameGate:
    """Shut while a sign-in is under way; then open, or refused with the error that the sign-in met."""

    def __init__(self) -> None:
        self.begin: Callable[[], None] | None = None
        """Starts the sign-in and shuts the gate; None for callers that sign in by themselves, as the commands do."""
        self._under_way: asyncio.Future[KratyError | None] | None = None

    @property
    def is_shut(self) -> bool:
        """A sign-in is under way."""
        return self._under_way is not None

    def shut(self) -> None:
        """A sign-in begins; one that is under way already goes on."""
        if self._under_way is None:
            self._under_way = asyncio.get_running_loop().create_future()

    def open(self) -> None:
        """A game was entered."""
        self._end(None)

    def refuse(self, error: KratyError) -> None:
        """The sign-in failed."""
        self._end(error)

    def _end(self, error: KratyError | None) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None and not under_way.done():
            under_way.set_result(error)

    async def settled(self) -> KratyError | None:
        """Wait until no sign-in is under way; the error that it met."""
        if self._under_way is None:
            return None
        return await asyncio.shield(self._under_way)

    async def passed(self) -> None:
        """Wait until a game is entered; a sign-in that failed before is begun again.

        Raises:
            KratyError: What the sign-in met.
        """
        if self._under_way is None and self.begin is not None:
            self.begin()
        if (error := await self.settled()) is not None:
            raise error
