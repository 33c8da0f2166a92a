"""Streams of events: their contents, order and end (contract/SDK.md#streams)."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from kraty_console.backend.auth.api_keys import CLIENT_SDK
from kraty_console.backend.events import attempts
from kraty_console.backend.http.event_streams import Event, Streams
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.collectables import GOLD, SWORD, event_board, give
from tests.harness.contract.troubled_game import HOUR, TroubledGame


class Heard:
    """An open stream."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event; None when the stream has ended. Heartbeats are passed over."""
        name = ""
        while line := self._answer.readline():
            word, _, rest = line.decode().rstrip("\r\n").partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                return name, json.loads(rest)
        return None

    def heartbeat(self) -> None:
        """Wait for one."""
        while not self._answer.readline().startswith(b":"):
            pass


@contextmanager
def listening(world: TroubledGame, path: str, **headers: str) -> Iterator[Heard]:
    """A stream on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", world.backend.port, timeout=30)
    try:
        bearer = {"Authorization": f"Bearer {world.keys[CLIENT_SDK]}", "Accept": "text/event-stream"}
        connection.request("GET", f"/sdk/v1{path}", headers={**bearer, **headers})
        with connection.getresponse() as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert answer.headers["Cache-Control"] == "no-store"
            yield Heard(answer)
    finally:
        connection.close()


@contextmanager
def inventory(world: TroubledGame) -> Iterator[Heard]:
    """The stream of alice's holdings."""
    with listening(world, "/players/alice/inventory/stream", **{"X-Player-Secret": world.secret("alice")}) as heard:
        assert heard.next() == ("ready", {"externalPlayerId": "alice"})
        yield heard


@contextmanager
def board(world: TroubledGame) -> Iterator[Heard]:
    """The stream of the board with alice's attempts."""
    leaderboard_id = event_board(world)
    with listening(world, f"/event-leaderboards/{leaderboard_id}/stream") as heard:
        assert heard.next() == ("ready", {"leaderboardId": leaderboard_id})
        yield heard


def score(world: TroubledGame, player: str, laps: int) -> None:
    async def work(tx: Transaction) -> None:
        ctx = world.context()
        started = await attempts.start(tx, ctx, player, "race")
        await attempts.progress(tx, ctx, player, started.data["attempt"]["id"], {"laps": laps})

    world.backend.clock.ms -= 2 * HOUR  # while the race was on
    world.backend.run(work)
    world.backend.clock.ms += 2 * HOUR


def change_board(world: TroubledGame, **changes: Any) -> None:
    leaderboard_id = event_board(world)

    async def work(tx: Transaction) -> None:
        row = await tx.get(tables.leaderboards, world.tenant.studio_id, world.tenant.game_id, leaderboard_id)
        assert row is not None
        tx.change(row, **changes)

    world.backend.run(work)


class TestOfAPlayer:
    def test_grants_and_revocations_are_streamed_in_order(self, world: TroubledGame) -> None:
        with inventory(world) as heard:
            grant_id = give(world, [GOLD, SWORD])
            created = heard.next()
            assert created is not None
            assert (created[0], created[1]["grantId"], created[1]["grantKind"]) == ("grant_created", grant_id, "reward")
            assert created[1]["contents"] == {"entries": [GOLD, SWORD]}
            world.play("POST", f"/players/alice/grants/{grant_id}/claim", {}, who="alice")
            world.play("POST", "/players/alice/wallet/gold/debit", {"amount": 2}, who="alice")
            told = [heard.next() for _ in range(3)]
            changes = [(name, data["delta"], data["origin"]) for name, data in filter(None, told)]
            assert changes == [
                ("wallet_changed", 5, "client"),
                ("inventory_changed", 2, "client"),
                ("wallet_changed", -2, "client"),
            ]
            last = told[-1]
            assert last is not None
            assert (last[1]["economyKey"], last[1]["balance"], last[1]["ledgerId"] != "") == ("gold", 3, True)

    def test_a_stream_contains_no_events_of_other_players(self, world: TroubledGame) -> None:
        with inventory(world) as heard:
            give(world, [GOLD], "alicia")
            mine = give(world, [GOLD])
            told = heard.next()
            assert told is not None
            assert told[1]["grantId"] == mine

    def test_a_stream_ends_when_its_key_is_revoked(self, world: TroubledGame) -> None:
        with inventory(world) as heard:
            heard.heartbeat()
            world.revoke_keys()
            assert heard.next() is None


class TestOfABoard:
    def test_a_board_streams_scores_until_it_is_final(self, world: TroubledGame) -> None:
        with board(world) as heard:
            score(world, "alicia", 4)
            told = heard.next()
            assert told is not None
            assert (told[0], told[1]["score"], told[1]["rank"]) == ("score_update", 4, 1)
            change_board(world, finalized_at=world.backend.clock.ms, finalized_reason="window_closed")
            final = heard.next()
            assert final is not None
            name, data = final
            assert (name, data["reason"], data["leaderboardId"]) == ("finalized", "window_closed", event_board(world))
            assert [(each["rank"], each["score"]) for each in data["standings"]] == [(1, 4), (2, 3)]
            assert set(data["standings"][0]) == {"participantId", "rank", "score", "name", "kind"}
            assert heard.next() == ("closed", {"leaderboardId": data["leaderboardId"]})
            assert heard.next() is None

    def test_a_final_board_sends_no_more_events(self, world: TroubledGame) -> None:
        change_board(world, finalized_at=world.backend.clock.ms, finalized_reason="window_closed")
        with board(world) as heard:
            closed = heard.next()
            assert closed is not None
            assert closed[0] == "closed"
            assert heard.next() is None

    @pytest.mark.parametrize(("name", "status"), [("daily", 400), ("0198c0de-0000-7000-8000-000000000000", 404)])
    def test_one_that_is_not_there(self, still: TroubledGame, name: str, status: int) -> None:
        assert still.play("GET", f"/event-leaderboards/{name}/stream").status == status


def test_a_stream_ends_with_its_listener_and_only_so_many_are_open(world: TroubledGame) -> None:
    world.backend.wait_for_streams_to_end()
    with board(world), board(world), inventory(world):
        more = world.play("GET", "/players/alice/inventory/stream", who="alice")
        assert (more.status, more.error["code"], more.headers["retry-after"]) == (503, "unavailable", "5")
    world.backend.wait_for_streams_to_end()
    with inventory(world) as heard:
        heard.heartbeat()


def test_an_address_holds_only_so_many(world: TroubledGame) -> None:
    streams = Streams(most=3, most_of_address=1)

    async def work() -> None:
        source = Silent()
        frames = streams.frames(world.backend.db, lambda: world.backend.clock.ms, source, "192.0.2.1")
        assert await anext(frames) == b"event: ready\ndata: {}\n\n"
        with pytest.raises(RuleError):
            streams.refuse_more("192.0.2.1")
        streams.refuse_more("192.0.2.2")
        await frames.aclose()
        streams.refuse_more("192.0.2.1")

    asyncio.run_coroutine_threadsafe(work(), world.backend.loop).result(30)


class Silent:
    """Nothing ever happens here."""

    over = False

    @property
    def feed(self) -> Silent:
        return self

    async def begin(self, _tx: Transaction) -> list[Event]:
        return [("ready", {})]

    async def allowed(self, _tx: Transaction) -> bool:
        return True

    async def gather(
        self, _tx: Transaction, listening: Sequence[Any], _now_ms: int
    ) -> AsyncIterator[tuple[Any, list[Event]]]:
        for each in listening:
            yield each, []
