"""The console with a server key: what it reads and changes on the server surface, and what the records say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.auth.api_keys import SERVER_INTEGRATION
from kraty_console.backend.auth.tokens import KEY_PREFIX_LENGTH
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.client.game_ref import find_games
from kraty_console.contract.errors import Invalid, OperationMissing
from kraty_console.contract.operations import Operation
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import PERSON, REASON, TICKET, call, prepare, writing
from tests.harness.contract.served_backend import NOW, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game

PROVIDED = {
    Operation.MANUAL_GRANT: ("grant.create", "/players/alice/grants"),
    Operation.FORCE_CLAIM: ("grant.ack", "/ack"),
    Operation.CREDIT: ("wallet.credit", "/players/alice/wallet/gold/credit"),
    Operation.DEBIT: ("wallet.debit", "/players/alice/wallet/gold/debit"),
    Operation.BAN: ("player.ban", "/players/alice/ban"),
    Operation.UNBAN: ("player.unban", "/players/alice/unban"),
    Operation.MERGE: ("player.merge", "/players/alice/merge-into/alicia"),
}
"""What a key may change: the action in the audit log, and the end of the path."""

NEEDS_A_SESSION = (Operation.FORCE_COMPLETE, Operation.RETRY_ROLL)


@pytest.fixture(scope="module")
def _wire() -> FaultyTransport:
    return FaultyTransport()


@pytest.fixture(scope="module")
def wired_backend(database_url: str, _wire: FaultyTransport) -> Iterator[Backend]:
    with Backend(database_url, Rate(0), wrap=_wire.around, name="key").running() as running:
        yield running


@pytest.fixture
def wire(_wire: FaultyTransport) -> Iterator[FaultyTransport]:
    yield _wire
    _wire.mend_all()


@pytest.fixture
def world(wired_backend: Backend, wire: FaultyTransport) -> TroubledGame:
    wired_backend.clock.ms = NOW
    made = make_troubled_game(wired_backend)
    wire.asked.clear()
    return made


async def test_a_server_key_determines_game_and_environment(
    world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    async with writing(world, tmp_path, uses_key=True) as at:
        me = await at.client.me()
        (place,) = find_games(me, world.tenant.studio_id, world.tenant.game_id, "live")
        assert place.game.environment == "live"
        assert me.member.name == f"key {world.keys[SERVER_INTEGRATION][:KEY_PREFIX_LENGTH]}"
        with pytest.raises(Invalid, match="test"):
            find_games(me, world.tenant.studio_id, world.tenant.game_id, "test")
    assert [each.target for each in wire.asked] == ["/server/v1/ping"]


async def test_a_look_up_holds_everything_about_a_player(
    world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    open_events.arena(world, "ring", capacity=3)
    pushed = {"key": "m-1", "externalPlayerIds": ["alice"], "idempotencyKey": "key-0000-0001"}
    assert world.serve("POST", f"/games/{world.tenant.game_id}/events/ring/lobbies", pushed).status == 201
    assert world.serve("POST", f"/players/alice/grants/{world.grants['pending']}/ack", {}).status == 200
    wire.asked.clear()
    async with writing(world, tmp_path, uses_key=True) as at:
        fetched = await at.client.snapshot("alice")
    assert fetched is not None
    found = fetched.value
    assert found.player.external_player_id == "alice"
    assert set(world.attempts.values()) <= {each.id for each in found.attempts}
    assert set(world.grants.values()) <= {each.id for each in found.grants}
    assert len(found.lobbies) == 1
    assert {each.economy_key: each.balance for each in found.wallet}["gold"] == 7
    assert {each.item_key: each.quantity for each in found.inventory} == {"sword": 1}
    assert [(each.method, each.target.partition("?")[0]) for each in wire.asked] == [
        ("GET", "/server/v1/players/alice")
    ]


@pytest.mark.parametrize("kind", PROVIDED, ids=str)
async def test_a_change_is_made_and_recorded_with_the_key_and_the_person(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    prepare(world, kind)
    wire.asked.clear()
    async with writing(world, tmp_path, uses_key=True) as at:
        performed = await at.writer.perform(call(world, kind), ticket=TICKET, member=PERSON)
    assert performed.state == "applied", performed.error
    (asked,) = wire.changes
    action, end = PROVIDED[kind]
    assert asked.method == "POST"
    assert asked.target.startswith("/server/v1/players/alice/")
    assert asked.target.endswith(end)
    assert asked.body["reason"] == f"{REASON} ({PERSON} · {TICKET})"
    assert asked.body["metadata"] == {"requestedBy": PERSON, "reason": REASON, "ticket": TICKET}
    assert performed.entry is not None
    assert json.loads(performed.entry.body) == asked.body
    made = [each for each in world.audit_rows() if each["idempotencyKey"] == "key-0000-0001"]
    assert {each["action"] for each in made} == {action}
    for row in made:
        assert row["actor"]["kind"] == "api_key"
        assert row["actor"]["label"] == f"api_key:{world.keys[SERVER_INTEGRATION][:KEY_PREFIX_LENGTH]}"
        if kind in (Operation.CREDIT, Operation.DEBIT, Operation.BAN):  # the others record neither there
            assert PERSON in json.dumps([row["reason"], row["metadata"]])
    if kind is Operation.MANUAL_GRANT:

        async def look(tx: Transaction) -> list[Any]:
            return [row["metadata"] for row in await tx.all(tables.grants.select()) if row["source_ref_id"] == TICKET]

        assert {"requestedBy": PERSON, "reason": REASON, "ticket": TICKET} in world.backend.run(look)


def balance(world: TroubledGame, player: str) -> Any:
    held = world.serve("GET", f"/players/{player}").data["wallet"]
    return {each["economyKey"]: each["balance"] for each in held}.get("gold", 0)


async def test_each_change_has_the_effect_that_its_words_promise(world: TroubledGame, tmp_path: Path) -> None:
    world.hold("alice", "gold", 100)
    async with writing(world, tmp_path, uses_key=True) as at:

        async def make(kind: Operation) -> None:
            performed = await at.writer.perform(call(world, kind, key=f"key-{kind}-0001"))
            assert performed.state == "applied", performed.error

        await make(Operation.CREDIT)
        assert balance(world, "alice") == 130
        await make(Operation.DEBIT)
        assert balance(world, "alice") == 127
        await make(Operation.FORCE_CLAIM)
        assert balance(world, "alice") == 134
        await make(Operation.MANUAL_GRANT)
        grants = world.serve("GET", "/players/alice").data["grants"]
        assert [(each["sourceKind"], each["status"]) for each in grants if each.get("sourceRefId") == TICKET] == [
            ("admin", "pending")
        ]
        await make(Operation.BAN)
        assert world.get(world.player("alice")).data["player"]["ban"]["reason"] == f"{REASON} ({PERSON} · {TICKET})"
        await make(Operation.UNBAN)
        assert world.get(world.player("alice")).data["player"]["ban"] is None
        await make(Operation.MERGE)
    assert balance(world, "alicia") == 134
    merged = world.get(f"{world.game}/players?query=alice").data["players"]
    assert ("alicia", "merged") in {(each["externalPlayerId"], each["match"]) for each in merged}


@pytest.mark.parametrize("kind", NEEDS_A_SESSION, ids=str)
async def test_a_change_that_needs_a_session_is_refused_without_a_request(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    prepare(world, kind)
    async with writing(world, tmp_path, uses_key=True) as at:
        performed = await at.writer.perform(call(world, kind))
        assert await at.open() == []
    assert performed.state == "refused"
    assert isinstance(performed.error, OperationMissing)
    assert "needs a member's session" in performed.error.message
    assert wire.changes == []


EFFECTS = ("audit", "grants", "wallet_ledger", "item_ledger", "outbox")


def effects(world: TroubledGame) -> dict[str, int]:
    found = world.backend.counts()
    return {name: found[name] for name in EFFECTS}


@pytest.mark.parametrize("kind", PROVIDED, ids=str)
async def test_a_lost_answer_is_settled_by_sending_the_same_once_more(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    prepare(world, kind)
    wire.asked.clear()
    wire.cuts("POST", "/server/", after=True, times=1)
    async with writing(world, tmp_path, uses_key=True) as at:
        lost = await at.writer.perform(call(world, kind), member=PERSON)
        assert lost.state == "unknown"
        assert lost.entry is not None
        once = effects(world)
        at.clock[0] += timedelta(hours=23)
        settled = await at.writer.resolve(lost.entry, member=PERSON)
        assert (settled.state, settled.error) == ("applied", None)
        assert (await at.writer.resolve(lost.entry, member=PERSON)).state == "applied"
        assert await at.open() == []
    assert effects(world) == once
    assert len(wire.changes) <= 2
    assert all(each == wire.changes[0] for each in wire.changes)


@pytest.mark.parametrize("kind", PROVIDED, ids=str)
async def test_a_change_that_never_arrived_takes_effect_once(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    prepare(world, kind)
    wire.asked.clear()
    before = effects(world)
    wire.cuts("POST", "/server/", times=1)
    async with writing(world, tmp_path, uses_key=True) as at:
        lost = await at.writer.perform(call(world, kind), member=PERSON)
        assert lost.entry is not None
        assert effects(world) == before
        assert (await at.writer.resolve(lost.entry, member=PERSON)).state == "applied"
        assert (await at.writer.resolve(lost.entry, member=PERSON)).state == "applied"
    first, second = wire.changes
    assert first == second
    rows = 2 if kind is Operation.MERGE else 1  # of a merge one for each of the two
    assert effects(world)["audit"] == before["audit"] + rows


@pytest.mark.parametrize("kind", [each for each in PROVIDED if each is not Operation.MANUAL_GRANT], ids=str)
async def test_a_change_older_than_the_key_retention_is_not_resent(
    kind: Operation, world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    prepare(world, kind)
    wire.asked.clear()
    wire.cuts("POST", "/server/", times=1)
    async with writing(world, tmp_path, uses_key=True) as at:
        lost = await at.writer.perform(call(world, kind), member=PERSON)
        assert lost.entry is not None
        at.clock[0] += timedelta(hours=24)
        told = await at.writer.resolve(lost.entry, member=PERSON)
        assert told.state == "unknown"
        assert "decide by hand" in str(told.error)
        at.clock[0] -= timedelta(hours=48)
        assert (await at.writer.resolve(lost.entry, member=PERSON)).state == "unknown", "a clock that went back"
        assert (await at.writer.decide(lost.entry, applied=False)).state == "refused"
    assert len(wire.changes) == 1


async def test_the_key_of_a_grant_is_kept_for_good(world: TroubledGame, wire: FaultyTransport, tmp_path: Path) -> None:
    wire.cuts("POST", "/server/", after=True, times=1)
    async with writing(world, tmp_path, uses_key=True) as at:
        lost = await at.writer.perform(call(world, Operation.MANUAL_GRANT), member=PERSON)
        assert lost.entry is not None
        before = effects(world)
        at.clock[0] += timedelta(days=30)
        assert (await at.writer.resolve(lost.entry, member=PERSON)).state == "applied"
    assert effects(world) == before


async def test_a_change_of_another_person_with_the_same_key_is_not_touched(
    world: TroubledGame, wire: FaultyTransport, tmp_path: Path
) -> None:
    wire.cuts("POST", "/server/", times=1)
    async with writing(world, tmp_path, uses_key=True) as at:
        lost = await at.writer.perform(call(world, Operation.CREDIT), member=PERSON)
        assert lost.entry is not None
        told = await at.writer.resolve(lost.entry, member="someone.else")
    assert (told.state, PERSON in str(told.error)) == ("unknown", True)
    assert len(wire.changes) == 1
