"""Lobbies as a game meets them: 202 while one forms, and what it shows meanwhile (contract/SDK.md#lobbies)."""

from __future__ import annotations

import pytest

from kraty_console.contract.players import Lobby
from tests.harness.contract import open_events
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import NOW, Answered
from tests.harness.contract.troubled_game import TroubledGame


def _start(world: TroubledGame, player: str, event: str) -> Answered:
    return world.play("POST", f"/players/{player}/events/{event}/start", {"idempotencyKey": f"{player}-1"}, who=player)


@pytest.fixture(autouse=True)
def _now(module_world: TroubledGame) -> None:
    module_world.backend.clock.ms = NOW


def test_start_waits_for_the_lobby_and_then_starts(module_world: TroubledGame) -> None:
    world = module_world
    open_events.arena(world, "duel", capacity=2)
    waiting = _start(world, "ann", "duel")
    assert (waiting.status, waiting.error["code"]) == (202, "lobby_forming")
    lobby_id = waiting.error["details"]["lobbyId"]
    lobby = exactly(Lobby, world.play("GET", f"/lobbies/{lobby_id}").data)
    assert (lobby.status, lobby.participant_count, lobby.capacity, lobby.bot_slots) == ("forming", 1, 2, 0)
    assert lobby.leaderboard_id is None
    begun = _start(world, "ben", "duel")
    assert begun.status == 201
    lobby = exactly(Lobby, world.play("GET", f"/lobbies/{lobby_id}").data)
    assert (lobby.status, lobby.leaderboard_id) == ("active", begun.data["leaderboardId"])
    assert _start(world, "ann", "duel").status == 201


def test_reading_an_overdue_lobby_starts_it(module_world: TroubledGame) -> None:
    world = module_world
    open_events.arena(world, "rumble", capacity=4, fill_bots=True, fill_timeout_seconds=30)
    lobby_id = _start(world, "cid", "rumble").error["details"]["lobbyId"]
    seen = []
    for seconds in (0, 15, 29, 30, 60):
        world.backend.clock.ms = NOW + seconds * 1000
        lobby = exactly(Lobby, world.play("GET", f"/lobbies/{lobby_id}").data)
        seen.append((lobby.status, lobby.bot_slots))
    assert seen == [("forming", 0), ("forming", 1), ("forming", 2), ("active", 3), ("active", 3)]


def test_a_lobby_that_is_not_there(module_world: TroubledGame) -> None:
    for lobby_id in ("0198c0de-0000-7000-8000-000000000000", "none", "..%2F.."):
        assert module_world.play("GET", f"/lobbies/{lobby_id}").status == 404
