"""Audit rows: table rows for one player or the whole studio, and the detail document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from kraty_console.domain.labels import action_words, actor_name, short_actor_name, spaced
from kraty_console.present.difference import differences, unchanged
from kraty_console.present.document import Document, DocumentSection, item, mapping, non_empty, safe_item, section
from kraty_console.present.numbers import short_id
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, TableRow, Tone, cell
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

COLUMNS: Final = (
    Column("when", "WHEN", 7, priority=1),
    Column("action", "ACTION", 24, priority=2),
    Column("words", "WHAT", 12, priority=7),
    Column("outcome", "OUTCOME", 7, priority=5),
    Column("by", "BY", 8, priority=3),
    Column("ticket", "TICKET", 8, priority=4),
    Column("reason", "REASON", 13, priority=6),
)
"""On a narrow screen what the action says in words is dropped first, then the reason: it is long, and useless when
cut."""

STUDIO_COLUMNS: Final = (*COLUMNS[:4], Column("player", "PLAYER", 12, priority=3, middle=True), *COLUMNS[4:])
"""With a column for the player's id."""

_OUTCOME_TONE: Final[dict[str, Tone]] = {"ok": "good", "denied": "bad"}


def row(entry: AuditRow, now: datetime, *, with_player: bool = False, corrected: str | None = None) -> TableRow:
    """The table row of an audit row; `with_player` for `STUDIO_COLUMNS`, `corrected` is its right ticket."""
    ticket = entry.ticket if corrected is None else f"{corrected}, not {entry.ticket or 'none'}"
    actor = short_actor_name(entry.actor) or None
    words = action_words(entry.action)
    player = entry.player.external_player_id if entry.player is not None else None
    cells = [
        Cell(ago(entry.occurred_at, now), "dim"),
        cell(entry.action or None, "accent"),
        Cell(SafeText(words)),
        cell(entry.outcome or None, _OUTCOME_TONE.get(entry.outcome, "plain")),
        cell(actor),
        cell(ticket),
        cell(entry.reason),
    ]
    keys = [
        entry.occurred_at,
        entry.action,
        words or None,
        entry.outcome,
        actor,
        ticket,
        entry.reason,
    ]
    if with_player:
        cells.insert(4, cell(player))
        keys.insert(4, player)
    return TableRow(entry.id, "audit", tuple(cells), tuple(keys), entry.id, "audit row's id")


def audit_document(
    entry: AuditRow, now: datetime, local: tzinfo | None = None, *, corrected: str | None = None
) -> Document:
    """The detail document of an audit row: actor, action, reason, changed fields; `corrected` is its right ticket."""
    target = entry.target
    metadata = {name: value for name, value in (entry.metadata or {}).items() if name != "reason"}
    before, after = entry.before, entry.after
    if before is None and after is None:  # a Kraty may tell them in the metadata alone
        before, after = metadata.get("before"), metadata.get("after")
    for name, value in (("before", before), ("after", after)):
        if value is not None and metadata.get(name) == value:
            del metadata[name]

    def sections() -> Iterator[DocumentSection | None]:
        yield section(
            "",
            (
                item("action", entry.action or None, "accent"),
                item("in words", action_words(entry.action)) if action_words(entry.action) else None,
                item("outcome", entry.outcome or None, "bad" if entry.outcome == "denied" else "plain"),
                safe_item("when", exact(entry.occurred_at, now, local)),
                item("by", actor_name(entry.actor) or None),
                item("player", entry.player.external_player_id) if entry.player else None,
                item("target", f"{spaced(target.kind)} {target.id or ''}".strip()) if target else None,
                item("reason", entry.reason),
                item("ticket", entry.ticket),
                item("corrected to", corrected) if corrected is not None else None,
            ),
        )
        if before is not None or after is not None:
            changes = differences(before, after)
            none = (safe_item("none", SafeText("before and after are the same"), "dim"),)
            yield section("Changes", (*(changes or none), unchanged(before, after)))
        yield mapping("Metadata", metadata)
        yield section(
            "Ids",
            (
                item("audit row", entry.id),
                item("request", entry.request_id) if entry.request_id else None,
                item("key", entry.idempotency_key) if entry.idempotency_key else None,
                item("actor", entry.actor.id) if entry.actor and entry.actor.id else None,
                item("environment", entry.environment) if entry.environment else None,
            ),
        )

    title = SafeText(f"{safe(entry.action or 'audit row', limit=80)} · {short_id(entry.id)}")
    return Document(title, non_empty(sections()), entry.raw())
