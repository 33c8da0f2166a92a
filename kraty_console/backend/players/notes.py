"""Notes of the support staff on a player (contract/README.md#notes).

A note may say anything about a person, so its text is in no audit row, which could not be erased.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit import trail
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import formats, idempotency, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import conflict
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerNoteRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

NOTE: Final = "player.note"


async def add(tx: Transaction, ctx: Context, external_id: str, text: str) -> RuleResult:
    """Write a note; 409 if the player was merged or erased, because notes of a person who is gone are removed."""
    earlier = await idempotency.replay(tx, ctx, NOTE, {"player": external_id, "text": text})
    if earlier is not None:
        return earlier
    player = await players.lock(tx, ctx, external_id)
    if player_refs.is_gone(player):
        conflict(f"The player '{external_id}' was merged or erased, and takes no notes")
    note = tx.add(
        tables.player_notes,
        {
            **player.owner(),
            "note_id": ctx.new_id(),
            "created_at": ctx.now_ms,
            "author_kind": ctx.actor.kind,
            "author_id": ctx.actor.id,
            "author_label": ctx.actor.label,
            "text": text,
            "ticket": ctx.ticket,
        },
    )
    audit_id = trail.record(
        tx,
        ctx,
        NOTE,
        target_kind="player",
        target_id=player.player_id,
        player=player,
        after={"noteId": note.note_id, "characters": len(text)},
    )
    data = {"note": serialize_note(note), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, NOTE, 201, data)


async def notes_page(
    tx: Transaction, player: PlayerRecord, after: PagePosition | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a player's notes, newest first, and the cursor of the next one (None on the last)."""
    table = tables.player_notes
    query = sa.select(table).where(
        table.c.studio_id == player.studio_id,
        table.c.game_id == player.game_id,
        table.c.player_id == player.player_id,
    )
    if after is not None:
        query = query.where(after.older(table.c.created_at, table.c.note_id))
    query = query.order_by(table.c.created_at.desc(), table.c.note_id.desc()).limit(limit + 1)
    rows = await tx.records(PlayerNoteRecord, query)
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = PagePosition(rows[-1].created_at, rows[-1].note_id).encoded() if more else None
    return [serialize_note(row) for row in rows], cursor


def serialize_note(note: PlayerNoteRecord) -> dict[str, Any]:
    """A note in wire form; the id of its player lets an erasure find the answers that are kept with keys."""
    return {
        "id": note.note_id,
        "playerId": note.player_id,
        "createdAt": formats.timestamp(note.created_at),
        "author": {"kind": note.author_kind, "id": note.author_id, "label": note.author_label},
        "text": note.text,
        "ticket": note.ticket,
    }
