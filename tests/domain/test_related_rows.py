"""Which rows a row came from or led to, and why there are none."""

from __future__ import annotations

from typing import Any

from kraty_console.contract.players import Snapshot
from kraty_console.domain.related_rows import grant_in_payload, related_rows_of
from kraty_console.domain.scopes import Scope
from tests.harness.domain.snapshots import ago, attempt, grant, snapshot
from tests.harness.each import for_each

ATTEMPT, GRANT = attempt()["id"], grant()["id"]
CRATE, CHILD, ELSEWHERE = "0197bbbb-crate", "0197bbbb-child", "0197ffff-elsewhere"


def ledger(**fields: object) -> dict[str, object]:
    """A deposit of the grant, an hour ago."""
    return {
        "ledgerId": "L1",
        "economyKey": "gold",
        "delta": 500,
        "balance": 500,
        "reason": "grant_deposit",
        "sourceRefId": GRANT,
        "occurredAt": ago(hours=1),
        **fields,
    }


def audited(**fields: object) -> dict[str, object]:
    """A credit of gold, an hour ago."""
    return {
        "id": "A1",
        "occurredAt": ago(hours=1),
        "action": "wallet.credit",
        "outcome": "ok",
        "target": {"kind": "wallet", "id": "gold"},
        **fields,
    }


LINKED = snapshot(
    attempts=[attempt(grantIds=[GRANT])],
    grants=[
        grant(),
        grant(id=CRATE, kind="crate", sourceKind="admin", sourceRefId=None),
        grant(id=CHILD, sourceKind="crate_open", sourceRefId=CRATE, parentGrantId=CRATE),
    ],
    wallet=[{"economyKey": "gold", "balance": 500}],
    inventory=[{"itemKey": "potion", "quantity": 2}],
    walletLedger=[
        ledger(),
        ledger(ledgerId="L2", sourceRefId=None, reason="make-good", occurredAt=ago(hours=3)),
        ledger(ledgerId="L3", sourceRefId=None, occurredAt=ago(hours=4)),
    ],
    itemLedger=[
        ledger(ledgerId="I1", economyKey=None, itemKey="potion", sourceRefId=ELSEWHERE, occurredAt=ago(hours=5))
    ],
    audit=[
        audited(occurredAt=ago(hours=3)),
        audited(id="A2", action="grant.create", target={"kind": "grant", "id": CRATE}, occurredAt=ago(hours=9)),
        audited(id="A3", action="player.ban", target={"kind": "player", "id": "p"}, occurredAt=ago(hours=8)),
        audited(id="A4", action="grant.revoke", target={"kind": "grant", "id": ELSEWHERE}, occurredAt=ago(hours=7)),
        audited(id="A5", action="audit.correct", target={"kind": "audit", "id": "A1"}, occurredAt=ago(hours=6)),
    ],
)


CAUSES_AND_EFFECTS: dict[tuple[Scope, str], list[tuple[str, str, str]]] = {
    ("attempt", ATTEMPT): [("grants", GRANT, "500 gold")],
    ("grant", GRANT): [("attempts", ATTEMPT, "daily_race"), ("wallet", "L1", "gold +500")],
    ("grant", CRATE): [("audit", "A2", "grant.create"), ("grants", CHILD, "500 gold")],
    ("grant", CHILD): [("grants", CRATE, "500 gold")],
    ("ledger", "L1"): [("grants", GRANT, "500 gold")],
    ("ledger", "L2"): [("audit", "A1", "wallet.credit")],
    ("audit", "A1"): [("wallet", "gold", "gold")],
    ("audit", "A2"): [("grants", CRATE, "500 gold")],
    ("audit", "A5"): [("audit", "A1", "wallet.credit")],
    ("wallet", "gold"): [("wallet", "L1", "gold +500")],
    ("item", "potion"): [("items", "I1", "potion +500")],
}


@for_each(("scope", "row_id", "found"), [(*row, found) for row, found in CAUSES_AND_EFFECTS.items()])
def test_related_rows_are_causes_first_then_effects(
    scope: Scope, row_id: str, found: list[tuple[str, str, str]]
) -> None:
    related = related_rows_of(LINKED).of(scope, row_id)
    assert ([tuple(each) for each in related.rows], related.why_none) == (found, "")


CUT = snapshot(attempts=[attempt(grantIds=[GRANT])], grants=[grant(id=CHILD, attemptId=ELSEWHERE)])

WITHOUT = [
    (LINKED, "ledger", "I1", f"what it came from ({ELSEWHERE}) is not among the rows that were read"),
    (LINKED, "ledger", "L3", "no row is known to have caused this change"),
    (LINKED, "audit", "A3", "this audit row names no attempt, grant, balance or item"),
    (LINKED, "audit", "A4", "its grant is not among the rows that were read"),
    (LINKED, "item", "gone", "no change of it is among the rows that were read"),
    (LINKED, None, None, "there is no row under the cursor"),
    (LINKED, "grant", "gone", "no other row belongs to this one"),
    (CUT, "attempt", ATTEMPT, "its 1 grant is not among the rows that were read"),
    (CUT, "grant", CHILD, "its attempt is not among the rows that were read"),
    (snapshot(attempts=[attempt()]), "attempt", ATTEMPT, "no grants are linked to this attempt"),
]


@for_each(("answer", "scope", "row_id", "why"), WITHOUT)
def test_a_row_without_related_rows_says_why(
    answer: Snapshot, scope: Scope | None, row_id: str | None, why: str
) -> None:
    related = related_rows_of(answer).of(scope, row_id)
    assert (related.rows, related.why_none) == ((), why)


def test_several_admin_rows_at_one_time_name_no_cause_unless_one_names_the_key() -> None:
    at = ago(hours=2)
    change = ledger(sourceRefId=None, occurredAt=at)
    others = [audited(id=each, occurredAt=at, target={"kind": "player", "id": "p"}) for each in ("X", "Y")]
    assert related_rows_of(snapshot(walletLedger=[change], audit=others)).of("ledger", "L1").rows == ()
    named = snapshot(walletLedger=[change], audit=[*others, audited(occurredAt=at)])
    assert [row.row_id for row in related_rows_of(named).of("ledger", "L1").rows] == ["A1"]


PAYLOADS = [
    ({"grant": {"id": "g1"}}, "g1"),
    ({"grantId": "g2"}, "g2"),
    ({"grant": "g3"}, None),
    ({"grant": {"id": 7}}, None),
    ({}, None),
    (None, None),
]


@for_each(("data", "grant_id"), PAYLOADS)
def test_the_payload_of_a_delivery_names_its_grant(data: dict[str, Any] | None, grant_id: str | None) -> None:
    assert grant_in_payload(data) == grant_id
