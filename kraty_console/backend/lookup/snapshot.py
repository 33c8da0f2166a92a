"""The snapshot of a player: everything that one look-up returns.

A constant number of queries, each by an index and capped by the limit, all in one round trip; totals come from the
player's row, where the engine keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import COUNTED_AUDIT_ROW, CountedAuditRow
from kraty_console.backend.economy.serializers import BALANCE, ITEM, ITEM_ENTRY, WALLET_ENTRY
from kraty_console.backend.events.serializers import ATTEMPT, AttemptOfEvent
from kraty_console.backend.lobbies.serializers import LOBBY
from kraty_console.backend.lookup.player_rows import (
    ATTEMPTS,
    AUDIT,
    IS_PREPARED_PLAYER,
    LOBBIES,
    SeatInLobby,
    belongs_to_prepared,
    columns_shown,
)
from kraty_console.backend.players.serializers import serialize_player, serialize_totals
from kraty_console.backend.rewards.serializers import GRANT
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.rules.versions import versioned
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.queries import Queries, Query, QueryResults, Reader, parameter
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.tables.columns import INTEGER
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.wire_forms import WireForm

Surface = Literal["admin", "server"]


class PlayerWithSuccessor(PlayerRecord):
    """A player, and the external id of the one it was merged into."""

    successor: str | None


_LIMIT: Final = parameter("limit", INTEGER)


def _newest(query: sa.Select[Any], table: sa.Table, *order: str) -> sa.Select[Any]:
    return query.where(*belongs_to_prepared(table)).order_by(*(table.c[name].desc() for name in order)).limit(_LIMIT)


def _newest_of(table: RecordTable[RecordT], *order: str) -> Query[RecordT]:
    return Query(table.record, _newest(sa.select(*columns_shown(table, "position")), table, *order))


def _holdings(table: RecordTable[RecordT], key: sa.Column[str], *conditions: sa.ColumnElement[bool]) -> Query[RecordT]:
    query = sa.select(*columns_shown(table)).where(*belongs_to_prepared(table), *conditions)
    return Query(table.record, query.order_by(table.columns["updated_at"].desc(), key).limit(_LIMIT))


def _player() -> Query[PlayerWithSuccessor]:
    into, player = tables.players.alias("successors"), tables.players
    successor = (
        sa.select(into.c.external_player_id)
        .where(
            into.c.studio_id == player.c.studio_id,
            into.c.game_id == player.c.game_id,
            into.c.player_id == player.c.merged_into,
        )
        .scalar_subquery()
    )
    return Query(PlayerWithSuccessor, sa.select(player, successor.label("successor")).where(*IS_PREPARED_PLAYER))


_PLAYER: Final = _player()
_ATTEMPTS: Final = Query(AttemptOfEvent, _newest(ATTEMPTS, tables.attempts, "started_at", "attempt_id"))
_GRANTS: Final = _newest_of(tables.grants, "created_at", "grant_id")
_LOBBIES: Final = Query(SeatInLobby, _newest(LOBBIES, tables.lobby_members, "joined_at", "lobby_id"))
_INVENTORY: Final = _holdings(tables.inventory, tables.inventory.c.item_key, tables.inventory.c.quantity > 0)
"""What the player has now; items used up are left out (contract/README.md#snapshot)."""
_WALLET: Final = _holdings(tables.wallets, tables.wallets.c.economy_key)
"""Every balance, zero included (contract/README.md#snapshot)."""
_WALLET_LEDGER: Final = _newest_of(tables.wallet_ledger, "occurred_at", "position")
_ITEM_LEDGER: Final = _newest_of(tables.item_ledger, "occurred_at", "position")
_AUDIT: Final = Query(CountedAuditRow, _newest(AUDIT, tables.audit, "occurred_at", "audit_id"))

_EVERYBODY: Final = (_PLAYER, _ATTEMPTS, _GRANTS, _LOBBIES, _INVENTORY, _WALLET)
_ADMIN: Final = (*_EVERYBODY, _WALLET_LEDGER, _ITEM_LEDGER, _AUDIT)
_READ: Final = {"admin": Queries(*_ADMIN), "server": Queries(*_EVERYBODY)}

QUERIES: Final = len(_ADMIN)
"""How many queries an admin look-up takes."""


VERSIONED_ATTEMPT: Final = versioned(ATTEMPT, tables.attempts)
VERSIONED_GRANT: Final = versioned(GRANT, tables.grants)
"""The forms of the admin surface."""

_SHOWN_TO_ALL: Final[Mapping[str, tuple[Query[Any], WireForm]]] = {
    "attempts": (_ATTEMPTS, ATTEMPT),
    "grants": (_GRANTS, GRANT),
    "lobbies": (_LOBBIES, LOBBY),
    "inventory": (_INVENTORY, ITEM),
    "wallet": (_WALLET, BALANCE),
}
_SHOWN_TO_ADMINS: Final[Mapping[str, tuple[Query[Any], WireForm]]] = {
    **_SHOWN_TO_ALL,
    "attempts": (_ATTEMPTS, VERSIONED_ATTEMPT),
    "grants": (_GRANTS, VERSIONED_GRANT),
    "wallet": (_WALLET, versioned(BALANCE, tables.wallets)),
    "walletLedger": (_WALLET_LEDGER, WALLET_ENTRY),
    "itemLedger": (_ITEM_LEDGER, ITEM_ENTRY),
    "audit": (_AUDIT, COUNTED_AUDIT_ROW),
}
_LISTS: Final = {"admin": _SHOWN_TO_ADMINS, "server": _SHOWN_TO_ALL}


async def build(
    reader: Reader,
    tenant: Tenant,
    environment: str,
    external_id: str,
    *,
    limit: int = 50,
    surface: Surface = "admin",
) -> dict[str, Any] | None:
    """The snapshot of the player with this external id, None when there is none; every list newest first.

    The admin look-up adds e-mail, versions, both ledgers and the player's audit rows.
    """
    results = await _read(reader, tenant, environment, external_id, limit, surface)

    def rows(query: Query[Any], form: WireForm) -> list[dict[str, Any]]:
        return [form.of(row) for row in results[query]]

    return _shown(results, surface, rows)


async def write(
    reader: Reader, tenant: Tenant, environment: str, external_id: str, *, limit: int, surface: Surface
) -> dict[str, Any] | None:
    """As `build`, each list written as JSON already."""
    results = await _read(reader, tenant, environment, external_id, limit, surface)
    return _shown(results, surface, results.array)


async def _read(
    reader: Reader, tenant: Tenant, environment: str, external_id: str, limit: int, surface: Surface
) -> QueryResults:
    values = {**player_refs.prepared_values(tenant, environment, external_id), "limit": limit}
    return await reader.fetch(_READ[surface], values)


def _shown(
    results: QueryResults, surface: Surface, rows: Callable[[Query[Any], WireForm], Any]
) -> dict[str, Any] | None:
    player = results.first(_PLAYER)
    if player is None:
        return None
    lists = {name: rows(query, form) for name, (query, form) in _LISTS[surface].items()}
    return {
        "player": serialize_player(player, merged_into=player.successor, for_admin=surface == "admin"),
        "attempts": lists["attempts"],
        "grants": lists["grants"],
        "recentGrants": lists["grants"],
        "lobbies": lists["lobbies"],
        "summary": serialize_totals(player),
        **lists,
    }
