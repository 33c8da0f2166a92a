"""Events that can be played now, in a game of the contract tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.troubled_game import HOUR, TroubledGame

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 50}


def define(world: TroubledGame, key: str, **options: Any) -> str:
    """An event that is open for an hour, or for as long as `window` says; the answer is the id of the window."""
    starts, ends = options.pop("window", (-HOUR, HOUR))
    bag = options.pop("window_metadata", None)
    event = {
        "name": key.title(),
        "metrics": [{"key": "laps", "target": 3}],
        "reward_policy": {"type": "fixed_bundle", "bundle": {"entries": [GOLD]}},
        **options,
    }
    now = world.backend.clock.ms

    async def work(tx: Transaction) -> str:
        await catalog.put_event(tx, world.context(), key, **event)
        window = await catalog.put_window(
            tx, world.context(), key, starts_at=now + starts, ends_at=now + ends, metadata=bag
        )
        return str(window.window_id)

    return world.backend.run(work)


def arena(world: TroubledGame, key: str = "arena", *, capacity: int = 2, **more: Any) -> str:
    """An event with lobbies."""
    return define(world, key, leaderboard_mode=lobbies.MODE, capacity=capacity, more=more)


def begin(world: TroubledGame, event_key: str, player: str = "alice") -> str:
    """The id of an attempt that the player started."""

    async def work(tx: Transaction) -> str:
        started = await attempts.start(tx, world.context(), player, event_key)
        return str(started.data["attempt"]["id"])

    return world.backend.run(work)


def form(world: TroubledGame, event_key: str = "arena", players: Sequence[str] = ("alice",)) -> str:
    """The id of a lobby that waits, with these players in it."""

    async def work(tx: Transaction) -> str:
        made = await lobbies.create(tx, world.context(), event_key, fill_by=world.backend.clock.ms + 30_000)
        lobby_id: str = made.data["lobby"]["id"]
        for player in players:
            await lobbies.join(tx, world.context(), lobby_id, player)
        return lobby_id

    return world.backend.run(work)


def _sprint(world: TroubledGame) -> Mapping[str, str]:
    define(world, "sprint")
    return {"eventKey": "sprint"}


def _under_way(world: TroubledGame) -> Mapping[str, str]:
    define(world, "sprint")
    return {"eventKey": "sprint", "attemptId": begin(world, "sprint")}


def _arena(world: TroubledGame) -> Mapping[str, str]:
    arena(world)
    return {"eventKey": "arena"}


def _lobby(world: TroubledGame) -> Mapping[str, str]:
    arena(world)
    return {"lobbyId": form(world)}


SCENES: dict[str, Callable[[TroubledGame], Mapping[str, str]]] = {
    "attempt.start": _sprint,
    "attempt.progress": _under_way,
    "attempt.finish": _under_way,
    "lobby.push": _arena,
    "lobby.read": _lobby,
}
"""By action: what has to be there before a call succeeds, and what fills its path."""

BODIES: dict[str, dict[str, Any]] = {
    "attempt.start": {},
    "attempt.progress": {"mode": "set", "metricValue": 1},
    "attempt.finish": {},
    "lobby.push": {"key": "match-1", "externalPlayerIds": ["alice"]},
}
