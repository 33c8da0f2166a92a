"""The rows of the Audit pane, and of the studio's audit log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.present.safe import SafeText, safe
from kraty_console.present.table import Cell, Column, Row, Tone, cell, sort_key
from kraty_console.present.times import ago

if TYPE_CHECKING:
    from kraty_console.contract.audit import Actor, AuditRow

COLUMNS: Final = (
    Column("when", "WHEN", 7, 9, priority=1),
    Column("action", "ACTION", 12, 30, priority=2),
    Column("outcome", "OUTCOME", 6, 8, priority=5),
    Column("by", "BY", 6, 26, priority=3),
    Column("ticket", "TICKET", 6, 16, priority=6),
    Column("reason", "REASON", 8, 48, priority=4),
)
STUDIO_COLUMNS: Final = (*COLUMNS[:3], Column("player", "PLAYER", 8, 24, priority=3, middle=True), *COLUMNS[3:])
"""Across all players the player's id is a column of its own."""

_OUTCOME_TONE: Final[dict[str, Tone]] = {"ok": "good", "denied": "bad"}


def actor_words(actor: Actor | None) -> SafeText | None:
    """Who acted: the label, else kind and id."""
    if actor is None:
        return None
    if actor.label:
        return safe(actor.label)
    return safe(f"{actor.kind} {actor.id}".strip() if actor.id else actor.kind) if actor.kind or actor.id else None


def row(entry: AuditRow, now: datetime, *, with_player: bool = False) -> Row:
    """One audit row; `with_player` for `STUDIO_COLUMNS`."""
    actor = actor_words(entry.actor)
    player = entry.player.external_player_id if entry.player is not None else None
    cells = [
        Cell(ago(entry.occurred_at, now), "dim"),
        cell(entry.action or None, "accent"),
        cell(entry.outcome or None, _OUTCOME_TONE.get(entry.outcome, "plain")),
        Cell(actor) if actor is not None else cell(None),
        cell(entry.ticket),
        cell(entry.reason),
    ]
    keys = [
        sort_key(entry.occurred_at),
        sort_key(entry.action),
        sort_key(entry.outcome),
        sort_key(actor),
        sort_key(entry.ticket),
        sort_key(entry.reason),
    ]
    if with_player:
        cells.insert(3, cell(player))
        keys.insert(3, sort_key(player))
    return Row(entry.id, "audit", tuple(cells), tuple(keys), entry.id, "audit row's id")
