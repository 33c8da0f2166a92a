"""Server calls for attempts and lobbies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kraty_console.client import server_routes as routes
from kraty_console.client.key_calls import CallGroup
from kraty_console.contract.play import AttemptProgressed, Finished
from kraty_console.contract.players import Lobby


class Attempts(CallGroup):
    """Progress and finish attempts (contract/SERVER.md#progress-and-finish); a studio's backend cannot start any."""

    async def progress(
        self,
        external_id: str,
        event_key: str,
        attempt_id: str,
        metrics: Mapping[str, float],
        *,
        mode: Literal["set", "increment"] = "set",
        key: str | None = None,
    ) -> AttemptProgressed:
        """Report metrics."""
        segments = {"externalPlayerId": external_id, "event": event_key, "attempt": attempt_id}
        body = {"mode": mode, "metrics": dict(metrics)}
        return await self._calls.write(AttemptProgressed, routes.PROGRESS, segments, body, key=key)

    async def finish(self, external_id: str, event_key: str, attempt_id: str, *, key: str | None = None) -> Finished:
        """End an attempt."""
        segments = {"externalPlayerId": external_id, "event": event_key, "attempt": attempt_id}
        return await self._calls.write(Finished, routes.FINISH, segments, key=key)


class Lobbies(CallGroup):
    """Lobbies created by the studio (contract/SERVER.md#lobbies)."""

    async def push(
        self,
        game_id: str,
        event_key: str,
        lobby_key: str,
        external_ids: Sequence[str],
        *,
        capacity: int | None = None,
        fill_bots: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Lobby:
        """Create the lobby with the studio's key `lobby_key`, or return the existing one."""
        body = {
            "key": lobby_key,
            "externalPlayerIds": list(external_ids),
            "capacity": capacity,
            "fillBots": fill_bots,
            "metadata": None if metadata is None else dict(metadata),
        }
        return await self._calls.write(Lobby, routes.PUSH_LOBBY, {"game": game_id, "event": event_key}, body)

    async def get(self, game_id: str, lobby_id: str) -> Lobby:
        """The current state of a lobby."""
        return await self._calls.read(Lobby, routes.LOBBY, {"game": game_id, "lobby": lobby_id})
