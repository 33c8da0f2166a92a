"""The audit log: every filter, every page, one row (contract/README.md#audit-log)."""

from __future__ import annotations

import base64

import pytest

from kraty_console.contract.audit import AuditPage, AuditRow
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import HOUR, NEIGHBOUR, TroubledGame


@pytest.fixture
def busy(world: TroubledGame) -> TroubledGame:
    """A world in which six things happened, an hour apart, the last one refused."""
    credit = f"{world.player('alice')}/wallet/gold/credit"
    world.post(credit, {"amount": 1, "reason": "goodwill", "ticket": "T-1", "idempotencyKey": "key-0001"})
    world.backend.clock.ms += HOUR
    world.post(credit, {"amount": 2, "reason": "goodwill", "ticket": "T-2", "idempotencyKey": "key-0002"})
    world.backend.clock.ms += HOUR
    ban = {"reason": "cheating", "ticket": "T-1", "idempotencyKey": "key-0003"}
    world.post(f"{world.player('alicia')}/ban", ban)
    world.backend.clock.ms += HOUR
    world.serve("POST", "/players/alicia/wallet/gold/credit", {"amount": 5})
    world.backend.clock.ms += HOUR
    claim = f"{world.game}/grants/{world.grants['pending']}/force-claim"
    world.post(claim, {"reason": "ack lost", "idempotencyKey": "key-0005"}, role="GAME_DEBUGGER")
    world.backend.clock.ms += HOUR
    world.post(credit, {"amount": 9, "reason": "goodwill"}, role="GAME_VIEWER")
    return world


def actions(world: TroubledGame, **filters: str) -> list[str]:
    return [f"{row['action']} {row['outcome']}" for row in world.audit_rows(**filters)]


def test_the_audit_log_lists_everything_newest_first(busy: TroubledGame) -> None:
    answer = busy.get(busy.log)
    page = exactly(AuditPage, answer.data)
    assert [f"{row.action} {row.outcome}" for row in page.rows] == [
        "wallet.credit denied",
        "grant.manual_force_claim ok",
        "wallet.credit ok",
        "player.ban ok",
        "wallet.credit ok",
        "wallet.credit ok",
    ]
    assert page.next_cursor is None
    assert [row.actor.kind for row in page.rows if row.actor] == ["member", "member", "api_key"] + ["member"] * 3


def test_each_filter_narrows_and_all_of_them_together(busy: TroubledGame) -> None:
    key = busy.keys["server_integration"][:8]
    alice = busy.get(busy.player("alice")).data["player"]["id"]
    at = busy.audit_rows()[2]["occurredAt"]
    for filters, count in (
        ({"player": "alice"}, 4),
        ({"player": alice}, 4),
        ({"player": "ghost"}, 0),
        ({"actor": busy.members["GAME_ADMIN"]}, 3),
        ({"actor": "game_debugger@studio.example"}, 1),
        ({"actor": f"api_key:{key}"}, 1),
        ({"action": "wallet.credit"}, 4),
        ({"action": "wallet.credit", "outcome": "ok"}, 3),
        ({"outcome": "denied"}, 1),
        ({"ticket": "T-1"}, 2),
        ({"ticket": "T-1", "action": "player.ban"}, 1),
        ({"from": at}, 3),
        ({"to": at}, 3),
        ({"from": at, "to": at.replace("Z", "+00:00")}, 0),
        ({"gameId": busy.tenant.game_id}, 6),
    ):
        assert len(busy.audit_rows(**filters)) == count, filters


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_the_pages_join_without_a_gap_or_a_double(busy: TroubledGame, size: int) -> None:
    whole = [row["id"] for row in busy.audit_rows()]
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = busy.get(f"{busy.log}?limit={size}{cursor}").data
        assert len(page["rows"]) <= size
        found += [row["id"] for row in page["rows"]]
        # What is written meanwhile is newer, and moves nothing.
        busy.call("GET", f"/admin/v1/studios/{busy.other.studio_id}/audit-log")
        busy.post(f"{busy.player('alice')}/ban", {"reason": "botting", "idempotencyKey": f"ban-{len(found):04}"})
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert found == whole


def test_rows_of_one_moment_have_one_order(world: TroubledGame) -> None:
    for index in range(5):
        world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": f"ban-{index:04}"})
    first = world.get(f"{world.log}?limit=2").data
    second = world.get(f"{world.log}?limit=9&cursor={first['nextCursor']}").data
    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids == [row["id"] for row in world.audit_rows()]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"1.2").decode(), "cursor"),
        ("cursor=" + base64.urlsafe_b64encode(b"9" * 40 + b".019e7044-8800-7bfc-8000-000000000000").decode(), "cursor"),
        ("from=yesterday", "from"),
        ("to=2026-01-01T00:00:00", "to"),
        ("from=2026-13-01T00:00:00Z", "from"),
        ("limit=201", "limit"),
    ],
)
def test_an_invalid_filter_is_refused_by_field(still: TroubledGame, query: str, field: str) -> None:
    answer = still.get(f"{still.log}?{query}")
    assert (answer.status, answer.fields) == (400, [field])


def test_the_ends_of_time_are_moments_too(busy: TroubledGame) -> None:
    early, late = segment("0001-01-01T00:00:00+23:59"), segment("9999-12-31T23:59:59-23:59")
    assert len(busy.get(f"{busy.log}?from={early}&to={late}").data["rows"]) == 6


def test_each_audit_row_has_its_own_route(busy: TroubledGame) -> None:
    for row in busy.audit_rows():
        assert exactly(AuditRow, busy.get(f"{busy.log}/{row['id']}").data).id == row["id"]
    for name in ("nothing", "0198c0de-0000-7000-8000-000000000000"):
        answer = busy.get(f"{busy.log}/{name}")
        assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_a_member_of_another_game_sees_none_of_it(busy: TroubledGame) -> None:
    row = busy.audit_rows()[0]
    assert busy.get(busy.log, role=NEIGHBOUR).data == {"rows": [], "nextCursor": None}
    assert busy.get(f"{busy.log}/{row['id']}", role=NEIGHBOUR).status == 404


def test_a_refused_attempt_is_among_the_rows_of_the_player_it_was_about(world: TroubledGame) -> None:
    claim = f"{world.game}/grants/{world.grants['pending']}/force-claim"
    world.post(claim, {"reason": "ack lost", "idempotencyKey": "key-0001"}, role="GAME_VIEWER")
    ban = f"{world.player('alice')}/ban"
    world.post(ban, {"reason": "cheating", "idempotencyKey": "key-0002"}, role="GAME_DEBUGGER")
    world.post(ban, {"reason": "cheating", "idempotencyKey": "key-0003"}, role=NEIGHBOUR)
    seen = world.get(world.player("alice")).data["audit"]
    assert [(row["action"], row["outcome"]) for row in seen] == [
        ("player.ban", "denied"),
        ("grant.manual_force_claim", "denied"),
    ]
