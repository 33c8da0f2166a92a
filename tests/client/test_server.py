"""The typed client of the server surface, on the real backend and with failing connections
(contract/README.md#rate-limits-and-retries)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.client.server import ServerClient
from kraty_console.contract.actions import CurrencyEntry, ItemEntry
from kraty_console.contract.errors import (
    BadAnswer,
    IdempotencyConflict,
    Invalid,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from kraty_console.contract.secret import Secret
from tests.client.conftest import Clock
from tests.harness.client.scripted_server import (
    ScriptedServer,
    answers,
    cut_after_request,
    cut_at_once,
    failed,
    ok,
    wired,
)
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

KEY = "sUUVdrM8." + "k" * 43
GOLD = CurrencyEntry(type="currency", currency_key="gold", amount=5)
SWORD = ItemEntry(type="item", item_key="sword", quantity=2)
MERGED = {"fromPlayerId": "p1", "fromExternalPlayerId": "a", "toPlayerId": "p2", "toExternalPlayerId": "b"}


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("server")).fresh(), Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    return make_troubled_game(backend)


@asynccontextmanager
async def serving(world: TroubledGame, key: str = "server_integration") -> AsyncIterator[ServerClient]:
    async with ServerClient(f"http://127.0.0.1:{world.backend.port}", Secret(world.keys[key])) as client:
        yield client


@asynccontextmanager
async def wiring(wire: ScriptedServer, clock: Clock) -> AsyncIterator[ServerClient]:
    keys = iter(("key-1", "key-2"))
    made: Callable[[], str] = lambda: next(keys)  # noqa: E731
    client = ServerClient(wire.url, Secret(KEY), sleep=clock.sleep, clock=clock, jitter=lambda: 0.5, new_key=made)
    async with client:
        yield client


async def test_players_are_read_banned_and_granted(world: TroubledGame) -> None:
    async with serving(world) as server:
        pong = await server.ping()
        assert (pong.ok, pong.api_key.permission_set) == (True, "server_integration")
        before = await server.players.get("alice", limit=3)
        assert (before.player.external_player_id, len(before.attempts)) == ("alice", 3)
        until = datetime(2030, 1, 1, tzinfo=UTC)
        grant = await server.grants.create("new", [GOLD, SWORD], key="iap-1", expires_at=until, source_ref_id="r/1")
        again = await server.grants.create("new", [GOLD, SWORD], key="iap-1", expires_at=until, source_ref_id="r/1")
        assert (grant, grant.status, grant.expires_at) == (again, "pending", until)
        assert (await server.grants.ack("new", grant.id)).status == "claimed"
        assert (await server.wallet.credit("new", "gold", 10, reason="iap", key="iap-1")).balance == 15
        replay = await server.wallet.credit("new", "gold", 10, reason="iap", key="iap-1")
        assert (replay.balance, replay.applied) == (15, False)
        assert (await server.wallet.debit("new", "gold", 3)).balance == 12
        assert (await server.inventory.grant("new", "sword", 1, reason="gift")).quantity == 3
        assert (await server.inventory.revoke("new", "sword", 2)).quantity == 1
        assert (await server.players.set_identity("new", "Newt")).display_identity is not None
        assert (await server.players.set_email("new", "new@example.org")).email == "new@example.org"
        assert (await server.players.set_email("new", None)).email is None
        assert (await server.players.ban("new", "chargeback")).applied is True
        assert (await server.players.unban("new")).applied is True
        for listed in (await server.players.friends("new")).friends, (await server.players.blocks("new")).blocked:
            assert listed == []
        assert (await server.players.friend_requests("new")).incoming == []


async def test_holdings_and_imported_players(world: TroubledGame) -> None:
    async with serving(world) as server:
        assert (await server.players.replace_metadata("alice", {"a": 1, "b": None})).metadata == {"a": 1, "b": None}
        assert (await server.players.merge_metadata("alice", {"b": 2})).metadata == {"a": 1, "b": 2}
        assert (await server.players.spend("alice")).purchase_count == 0
        rows = [
            {"externalPlayerId": "moved", "economyKey": key, "amount": 9, "idempotencyKey": key}
            for key in ("gold", "no")
        ]
        told_ = await server.migration.wallet(rows)
        assert (told_.applied, told_.failed, told_.failures[0].row_index) == (1, 1, 1)
        assert (await server.migration.players([{"externalPlayerId": "moved", "idempotencyKey": "p"}])).applied == 1
        items = [{"externalPlayerId": "moved", "itemKey": "sword", "quantity": 1, "idempotencyKey": "i"}]
        assert (await server.migration.inventory(items)).applied == 1
        assert (await server.migration.inventory(items)).skipped == 1


async def test_playing_on_a_player_s_behalf(world: TroubledGame) -> None:
    async with serving(world) as server:
        stuck = world.attempts["stuck"]
        with pytest.raises(Refused, match="time is over"):
            await server.attempts.progress("alice", "race", stuck, {"laps": 1}, mode="increment")
        assert (await server.attempts.finish("alice", "race", stuck)).outcome == "expired"


async def test_merging_exporting_and_erasing(world: TroubledGame) -> None:
    async with serving(world) as server:
        merged = await server.players.merge("alice", "alicia")
        assert (merged.status, merged.counts.attempts_reassigned) == ("merged", 5)
        assert (await server.players.merge("alice", "alicia")).status == "no_op_already_merged"
        export = await server.players.export("alicia")
        assert len(export.attempts) == 5
        erased = await server.players.delete("alicia", reason="studio_request")
        assert (erased.status, erased.attempts_anonymized) == ("erased", 5)
        with pytest.raises(NotFound):
            await server.players.get("alicia")


async def test_refusals_are_errors_of_their_kind(world: TroubledGame) -> None:
    async with serving(world) as server:
        with pytest.raises(NotFound):
            await server.players.merge("ghost", "alice")
        with pytest.raises(Refused) as same:
            await server.players.merge("alice", "alice")
        assert (same.value.status, same.value.code) == (422, "conflict")
        with pytest.raises(Refused):
            await server.wallet.debit("alice", "gold", 1_000_000)
        await server.wallet.credit("alice", "gold", 1, key="k")
        with pytest.raises(IdempotencyConflict):
            await server.wallet.credit("alice", "gold", 2, key="k")
        with pytest.raises(Invalid):
            await server.players.get("")
    async with serving(world, "client_sdk") as client:
        with pytest.raises(NotAllowed):
            await client.players.get("alice")
    async with ServerClient(f"http://127.0.0.1:{world.backend.port}", Secret(KEY)) as stranger:
        with pytest.raises(SignInNeeded):
            await stranger.ping()


@pytest.mark.parametrize("name", ["..", "a/b", "x/merge-into/y", "merge-into", "a%2Fb", "日本語", "👩‍👩‍👧"])
async def test_an_id_reaches_its_player_and_no_other_route(world: TroubledGame, name: str) -> None:
    async with serving(world) as server:
        await server.grants.create(name, [GOLD])
        assert (await server.players.get(name)).player.external_player_id == name
        assert (await server.players.merge(name, "alicia")).from_external_player_id == name


async def test_a_change_is_resent_with_the_same_key(clock: Clock) -> None:
    busy = failed(409, "conflict", "still being made", Retry_After="1")
    trouble = (cut_at_once, cut_after_request, busy)
    async with wired(*trouble, ok(MERGED)) as wire, wiring(wire, clock) as server:
        await server.players.merge("a", "b")
        assert [heard.target for heard in wire.heard] == ["/server/v1/players/a/merge-into/b"] * len(wire.heard)
        bodies = [heard.body for heard in wire.heard]
        assert len(bodies) >= 2
        assert {*bodies} == {json.dumps({"idempotencyKey": "key-1"}).encode()}
        await server.players.merge("a", "b")
        assert wire.heard[-1].json == {"idempotencyKey": "key-2"}
    assert clock.pauses == [0.2, 0.4, 0.8]


async def test_retry_after_is_respected(clock: Clock) -> None:
    busy = failed(429, "rate_limited", Retry_After="2.5")
    async with wired(busy, failed(429, "rate_limited", Retry_After="60"), ok(MERGED)) as wire:
        async with wiring(wire, clock) as server:
            await server.players.merge("a", "b", key="mine")
        assert {heard.json["idempotencyKey"] for heard in wire.heard} == {"mine"}
    assert clock.pauses == [2.5, 10.0]


async def test_after_four_attempts_the_outcome_is_unknown(clock: Clock) -> None:
    async with wired(failed(503, "unavailable")) as wire, wiring(wire, clock) as server:
        with pytest.raises(Unavailable) as lost:
            await server.players.merge("a", "b")
        assert lost.value.maybe_applied is True
        with pytest.raises(Unavailable) as unread:
            await server.players.get("a")
        assert unread.value.maybe_applied is False
    assert len(wire.heard) == 8
    async with wired(failed(429, "rate_limited")) as wire, wiring(wire, clock) as server:
        with pytest.raises(RateLimited):
            await server.players.merge("a", "b")


async def test_answers_that_are_not_from_kraty(clock: Clock) -> None:
    for odd in (answers(200, b"<html>"), answers(200, {"data": []}), ok({"fromPlayerId": 1})):
        async with wired(odd) as wire, wiring(wire, clock) as server:
            with pytest.raises(BadAnswer) as bad:
                await server.players.merge("a", "b")
            assert bad.value.maybe_applied is True
    forming = {"error": {"code": "lobby_forming", "message": "wait", "details": {"lobbyId": "l"}}}
    async with wired(answers(202, forming)) as wire, wiring(wire, clock) as server:
        with pytest.raises(Refused) as waiting:
            await server.players.merge("a", "b")
        assert (waiting.value.code, waiting.value.details) == ("lobby_forming", {"lobbyId": "l"})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429])
@pytest.mark.parametrize("body", [b"<html>blocked</html>", {"error": {"code": "waf_block", "message": "x"}}, {}])
async def test_a_refusal_by_another_server_leaves_a_change_unknown(status: int, body: Any, clock: Clock) -> None:
    async with wired(answers(status, body)) as wire, wiring(wire, clock) as server:
        with pytest.raises((BadAnswer, Unavailable)) as raised:
            await server.wallet.credit("a", "gold", 1)
        assert raised.value.maybe_applied
    assert {heard.json["idempotencyKey"] for heard in wire.heard} == {"key-1"}


async def test_the_key_is_only_in_its_header(clock: Clock) -> None:
    async with wired(failed(401, "session_invalid")) as wire, wiring(wire, clock) as server:
        with pytest.raises(SignInNeeded) as refused:
            await server.ping()
        assert wire.heard[0].headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(vars(server)) + repr(refused.value) + str(refused.value)
    with pytest.raises(Invalid, match="plain http"):
        ServerClient("http://example.com", Secret(KEY))
