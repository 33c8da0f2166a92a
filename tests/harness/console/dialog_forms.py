"""One player with something wrong, and the forms to mend it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from textual import events
from textual.app import App

from kraty_console.client.journal_entries import EntryState, JournalEntry
from kraty_console.client.writer import ChangeOutcome
from kraty_console.contract.audit import AuditLink
from kraty_console.contract.catalog import Catalog, CatalogCurrency, CatalogItem
from kraty_console.contract.errors import KratyError
from kraty_console.contract.operations import Operation
from kraty_console.contract.players import (
    Attempt,
    Grant,
    Identity,
    Player,
    Roll,
    Snapshot,
    WalletHolding,
)
from kraty_console.domain.fields import EffectContext, Form, FormContext
from kraty_console.domain.forms import form_for

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
STUCK = "01970000-0000-7000-8000-00000000a001"
FAILED = "01970000-0000-7000-8000-00000000a002"
GRANT = "01970000-0000-7000-8000-00000000b001"

CATALOG = Catalog(
    items=[
        CatalogItem(key="potion"),
        CatalogItem(key="legendary_box", item_type_key="crate"),
    ],
    currencies=[CatalogCurrency(key="gold"), CatalogCurrency(key="gems")],
)

SNAPSHOT = Snapshot(
    player=Player(external_player_id="alice_42", id="p1", display_identity=Identity(name="Swift Otter")),
    attempts=[
        Attempt(
            id=STUCK,
            event_key="weekly_cup",
            status="in_progress",
            started_at=NOW - timedelta(days=3),
            score=320,
            target=1500,
            reward_policy="table",
            grant_ids=[],
        ),
        Attempt(
            id=FAILED,
            event_key="daily_race",
            status="completed",
            started_at=NOW - timedelta(hours=2),
            completed_at=NOW - timedelta(hours=1),
            score=1840,
            target=1500,
            reward_policy="table",
            grant_ids=[],
            roll=Roll(status="failed", error='table "daily_gold" was archived', at=NOW - timedelta(hours=1)),
        ),
    ],
    grants=[
        Grant(
            id=GRANT,
            status="pending",
            contents={"entries": [{"type": "currency", "currencyKey": "gold", "amount": 500}]},
            created_at=NOW - timedelta(hours=5),
            expires_at=NOW + timedelta(days=9),
        )
    ],
    wallet=[WalletHolding(economy_key="gold", balance=1240)],
)

ROWS = {
    "attempt.force_complete": STUCK,
    "attempt.retry_roll": FAILED,
    "grant.force_claim": GRANT,
    "wallet.credit": "gold",
}


def seen() -> EffectContext:
    return EffectContext(SNAPSHOT, NOW, CATALOG)


def form(action_id: str, *, ticket: str = "ZD-4821", amount_limit: int | None = None) -> Form:
    return form_for(
        action_id,
        FormContext(SNAPSHOT, NOW, ROWS.get(action_id), ticket, {}, CATALOG, amount_limit),
    )


def entry(entry_id: str = "e1", state: EntryState = EntryState.APPLIED, *, applied: bool | None = True) -> JournalEntry:
    return JournalEntry(
        id=entry_id,
        created_at=NOW - timedelta(minutes=3),
        profile="demo",
        base_url="http://127.0.0.1:8080",
        studio="s1",
        game="g1",
        environment="live",
        member="maria",
        ticket="ZD-4821",
        operation=Operation.CREDIT,
        player="alice_42",
        path="/admin/v1/studios/s1/games/g1/players/alice_42/wallet/gold/credit",
        idempotency_key="kc_0123",
        body='{"amount": 500, "reason": "make-good"}',
        state=state,
        applied=applied,
    )


def applied() -> ChangeOutcome:
    return ChangeOutcome("applied", entry(), audit=AuditLink(id="0197aaaa", url="https://x/audit/0197aaaa"))


def refused(error: KratyError) -> ChangeOutcome:
    return ChangeOutcome("refused", entry(state=EntryState.REFUSED, applied=False), error=error)


def unknown(error: KratyError | None = None) -> ChangeOutcome:
    return ChangeOutcome("unknown", entry(state=EntryState.UNKNOWN, applied=None), error=error)


def screen_lines(app: App[Any]) -> list[str]:
    """What the screen shows, line by line."""
    return [
        "".join(segment.text for segment in strip if not segment.control)
        for strip in app.screen._compositor.render_strips()
    ]


def paste(text: str) -> events.Paste:
    return events.Paste(text)
