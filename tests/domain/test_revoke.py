"""Revoking a grant (contract/README.md#revoke): the dialog, why it is disabled, and revoked grants."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.actions import GrantRevoked
from kraty_console.contract.operations import Operation
from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, ROLE_PERMISSIONS
from kraty_console.domain.action_choice import for_key
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.actions import BY_ID
from kraty_console.domain.diagnosis import diagnose_attempt
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import EffectContext, Form, FormContext
from kraty_console.domain.forms import build_call, form_for, problems
from kraty_console.domain.grant_diagnosis import diagnose_grant
from kraty_console.domain.grant_links import Links
from kraty_console.domain.next_step import next_step
from kraty_console.domain.outcome_summary import outcome_summary
from kraty_console.domain.problems import Fault
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, snapshot

KEY = "kc_0123456789abcdef"
REVOKED = grant(status="revoked")
ROW = {
    "id": "row-1",
    "occurredAt": ago(hours=3),
    "action": "grant.revoke",
    "outcome": "ok",
    "actor": {"kind": "member", "id": "m1", "label": "maria@studio.example"},
    "target": {"kind": "grant", "id": REVOKED["id"]},
    "reason": "granted twice",
}
WORDS = "revoked 3h ago by maria: granted twice"


def opened(action: str, row: dict[str, Any], **lists: Any) -> Form:
    return form_for(action, FormContext(snapshot(grants=[row], **lists), NOW, row["id"], ticket="ZD-1"))


def notes(row: dict[str, Any], later: dict[str, Any] | None = None, **lists: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    seen = EffectContext(snapshot(grants=[later or row], **lists), NOW)
    for effect in effects(opened("grant.revoke", row), {}, seen):
        found.setdefault(effect.label, []).append(effect.words)
    return found


def test_the_dialog_asks_for_a_reason_and_sends_the_grant_s_id() -> None:
    form = opened("grant.revoke", grant())
    assert [(each.name, each.required) for each in form.fields] == [("ticket", False), ("reason", True)]
    assert (form.danger, set(problems(form, {}))) == (True, {"reason"})
    call = build_call(form, {"reason": "granted twice"}, KEY)
    assert (call.operation, call.target_id, call.external_player_id) == (
        Operation.REVOKE_GRANT,
        grant()["id"],
        "alice_42",
    )
    assert call.request.body() == {"reason": "granted twice", "ticket": "ZD-1", "idempotencyKey": KEY}


def test_the_effects_of_a_revocation() -> None:
    found = notes(grant(), attempts=[attempt()])
    assert found["status"] == ["pending → revoked"]
    assert found["player"] == ["cannot collect it any more, at once"]
    assert found["attempt"] == ["stays linked to the grant, so a second roll is still refused"]
    assert found["note"] == ["to take this back, force-claim it (F): that delivers it in any status"]
    crate = notes(grant(kind="crate", contents={"crateItemKey": "mystery"}, sourceKind="api"))
    assert crate["player"] == ["cannot open it any more, at once"]
    assert crate["note"][-1] == "the studio's backend gave it: there may be a purchase behind it"
    assert "attempt" not in crate


@pytest.mark.parametrize(
    ("later", "note"),
    [
        (grant(status="claimed"), "this grant is claimed by now; the server will refuse"),
        (grant(expiresAt=ago(minutes=1)), "its time has run out by now; the server will refuse"),
        (grant(id="another"), "this grant is no longer in the list"),
    ],
)
def test_changes_since_the_dialog_was_opened_are_noted(later: dict[str, Any], note: str) -> None:
    assert note in notes(grant(), later)["note"]


@pytest.mark.parametrize(
    ("row", "role", "words"),
    [
        (grant(), GAME_ADMIN, None),
        (grant(), GAME_DEBUGGER, "needs grant.revoke (GAME_ADMIN); you are GAME_DEBUGGER"),
        (grant(status="claimed"), GAME_ADMIN, "this grant is already claimed; only a pending one can be revoked"),
        (grant(status="expired"), GAME_ADMIN, "this grant has expired"),
        (grant(expiresAt=ago(days=1)), GAME_ADMIN, "this grant has expired"),
        (REVOKED, GAME_ADMIN, "this grant is already revoked"),
    ],
)
def test_disabled_reasons(row: dict[str, Any], role: str, words: str | None) -> None:
    context = ActionContext(snapshot(grants=[row]), "grants", "grant", row["id"], role, ROLE_PERMISSIONS[role], now=NOW)
    spec = for_key("X", context)
    assert spec is BY_ID["grant.revoke"]
    assert spec.disabled_reason(context) == words


def test_a_revoked_grant_is_explained_and_is_no_fault() -> None:
    seen = snapshot(attempts=[attempt()], grants=[REVOKED], audit=[ROW])
    found = diagnose_grant(seen.grants[0], seen, NOW)
    assert (found.code, found.words, found.severity, found.action_id) == (Fault.GRANT_REVOKED, WORDS, "fine", None)
    assert found.advice.startswith(f"R{WORDS[1:]}. The player cannot collect it")
    assert diagnose_attempt(seen.attempts[0], seen, NOW) == found
    step = next_step(seen, NOW, row_scope="grant", row_id=REVOKED["id"])
    assert (step.words, step.leads) == (found.advice, False)
    assert Links(seen).doubt == ""


def test_an_unknown_revoker_is_not_named() -> None:
    seen = snapshot(grants=[REVOKED], audit=[{**ROW, "outcome": "denied"}, {**ROW, "target": {"id": "another"}}])
    found = diagnose_grant(seen.grants[0], seen, NOW)
    assert (found.words, found.advice.partition(". ")[0]) == ("", "Revoked; the audit log has when, by whom and why")
    bare = snapshot(grants=[REVOKED], audit=[{**ROW, "actor": None, "occurredAt": None, "reason": None}])
    assert diagnose_grant(bare.grants[0], bare, NOW).words == "revoked"


def test_force_claim_begins_with_the_revocation() -> None:
    assert opened("grant.force_claim", REVOKED, audit=[ROW]).subject_lines[0] == WORDS
    assert opened("grant.force_claim", REVOKED).subject_lines[0] == "revoked; the audit log has when, by whom and why"
    assert not any("revoked" in line for line in opened("grant.force_claim", grant()).subject_lines)


def test_the_summary_names_the_revoked_contents() -> None:
    call = build_call(opened("grant.revoke", grant()), {"reason": "granted twice"}, KEY)
    answer = GrantRevoked.model_validate({"grant": REVOKED})
    assert outcome_summary(call, answer, snapshot(grants=[grant()])) == "pending → revoked, 500 gold"
    assert outcome_summary(call, answer, None) == "revoked, 500 gold"
