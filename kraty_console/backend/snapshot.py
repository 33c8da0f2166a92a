"""Everything one look-up answers, for both surfaces (decisions: Snapshot, player-tools: From your backend).

A constant number of queries, each by an index and capped by the limit, whatever the player's history; totals come from
the player's row, where the engine keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final, Literal

import sqlalchemy as sa

from kraty_console.backend import answers
from kraty_console.backend.engine.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction

QUERIES: Final = 11
"""How many queries an admin look-up takes at most."""

Surface = Literal["admin", "server"]
_Player = tuple[str, str, str]


async def build(
    tx: Transaction, tenant: Tenant, environment: str, external_id: str, *, limit: int = 50, surface: Surface = "admin"
) -> dict[str, Any] | None:
    """The snapshot of the player with this external id, None when there is none; every list newest first.

    The admin look-up adds e-mail, both ledgers and the player's audit rows.
    """
    column = tables.players.c
    player = await tx.first(
        sa.select(tables.players).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.environment == environment,
            column.external_player_id == external_id,
        )
    )
    if player is None:
        return None
    place = (player["studio_id"], player["game_id"], player["player_id"])
    merged_into = await _external_id(tx, place, player["merged_into"])
    grants = [answers.grant(row) for row in await _newest(tx, tables.grants, place, ("created_at", "grant_id"), limit)]
    snapshot: dict[str, Any] = {
        "player": answers.player(player, merged_into=merged_into, with_email=surface == "admin"),
        "attempts": await _attempts(tx, place, limit),
        "grants": grants,
        "recentGrants": grants,
        "lobbies": await _lobbies(tx, place, limit),
        "summary": answers.summary(player),
        "inventory": await _inventory(tx, place, limit),
        "wallet": await _wallet(tx, place, limit),
    }
    if surface == "admin":
        order = ("occurred_at", "position")
        wallet_rows = await _newest(tx, tables.wallet_ledger, place, order, limit)
        item_rows = await _newest(tx, tables.item_ledger, place, order, limit)
        audit_rows = await _newest(tx, tables.audit, place, ("occurred_at", "audit_id"), limit)
        snapshot["walletLedger"] = [answers.wallet_entry(row) for row in wallet_rows]
        snapshot["itemLedger"] = [answers.item_entry(row) for row in item_rows]
        snapshot["audit"] = [answers.audit_row(row) for row in audit_rows]
    return snapshot


def _belongs(table: sa.Table, place: _Player) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.studio_id == place[0], table.c.game_id == place[1], table.c.player_id == place[2])


async def _newest(
    tx: Transaction, table: sa.Table, place: _Player, order: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    return await tx.all(
        sa.select(table).where(*_belongs(table, place)).order_by(*(table.c[name].desc() for name in order)).limit(limit)
    )


async def _external_id(tx: Transaction, place: _Player, player_id: str | None) -> str | None:
    if player_id is None:
        return None
    found: str | None = await tx.scalar(
        sa.select(tables.players.c.external_player_id).where(*_belongs(tables.players, (place[0], place[1], player_id)))
    )
    return found


async def _attempts(tx: Transaction, place: _Player, limit: int) -> list[dict[str, Any]]:
    table, event, window = tables.attempts, tables.events, tables.event_windows
    rows = await tx.all(
        sa.select(
            table,
            event.c.key,
            event.c.name,
            event.c.metrics.label("event_metrics"),
            event.c.reward_policy,
            window.c.ends_at.label("window_ends_at"),
        )
        .select_from(
            table.outerjoin(
                event,
                sa.and_(
                    event.c.studio_id == table.c.studio_id,
                    event.c.game_id == table.c.game_id,
                    event.c.event_id == table.c.event_id,
                ),
            ).outerjoin(
                window,
                sa.and_(
                    window.c.studio_id == table.c.studio_id,
                    window.c.game_id == table.c.game_id,
                    window.c.window_id == table.c.window_id,
                ),
            )
        )
        .where(*_belongs(table, place))
        .order_by(table.c.started_at.desc(), table.c.attempt_id.desc())
        .limit(limit)
    )
    linked = await _grant_ids(tx, place, [row["attempt_id"] for row in rows])
    return [answers.attempt(row, _event(row), row["window_ends_at"], linked.get(row["attempt_id"], ())) for row in rows]


def _event(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["key"] is None:
        return None
    return {
        "key": row["key"],
        "name": row["name"],
        "metrics": row["event_metrics"],
        "reward_policy": row["reward_policy"],
    }


async def _grant_ids(tx: Transaction, place: _Player, attempt_ids: Sequence[str]) -> dict[str, list[str]]:
    column = tables.grants.c
    linked: dict[str, list[str]] = {}
    if attempt_ids:
        # Sorted here: an order in the query would let SQLite walk all of the player's grants by it.
        rows = await tx.all(
            sa.select(column.attempt_id, column.created_at, column.grant_id).where(
                *_belongs(tables.grants, place), tx.among(column.attempt_id, attempt_ids)
            )
        )
        for row in sorted(rows, key=itemgetter("created_at", "grant_id")):
            linked.setdefault(row["attempt_id"], []).append(row["grant_id"])
    return linked


async def _lobbies(tx: Transaction, place: _Player, limit: int) -> list[dict[str, Any]]:
    seat, lobby, event = tables.lobby_members, tables.lobbies, tables.events
    rows = await tx.all(
        sa.select(lobby, event.c.key.label("event_key"))
        .select_from(
            seat.join(
                lobby,
                sa.and_(
                    lobby.c.studio_id == seat.c.studio_id,
                    lobby.c.game_id == seat.c.game_id,
                    lobby.c.lobby_id == seat.c.lobby_id,
                ),
            ).outerjoin(
                event,
                sa.and_(
                    event.c.studio_id == lobby.c.studio_id,
                    event.c.game_id == lobby.c.game_id,
                    event.c.event_id == lobby.c.event_id,
                ),
            )
        )
        .where(*_belongs(seat, place))
        .order_by(seat.c.joined_at.desc(), seat.c.lobby_id.desc())
        .limit(limit)
    )
    return [answers.lobby(row, row["event_key"]) for row in rows]


async def _inventory(tx: Transaction, place: _Player, limit: int) -> list[dict[str, Any]]:
    """What the player has now; items used up are left out (kraty-api 4)."""
    table = tables.inventory
    rows = await tx.all(
        sa.select(table)
        .where(*_belongs(table, place), table.c.quantity > 0)
        .order_by(table.c.updated_at.desc(), table.c.item_key)
        .limit(limit)
    )
    return [answers.item_holding(row) for row in rows]


async def _wallet(tx: Transaction, place: _Player, limit: int) -> list[dict[str, Any]]:
    """Every balance, zero included (kraty-api 4)."""
    table = tables.wallets
    rows = await tx.all(
        sa.select(table)
        .where(*_belongs(table, place))
        .order_by(table.c.updated_at.desc(), table.c.economy_key)
        .limit(limit)
    )
    return [answers.wallet_holding(row) for row in rows]
