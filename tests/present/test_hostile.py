"""Every hostile string in every field, through every presenter: the output is safe and complete."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from kraty_console.console.dialogs.related import RelatedDialog
from kraty_console.contract.audit import AuditRow
from kraty_console.contract.errors import Invalid, NotAllowed, Refused
from kraty_console.contract.players import SearchHit, Snapshot
from kraty_console.contract.timeline import TimelinePage
from kraty_console.domain.scopes import LIST_PANES
from kraty_console.domain.timeline_links import related
from kraty_console.present.audit import row as audit_row
from kraty_console.present.detail import audit_document, document, player_document
from kraty_console.present.document import Document
from kraty_console.present.errors import error_text
from kraty_console.present.json_output import json_text
from kraty_console.present.profile import compact_profile, profile
from kraty_console.present.row_summary import audit_row_summary, row_summary
from kraty_console.present.rows import tables
from kraty_console.present.text_output import hits_text, pane_text, player_json, player_text
from kraty_console.present.timeline_rows import delivery_summary
from kraty_console.present.timeline_rows import row as timeline_row
from tests.data import load_hostile
from tests.harness.domain.snapshots import NOW, ago, attempt, grant
from tests.harness.each import for_each

BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LONGEST = 2_000
"""Characters; how a longer one is dealt with is the door's own test."""

VALUES = [entry for entry in load_hostile() if entry.raw is None]


def whole(value: str) -> Snapshot:
    """A player who wrote this wherever anything can be written."""
    entry = {"type": value, "currencyKey": value, "amount": 1, value: value}
    audit = {
        "id": value or "r1",
        "occurredAt": ago(hours=1),
        "action": value,
        "outcome": value,
        "actor": {"kind": value, "id": value, "label": value},
        "target": {"kind": value, "id": value},
        "player": {"externalPlayerId": value},
        "reason": value,
        "ticket": value,
        "metadata": {value: value},
        "before": {value: value, "x": value},
        "after": {value: [value], "x": value + "y"},
        "requestId": value,
    }
    ledger = {
        "ledgerId": value,
        "economyKey": value,
        "delta": 5,
        "reason": value,
        "origin": value,
        "sourceRefId": value,
    }
    return Snapshot.model_validate(
        {
            "player": {
                "externalPlayerId": value,
                "id": value,
                "email": value,
                "environment": value,
                "displayIdentity": {"name": value, "country": value},
                "lastContextSnapshot": {"country": value, "level": value, value: {value: value}},
                "ban": {"bannedAt": ago(days=1), "reason": value},
                "mergedInto": value,
            },
            "attempts": [
                attempt(
                    id=value or "a1",
                    eventKey=value,
                    status=status,
                    metrics={value: value},
                    roll={"status": "failed", "error": value},
                    grantIds=ids,
                    rewardPolicy=value,
                )
                for status, ids in (("completed", []), (value, [value]), ("expired", ["g1"]))
            ],
            "grants": [
                grant(id="g1", contents={"entries": [entry, value]}, sourceKind=value),
                grant(
                    id=value or "g2", contents={"crateItemKey": value}, kind="crate", status=value, sourceRefId=value
                ),
                grant(id="g3", status="claimed", parentGrantId="g1", contents={value: value}),
            ],
            "lobbies": [{"id": value, "eventKey": value, "status": value, "mode": value}],
            "wallet": [{"economyKey": value, "balance": 5, "metadata": {value: value}}],
            "inventory": [{"itemKey": value, "quantity": 5}],
            "walletLedger": [ledger],
            "itemLedger": [{**ledger, "itemKey": value, "economyKey": None}],
            "audit": [audit],
        }
    )


def document_texts(texts: Document) -> Iterator[str]:
    yield texts.title
    yield from texts.raw_lines
    yield from texts.plain_lines()
    for section in texts.sections:
        for item in section.items:
            yield item.label
            yield item.value


def everything(answer: Snapshot) -> Iterator[str]:
    for line in (*profile(answer, NOW), *compact_profile(answer, NOW)):
        yield from (cell.text for cell in line)
    yield from document_texts(player_document(answer, NOW))
    for pane in LIST_PANES:
        for table in tables(pane.id, answer, NOW):
            for row in table.rows:
                yield from (cell.text for cell in row.cells)
                if (texts := row_summary(row, answer, NOW)) is not None:
                    yield texts.title
                    yield from (cell.text for cell in texts.lines)
                if (paper := document(row, answer, NOW)) is not None:
                    yield from document_texts(paper)
        yield from pane_text(pane.id, answer, NOW).split("\n")
    yield from player_text(answer, NOW).split("\n")
    yield from timeline_texts(answer)
    entry = AuditRow.model_validate(answer.audit[0].raw())
    yield from (cell.text for cell in audit_row(entry, NOW, with_player=True).cells)
    yield from document_texts(audit_document(entry, NOW))
    yield from (cell.text for cell in audit_row_summary(entry, NOW).lines)


def timeline_texts(answer: Snapshot) -> Iterator[str]:
    """A row of each kind of event, and what it came from and led to."""
    url = answer.attempts[0].id
    delivery = {"id": url, "eventName": url, "status": url, "endpoint": {"url": url}, "attempts": [{"error": url}]}
    page = TimelinePage.model_validate(
        {
            "rows": [
                {"kind": "attempt", "id": url, "attempt": answer.attempts[0].raw()},
                {"kind": "grant", "id": url, "grant": answer.grants[0].raw()},
                {"kind": "wallet", "id": url, "wallet": answer.wallet_ledger[0].raw()},
                {"kind": "lobby", "id": url, "lobby": answer.lobbies[0].raw()},
                {"kind": "audit", "id": url, "audit": answer.audit[0].raw()},
                {"kind": "webhook", "id": url, "webhook": delivery},
                {"kind": url, "id": url},
            ]
        }
    )
    for event in page.rows:
        yield from (cell.text for cell in timeline_row(event, NOW).cells)
        rows = RelatedDialog(related(event, answer)).rows
        yield from (text for row in rows for text in (row.left, row.right))
        if event.webhook is not None:
            summary = delivery_summary(event.webhook, NOW)
            yield from (summary.title, *(cell.text for cell in summary.lines))


def errors(value: str) -> Iterator[str]:
    details: dict[str, Any] = {value: value, "fields": {value: [value]}, "permission": value, "rollError": value}
    for kind in (Refused, Invalid, NotAllowed):
        texts = error_text(kind(value, value, 409, details, value), role=value)
        yield from (texts.title, texts.text, texts.hint)


@for_each("entry", VALUES)
def test_error_texts_are_safe(entry) -> None:
    value = entry.value[:LONGEST]
    answer = whole(value)
    texts = [*everything(answer), *errors(value)]
    hits = [SearchHit(external_player_id=value, email=value, match=match) for match in ("merged", value)]
    texts.extend(hits_text(hits, NOW).split("\n"))
    bad = {char for char in set().union(*texts) if char != "\u200d" and unicodedata.category(char) in BAD}
    assert not bad, [text[:200] for text in texts if bad & set(text)]
    printed = set(json_text(player_json(answer)))
    assert all(" " <= char <= "~" or char == "\n" for char in printed)
