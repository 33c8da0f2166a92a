"""The timeline of a player: one list out of many tables, newest first.

Each table gives its newest rows by an index, no more of them than the page is long, and the page is made of the newest
of all: what it costs does not depend on how much happened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.audit.denial_counts import with_counts
from kraty_console.backend.audit.serializers import serialize_audit_row
from kraty_console.backend.economy.serializers import serialize_item_entry, serialize_wallet_entry
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.lookup import player_rows
from kraty_console.backend.lookup.player_rows import DatedRow, PlayerKey, belongs_to
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import formats, player_refs
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AuditRecord
from kraty_console.backend.storage.tables.record import RecordT, RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.delivery_ids import as_uuid, first_from, moment_of
from kraty_console.backend.webhooks.queries import newest_of_player
from kraty_console.contract.timeline_kinds import TimelineKind

_BANS: Final = ("player.ban", "player.unban")
_IS_BAN: Final = tables.audit.c.action.in_([sa.literal_column(f"'{action}'") for action in _BANS])
"""As the index of these rows has it, letter for letter: so a player's other audit rows are not walked through."""

Source = Callable[[Transaction, PlayerKey, int, PagePosition | None], Awaitable[list[DatedRow]]]
"""Reads a number of rows of a player older than a position, newest first."""


async def timeline_page(
    tx: Transaction,
    tenant: Tenant,
    environment: str,
    external_id: str,
    *,
    kinds: Collection[TimelineKind],
    before: PagePosition | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None] | None:
    """A page of rows in wire form and the cursor of the next one (None on the last); None when there is no player."""
    column = tables.players.c
    player_id = await tx.scalar(
        sa.select(column.player_id).where(*player_refs.by_external_id(tenant, environment, external_id))
    )
    if player_id is None:
        return None
    player_key = (tenant.studio_id, tenant.game_id, player_id)
    by_kind: list[list[tuple[int, str, TimelineKind, dict[str, Any]]]] = []
    for kind, source in _sources(kinds):
        rows = await source(tx, player_key, limit + 1, before)
        by_kind.append([(row.at, row.id, _kind_of(kind, row.data), row.data) for row in rows])
    newest = list(islice(merge(*by_kind, key=itemgetter(0, 1), reverse=True), limit + 1))
    cursor = PagePosition(*newest[limit - 1][:2]).encoded() if len(newest) > limit else None
    return [
        {"kind": kind.value, "at": formats.timestamp(at), "id": row_id, kind.value: data}
        for at, row_id, kind, data in newest[:limit]
    ], cursor


def _sources(kinds: Collection[TimelineKind]) -> list[tuple[TimelineKind, Source]]:
    """The sources of the rows of these kinds; bans are among the other audit rows if both are requested."""
    if {TimelineKind.BAN, TimelineKind.AUDIT} <= set(kinds):
        others = [(kind, SOURCES[kind]) for kind in kinds if kind not in (TimelineKind.BAN, TimelineKind.AUDIT)]
        return [*others, (TimelineKind.AUDIT, _of_audit())]
    return [(kind, SOURCES[kind]) for kind in kinds]


def _kind_of(kind: TimelineKind, data: Mapping[str, Any]) -> TimelineKind:
    return TimelineKind.BAN if kind is TimelineKind.AUDIT and data["action"] in _BANS else kind


def _of_table(
    table: RecordTable[RecordT],
    at: str,
    row_id: str,
    shown: Callable[[RecordT], dict[str, Any]],
    *more: sa.ColumnElement[bool],
) -> Source:
    """The rows of one table as they are; `more` are conditions that they meet."""

    async def newest(tx: Transaction, player_key: PlayerKey, limit: int, before: PagePosition | None) -> list[DatedRow]:
        query = sa.select(table).where(*belongs_to(table, player_key), *more)
        rows = await tx.records(
            table.record, player_rows.page(query, table.columns[at], table.columns[row_id], limit, before)
        )
        dated = [DatedRow(getattr(row, at), getattr(row, row_id), shown(row)) for row in rows]
        if table.record is AuditRecord:
            await with_counts(tx, player_key[0], (each.data for each in dated))
        return dated

    return newest


def _of_audit(*conditions: sa.ColumnElement[bool]) -> Source:
    return _of_table(tables.audit, "occurred_at", "audit_id", serialize_audit_row, *conditions)


async def _deliveries(
    tx: Transaction, player_key: PlayerKey, limit: int, before: PagePosition | None
) -> list[DatedRow]:
    """Deliveries by the moment that is in their ids, which order them as they do the ids of other rows."""
    studio_id, game_id, player_id = player_key
    older_than = None if before is None else first_from(before.at, before.id)
    audit_rows = await newest_of_player(tx, Tenant(studio_id, game_id), player_id, older_than, limit)
    return [DatedRow(moment_of(row["id"]), as_uuid(row["id"]), row) for row in audit_rows]


SOURCES: Final[Mapping[TimelineKind, Source]] = {
    TimelineKind.ATTEMPT: player_rows.attempts,
    TimelineKind.GRANT: _of_table(tables.grants, "created_at", "grant_id", serialize_grant),
    TimelineKind.WALLET: _of_table(tables.wallet_ledger, "occurred_at", "ledger_id", serialize_wallet_entry),
    TimelineKind.ITEM: _of_table(tables.item_ledger, "occurred_at", "ledger_id", serialize_item_entry),
    TimelineKind.LOBBY: player_rows.lobbies,
    TimelineKind.BAN: _of_audit(_IS_BAN),
    TimelineKind.AUDIT: _of_audit(~_IS_BAN),
    TimelineKind.WEBHOOK: _deliveries,
}
"""The source of the rows of each kind, if it is requested alone."""

QUERIES: Final = len(SOURCES) + 3
"""How many queries a page takes at most: the player, each source, the grants of attempts, the tries of deliveries."""
