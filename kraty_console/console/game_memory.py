"""What is kept of one game between sessions: the players opened in it, and the names of its events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kraty_console.console.local_state import keep, kept
from kraty_console.console.player_history import PlayerHistory
from kraty_console.domain.event_names import EventNames

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


class GameMemory:
    """Reads each file when it is first needed."""

    def __init__(self, folder: Path, game_id: str, environment: str, names: Mapping[str, str]) -> None:
        """
        Args:
            folder: Where such files are.
            game_id: Whose they are; empty while that is not known.
            environment: `live`, `test`, or another.
            names: The profile's own names of events, by id.
        """
        self._folder = folder
        self._file = f"{quote(game_id, safe='') or 'none'}-{environment}.json"
        self._names = names
        self._players: PlayerHistory | None = None
        self._event_names: EventNames | None = None

    @property
    def players(self) -> PlayerHistory:
        """Players opened before."""
        if self._players is None:
            self._players = PlayerHistory(self._folder / f"recent-{self._file}")
        return self._players

    @property
    def event_names(self) -> EventNames:
        """The names of events by their ids: the profile's table, and what was learned."""
        if self._event_names is None:
            self._event_names = EventNames.from_json(kept(self._folder / f"events-{self._file}"), self._names)
        return self._event_names

    def named(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot whose rows know the names of their events, if they are known; its own names are kept."""
        names = self.event_names
        if names.learn(snapshot):
            keep(self._folder / f"events-{self._file}", names.to_json())
        return names.label(snapshot)
