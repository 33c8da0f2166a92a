"""Webhook deliveries: table rows for one player or the whole game, and the detail document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kraty_console.domain.formatting import grouped
from kraty_console.present.document import (
    Document,
    DocumentSection,
    LabelledValue,
    item,
    mapping,
    non_empty,
    safe_item,
    section,
)
from kraty_console.present.safe import MISSING, SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, Tone, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.webhooks import Delivery, DeliveryAttempt

COLUMNS: Final = (
    Column("when", "WHEN", 7, priority=1),
    Column("event", "EVENT", 14, priority=1),
    Column("status", "STATUS", 9, priority=2),
    Column("tries", "TRIES", 5, priority=4, right=True),
    Column("next", "NEXT", 7, priority=3),
    Column("endpoint", "ENDPOINT", 10, priority=6, middle=True),
    Column("last", "LAST ANSWER", 12, priority=5),
)
GAME_COLUMNS: Final = (*COLUMNS[:2], Column("player", "PLAYER", 8, priority=3, middle=True), *COLUMNS[2:])
"""With a column for the player's id."""

_TONES: Final[dict[str, Tone]] = {"delivered": "good", "failed": "bad", "cancelled": "dim"}


def row(delivery: Delivery, now: datetime, *, with_player: bool = False) -> TableRow:
    """The table row of a delivery; `with_player` for `GAME_COLUMNS`."""
    last = delivery.attempts[-1] if delivery.attempts else None
    endpoint = _host(delivery)
    tone = _TONES.get(delivery.status, "warn" if last is not None and last.error else "plain")
    cells = [
        Cell(ago(delivery.created_at, now), "dim"),
        cell(delivery.event_name or None, "accent"),
        cell(delivery.status or None, tone),
        Cell(SafeText(grouped(delivery.attempt_count))),
        Cell(next_words(delivery, now)),
        cell(endpoint),
        Cell(outcome_words(last), "bad" if last is not None and last.error else "plain"),
    ]
    keys = [
        delivery.created_at,
        delivery.event_name,
        delivery.status,
        delivery.attempt_count,
        delivery.next_attempt_at,
        endpoint,
        last.error if last is not None else None,
    ]
    if with_player:
        player = delivery.player.external_player_id if delivery.player is not None else None
        cells.insert(2, cell(player))
        keys.insert(2, player)
    return TableRow(delivery.id, "delivery", tuple(cells), tuple(keys), delivery.id, "delivery id")


def next_words(delivery: Delivery, now: datetime) -> SafeText:
    """When the next attempt is due, or what the delivery waits for; `—` when it is finished."""
    if delivery.status != "pending":
        return MISSING
    if delivery.sending:
        return SafeText("being sent")
    if delivery.next_attempt_at is not None:
        return SafeText("due now") if delivery.next_attempt_at <= now else ago(delivery.next_attempt_at, now)
    paused = delivery.endpoint is not None and delivery.endpoint.state == "paused"
    return SafeText("endpoint is paused" if paused else "after an earlier one")


def outcome_words(attempt: DeliveryAttempt | None) -> SafeText:
    """The result of an attempt; `—` when there was none."""
    if attempt is None:
        return MISSING
    if attempt.error:
        return safe(attempt.error, limit=300)
    return SafeText(f"answered {attempt.status}") if attempt.status is not None else SafeText("not known")


def delivery_document(delivery: Delivery, now: datetime, local: tzinfo | None = None) -> Document:
    """The detail document of a delivery: its state, each attempt, and the payload where it is known."""
    endpoint = delivery.endpoint
    data = getattr(delivery, "data", None)

    def sections() -> Iterator[DocumentSection | None]:
        yield section(
            "",
            (
                item("event", delivery.event_name or None, "accent"),
                item("status", delivery.status or None, _TONES.get(delivery.status, "plain")),
                safe_item("next attempt", next_words(delivery, now)) if delivery.status == "pending" else None,
                item("player", delivery.player.external_player_id) if delivery.player else None,
                item("endpoint", endpoint.url) if endpoint else None,
                item("endpoint is", endpoint.state, "warn") if endpoint and endpoint.state != "active" else None,
                safe_item("happened", exact(delivery.occurred_at, now, local)),
                safe_item("passed on", exact(delivery.created_at, now, local)),
                safe_item("finished", exact(delivery.finished_at, now, local)) if delivery.finished_at else None,
            ),
        )
        yield section("Attempts", (_attempt(each, now, local) for each in delivery.attempts))
        yield mapping("Data", data if isinstance(data, dict) else None)
        yield section(
            "Ids",
            (
                item("delivery", delivery.id),
                item("endpoint", endpoint.id) if endpoint and endpoint.id else None,
                item("environment", delivery.environment) if delivery.environment else None,
            ),
        )

    title = SafeText(f"delivery · {safe(delivery.event_name, limit=60)}")
    return Document(title, non_empty(sections()), delivery.raw())


def _attempt(attempt: DeliveryAttempt, now: datetime, local: tzinfo | None) -> LabelledValue:
    parts = [exact(attempt.started_at, now, local), outcome_words(attempt)]
    if attempt.duration_ms is not None:
        parts.append(SafeText(f"{grouped(attempt.duration_ms)} ms"))
    if attempt.answer:
        parts.append(safe(attempt.answer, limit=300))
    return safe_item(f"{attempt.number}", SafeText(" · ".join(parts)), "bad" if attempt.error else "plain")


def _host(delivery: Delivery) -> str | None:
    """The endpoint's host, or its URL when it has no host."""
    url = delivery.endpoint.url if delivery.endpoint is not None else ""
    try:
        return urlsplit(url).netloc or url or None
    except ValueError:
        return url
