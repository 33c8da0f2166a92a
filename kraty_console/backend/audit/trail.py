"""Write audit rows: actor, action, target, reason, and the state before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.tables.record import OwnedByPlayer, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.operations import OPERATIONS, Operation


def record(
    tx: Transaction,
    ctx: Context,
    action: str,
    *,
    target_kind: str | None,
    target_id: str | None,
    player: PlayerRecord | None = None,
    metadata: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> str:
    """Write the row of a change in the change's transaction, and return its id."""
    return _write(
        tx,
        ctx,
        action,
        "ok",
        {
            "environment": ctx.environment if player is None else player.environment,
            "target_kind": target_kind,
            "target_id": target_id,
            "player_id": None if player is None else player.player_id,
            "external_player_id": None if player is None else player.external_player_id,
            "metadata": None if metadata is None else dict(metadata),
            "before": None if before is None else dict(before),
            "after": None if after is None else dict(after),
        },
    )


LONGEST_DENIED: Final = 256
"""Longest text in the row of a refused attempt, in characters, because the refused caller chose it."""


def record_denied(
    tx: Transaction,
    ctx: Context,
    permission: str,
    audit_id: str,
    *,
    target_kind: str | None = None,
    target_id: str | None = None,
    external_player_id: str | None = None,
    player: PlayerRecord | None = None,
) -> None:
    """Write the row of a refused attempt (contract/README.md#refused-attempts) under an id.

    The game of the context need not exist or be visible to the actor. With `player` the row belongs to that player; it
    is given if the actor may see the game (`player_concerned`).
    """
    _write(
        tx,
        ctx,
        permission,
        "denied",
        {
            "environment": _cut(ctx.environment),
            "target_kind": target_kind,
            "target_id": _cut(target_id),
            "player_id": None if player is None else player.player_id,
            "external_player_id": _cut(external_player_id if player is None else player.external_player_id),
            "metadata": {"permission": permission},
        },
        audit_id,
    )


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST_DENIED:
        return text
    return text[: LONGEST_DENIED - 1] + "…"


async def player_concerned(
    tx: Transaction, ctx: Context, *, target_kind: str | None, target_id: str | None, external_player_id: str | None
) -> PlayerRecord | None:
    """The player that a refused attempt concerned: the named one, or the owner of the named attempt or grant; else
    None."""
    player = tables.players.c
    in_game = (player.studio_id == ctx.tenant.studio_id, player.game_id == ctx.tenant.game_id)
    if external_player_id is not None:
        return await player_refs.find_by_external_id(tx, ctx.tenant, ctx.environment, external_player_id)
    table: RecordTable[OwnedByPlayer] | None = {"attempt": tables.attempts, "grant": tables.grants}.get(
        target_kind or ""
    )
    if table is None or target_id is None or not is_id(target_id):
        return None
    column = table.columns
    row = await tx.find(
        table,
        column.studio_id == ctx.tenant.studio_id,
        column.game_id == ctx.tenant.game_id,
        column[f"{target_kind}_id"] == target_id,
        column.environment == ctx.environment,
    )
    return None if row is None else await tx.find(tables.players, *in_game, player.player_id == row.player_id)


def audit_link(ctx: Context, audit_id: str) -> dict[str, str]:
    """The reference to an audit row in an answer; the url is for pasting into a ticket."""
    path = OPERATIONS[Operation.AUDIT_ROW].path.format(studioId=ctx.tenant.studio_id, auditId=audit_id)
    return {"id": audit_id, "url": ctx.public_url + path}


def _write(
    tx: Transaction,
    ctx: Context,
    action: str,
    outcome: Literal["ok", "denied"],
    values: Mapping[str, Any],
    audit_id: str | None = None,
) -> str:
    audit_id = audit_id or ctx.new_id()
    tx.add(
        tables.audit,
        {
            "studio_id": ctx.tenant.studio_id,
            "audit_id": audit_id,
            "game_id": ctx.tenant.game_id if is_id(ctx.tenant.game_id) else None,
            "occurred_at": ctx.now_ms,
            "actor_kind": ctx.actor.kind,
            "actor_id": ctx.actor.id,
            "actor_label": ctx.actor.label,
            "action": action,
            "outcome": outcome,
            "reason": ctx.reason,
            "ticket": ctx.ticket,
            "idempotency_key": ctx.idempotency_key,
            "request_id": ctx.request_id,
            **values,
        },
    )
    return audit_id
