"""Correcting the ticket of a change: the dialog, when it is off, and what rows and their lists show of it."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.corrections import TicketCorrected
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import CORRECT_TICKET
from kraty_console.domain.bare_player import bare_player
from kraty_console.domain.corrections import corrected_tickets
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import CannotOpen, EffectContext, Form, FormContext
from kraty_console.domain.forms import build_call, form_for, problems
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.present import rows as table_rows
from kraty_console.present.audit import audit_document, row
from tests.harness.domain.snapshots import NOW, ago, snapshot
from tests.harness.each import for_each

KEY = "kc_00000000000000000000000000000001"
ROW: dict[str, Any] = {
    "id": "0197dddd-0000-7000-8000-00000000d001",
    "occurredAt": ago(hours=2),
    "action": "wallet.credit",
    "outcome": "ok",
    "ticket": "ZD-1",
    "actor": {"kind": "member", "label": "maria@studio.example"},
    "player": {"externalPlayerId": "alice_42"},
}


def correction(right: str, wrong: str = "ZD-1", **more: Any) -> dict[str, Any]:
    return {
        **ROW,
        "id": f"0197dddd-0000-7000-8000-{right:>012}",
        "action": "audit.correct",
        "ticket": right,
        "target": {"kind": "audit", "id": ROW["id"]},
        "before": {"ticket": wrong},
        "after": {"ticket": right},
        **more,
    }


def opened(*rows: dict[str, Any], ticket: str = "") -> Form:
    return form_for(CORRECT_TICKET.id, FormContext(snapshot(audit=list(rows)), NOW, ROW["id"], ticket=ticket))


def test_it_asks_for_ticket_and_reason_and_sends_both() -> None:
    form = opened(ROW, ticket="ZD-2")
    assert form.subject_lines == (
        "alice_42 · wallet.credit · audit row 0197…d001",
        "by maria@studio.example, 2h ago",
        "ticket ZD-1",
    )
    assert set(problems(form, {"ticket": ""})) == {"ticket", "reason"}
    assert problems(form, {"ticket": "ZD-1", "reason": "typed wrong"}) == {"ticket": "the row has this ticket already"}
    values = {"reason": "typed wrong"}
    call = build_call(form, values, KEY)
    assert call.request.body() == {"ticket": "ZD-2", "reason": "typed wrong", "idempotencyKey": KEY}
    assert call.target_id == ROW["id"]
    told = effects(form, values, EffectContext(snapshot(), NOW))
    assert (told[0].label, told[0].words) == ("ticket", "ZD-1 → ZD-2")
    answer = TicketCorrected.model_validate({"row": correction("ZD-2")})
    assert outcome_summary(call, answer, None) == "ticket ZD-1 → ZD-2"


def test_it_begins_with_the_ticket_that_is_known_by_now() -> None:
    form = opened(correction("ZD-3", "ZD-2"), correction("ZD-2"), ROW, ticket="ZD-3")
    assert form.subject_lines[-1] == "ticket ZD-3"
    assert problems(form, {"reason": "typed wrong"}) == {"ticket": "the row has this ticket already"}
    with pytest.raises(CannotOpen):
        opened(ticket="ZD-3")


@for_each(
    ("other", "words"),
    (
        ({}, None),
        ({"outcome": "denied"}, "this row is a refused attempt, which belongs to no ticket"),
        (correction("ZD-2"), "this row is a correction itself; correct the row 0197…d001"),
    ),
)
def test_when_it_is_off(other: dict[str, Any], words: str | None) -> None:
    audited = AuditRow.model_validate({**ROW, **other})
    here = {"row_scope": "audit", "row_id": audited.id, "permissions": None}
    of_player = ActionContext(snapshot=snapshot(audit=[{**ROW, **other}]), **here)
    of_studio = ActionContext(audit_row=audited, offered=frozenset({CORRECT_TICKET.id}), **here)
    assert CORRECT_TICKET.disabled_reason(of_player) == words
    assert CORRECT_TICKET.disabled_reason(of_studio) == words


def test_corrected_rows_show_the_right_ticket() -> None:
    rows = [correction("ZD-4", outcome="denied"), correction("ZD-3", "ZD-2"), correction("ZD-2"), ROW]
    known = snapshot(audit=rows)
    assert corrected_tickets(known.audit) == {ROW["id"]: "ZD-3"}
    assert [each.cells[5].text for each in table_rows.rows("audit", known, NOW)] == [
        "ZD-4",
        "ZD-3",
        "ZD-2",
        "ZD-3, not ZD-1",
    ]
    audited = AuditRow.model_validate({**ROW, "ticket": None})
    assert row(audited, NOW, corrected="ZD-3").cells[5].text == "ZD-3, not none"
    assert "corrected to  ZD-3" in audit_document(audited, NOW, corrected="ZD-3").plain_lines()
    assert bare_player("").player.external_player_id == ""
