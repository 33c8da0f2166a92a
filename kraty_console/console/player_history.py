"""Players opened before, kept per game, and those that were pasted and wait to be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kraty_console.console.local_state import keep, kept_texts

RECENT: Final = 30
"""How many players are remembered."""


class PlayerHistory:
    """The players of one game, the last one first."""

    def __init__(self, path: Path) -> None:
        """Read what was kept at `path`."""
        self._path = path
        self.recent = kept_texts(path)[:RECENT]
        self.waiting: list[str] = []
        """Pasted with others and not opened yet; whether there are such players is not known."""

    def opened(self, player: str) -> None:
        """Remember a player that was found."""
        self.not_found(player)
        if self.recent[:1] == [player]:
            return
        self.recent[:] = [player, *(each for each in self.recent if each != player)][:RECENT]
        keep(self._path, self.recent)

    def queue(self, players: tuple[str, ...]) -> None:
        """Several players were pasted: the first is opened, the others wait to be."""
        self.waiting[:] = list(dict.fromkeys([*players, *self.waiting]))[:RECENT]

    def not_found(self, player: str) -> None:
        """Nobody has this id: it waits no more."""
        self.waiting[:] = [each for each in self.waiting if each != player]
