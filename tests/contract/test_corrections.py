"""A wrongly recorded ticket is corrected by a new audit row, which points to the first
(contract/README.md#corrections)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.corrections import CorrectTicket, TicketCorrected
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import GAME_DEBUGGER, GAME_VIEWER
from tests.harness.contract.console_writer import writing
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import NEIGHBOUR, TroubledGame

WHY = {"reason": "typed one digit too many"}


def _credited(world: TroubledGame, key: str = "key-credit") -> str:
    body = {"amount": 1, "reason": "goodwill", "ticket": "T-1", "idempotencyKey": key}
    return str(world.post(f"{world.player('alice')}/wallet/gold/credit", body).data["audit"]["id"])


def _correct(world: TroubledGame, audit_id: str, ticket: object, key: str = "key-0000-0001", **more: str) -> Answered:
    path = f"{world.game}/audit-log/{audit_id}/correct-ticket"
    return world.post(path, {**WHY, "ticket": ticket, "idempotencyKey": key}, **more)


def test_a_new_row_points_to_the_first_which_stays_as_it_is(world: TroubledGame) -> None:
    first = _credited(world)
    before = world.get(f"{world.log}/{first}").data
    answer = _correct(world, first, "T-2", role=GAME_DEBUGGER)
    assert answer.status == 201
    made = exactly(TicketCorrected, answer.data)
    assert made.audit is not None
    assert made.audit.id == made.row.id
    assert made.row.raw() == world.get(made.audit.url).data
    row = made.row
    assert (row.action, row.outcome, row.ticket, row.reason) == ("audit.correct", "ok", "T-2", WHY["reason"])
    assert (row.target and row.target.kind, row.target and row.target.id) == ("audit", first)
    assert row.player is not None
    assert row.player.external_player_id == "alice"
    assert (row.before, row.after) == ({"ticket": "T-1"}, {"ticket": "T-2"})
    assert row.metadata == {**WHY, "action": "wallet.credit", "target": {"kind": "wallet", "id": "gold"}}
    assert world.get(f"{world.log}/{first}").data == before


def test_the_change_is_found_under_both_tickets(world: TroubledGame) -> None:
    first = _credited(world)
    made = _correct(world, first, "T-2").data["row"]["id"]
    assert [row["id"] for row in world.audit_rows(ticket="T-1")] == [first]
    assert [row["id"] for row in world.audit_rows(ticket="T-2")] == [made]
    assert [row["id"] for row in world.get(world.player("alice")).data["audit"]] == [made, first]


def test_a_correction_is_corrected_through_the_first_row(world: TroubledGame) -> None:
    first = _credited(world)
    made = _correct(world, first, "T-2").data["row"]["id"]
    refused = _correct(world, made, "T-3", "key-0000-0002")
    assert (refused.status, refused.error["code"], refused.error["details"]["corrects"]) == (409, "conflict", first)
    world.backend.clock.ms += 1000
    again = _correct(world, first, "T-1", "key-0000-0003").data["row"]
    assert (again["before"], again["after"]) == ({"ticket": "T-2"}, {"ticket": "T-1"})
    same = _correct(world, first, "T-1", "key-0000-0004")
    assert (same.status, same.error["details"]["ticket"]) == (409, "T-1")


def test_a_refused_attempt_belongs_to_no_ticket(world: TroubledGame) -> None:
    assert _correct(world, _credited(world), "T-2", role=GAME_VIEWER).status == 403
    [denied] = world.audit_rows(outcome="denied")
    assert _correct(world, denied["id"], "T-2").status == 409


def test_a_repeat_is_answered_and_another_ticket_under_the_key_refused(world: TroubledGame) -> None:
    first = _credited(world)
    made, again = _correct(world, first, "T-2"), _correct(world, first, "T-2")
    assert (again.status, again.headers["idempotent-replayed"], again.data) == (200, "true", made.data)
    other = _correct(world, first, "T-3")
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    assert len(world.audit_rows(action="audit.correct")) == 1


def test_of_many_corrections_at_once_to_one_ticket_one_is_made(world: TroubledGame) -> None:
    first = _credited(world)
    with ThreadPoolExecutor(8) as threads:
        keys = [f"key-at-once-{place}" for place in range(8)]
        answers = list(threads.map(lambda key: _correct(world, first, "T-2", key), keys))
    assert sorted(answer.status for answer in answers) == [201, *[409] * 7]


def test_rows_that_are_not_the_game_s_are_not_there(world: TroubledGame) -> None:
    first = _credited(world)
    sibling = f"/admin/v1/studios/{world.sibling.studio_id}/games/{world.sibling.game_id}"
    body = {**WHY, "ticket": "T-2", "idempotencyKey": "key-0000-0001"}
    assert world.post(f"{sibling}/audit-log/{first}/correct-ticket", body, role=NEIGHBOUR).status == 404
    for unknown in ("0198c0de-0000-7000-8000-000000000000", "no-id-at-all"):
        assert _correct(world, unknown, "T-2").status == 404
    assert world.audit_rows(action="audit.correct") == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [({"ticket": ""}, ["ticket"]), ({"ticket": None}, ["ticket"]), ({"ticket": "T-2", "reason": "x"}, ["reason"])],
)
def test_ticket_and_reason_are_needed(world: TroubledGame, body: dict[str, object], fields: list[str]) -> None:
    path = f"{world.game}/audit-log/{_credited(world)}/correct-ticket"
    answer = world.post(path, {**WHY, "idempotencyKey": "key-0000-0001", **body})
    assert (answer.status, answer.fields) == (400, fields)


async def test_the_client_corrects_through_its_journal(world: TroubledGame, tmp_path: Path) -> None:
    request = CorrectTicket(ticket="T-2", reason=WHY["reason"], idempotency_key="key-0000-0001")
    change = ChangeRequest(Operation.CORRECT_TICKET, "", request, target_id=_credited(world))
    async with writing(world, tmp_path, role=GAME_DEBUGGER) as it:
        done = await it.writer.perform(change)
    assert (done.state, type(done.answer)) == ("applied", TicketCorrected)
