"""A player's gains and losses as events of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from operator import itemgetter
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from kraty_console.backend.economy.serializers import serialize_item_entry, serialize_wallet_entry
from kraty_console.backend.rules import formats
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import GrantRecord, ItemEntryRecord, PlayerRecord, WalletEntryRecord
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction

Json = dict[str, Any]
Event = tuple[str, Json]

CLOCKS_DIFFER_MS: Final = 60_000
"""How far back to look for rows that were committed late or written by a slow clock."""

EntryT = TypeVar("EntryT", WalletEntryRecord, ItemEntryRecord)


class PlayerFeed:
    """A player's gains and losses, in order.

    The ledgers are read by the position that the player's row counts in the same transaction, so no change is missed;
    if the position is unchanged, they are not read. Each poll reads the grants of the last minute, some of which the
    previous poll has read already.
    """

    def __init__(self, player: PlayerRecord, now_ms: int) -> None:
        self._player = player.owner()
        self._external_id: str = player.external_player_id
        self._position = 0
        self._moved_at = now_ms
        self._looked_at = now_ms
        self._known: dict[str, int] = {}
        self.over = False

    async def begin(self, tx: Transaction) -> list[Event]:
        """`ready`; holdings are read elsewhere."""
        self._position = await self._counted(tx)
        self._known = {row.grant_id: row.created_at for row in await self._grants(tx)}
        return [("ready", {"externalPlayerId": self._external_id})]

    async def events_since(
        self, tx: Transaction, counted: int, grants: Sequence[GrantRecord], now_ms: int
    ) -> list[Event]:
        """`wallet_changed`, `inventory_changed`, `grant_created`, from the position and grants that were read.

        `now_ms` is a time before the poll began: rows it cannot see are committed later.
        """
        events = await self._changes(tx, counted) if counted > self._position else []
        self._position = max(self._position, counted)
        return events + [("grant_created", _created(row)) for row in self._new(grants, now_ms)]

    @property
    def game(self) -> tuple[str, str]:
        """The game."""
        return self._player["studio_id"], self._player["game_id"]

    @property
    def player_id(self) -> str:
        """The player."""
        return str(self._player["player_id"])

    @property
    def since(self) -> int:
        """The time from which its grants are read."""
        return self._looked_at - CLOCKS_DIFFER_MS

    async def _counted(self, tx: Transaction) -> int:
        return (await _positions(tx, self.game, [self.player_id])).get(self.player_id, 0)

    async def _changes(self, tx: Transaction, until: int) -> list[Event]:
        changes: list[tuple[int, int, Event]] = []
        for entry in await self._entries(tx, tables.wallet_ledger, until):
            change = _change_event("wallet_changed", serialize_wallet_entry(entry))
            changes.append((entry.position, entry.occurred_at, ("wallet_changed", change)))
        for item_entry in await self._entries(tx, tables.item_ledger, until):
            change = _change_event("inventory_changed", serialize_item_entry(item_entry))
            changes.append((item_entry.position, item_entry.occurred_at, ("inventory_changed", change)))
        self._moved_at = max([self._moved_at, *(moved_at for _position, moved_at, _event in changes)])
        return [event for _position, _moved_at, event in sorted(changes, key=itemgetter(0))]

    async def _entries(self, tx: Transaction, table: RecordTable[EntryT], until: int) -> list[EntryT]:
        return await tx.records(
            table.record,
            sa.select(table).where(
                *self._own(table),
                table.c.occurred_at >= self._moved_at - CLOCKS_DIFFER_MS,
                table.c.position > self._position,
                table.c.position <= until,
            ),
        )

    def _new(self, grants: Sequence[GrantRecord], now_ms: int) -> list[GrantRecord]:
        new = [row for row in grants if row.grant_id not in self._known and row.created_at >= self.since]
        self._looked_at = max(self._looked_at, now_ms)
        self._known |= {row.grant_id: row.created_at for row in new}
        self._known = {grant_id: made for grant_id, made in self._known.items() if made >= self.since}
        return new

    async def _grants(self, tx: Transaction) -> list[GrantRecord]:
        return await _grants_since(tx, self.game, [self.player_id], self.since)

    def _own(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        return [table.c[name] == value for name, value in self._player.items()]


async def player_events(
    tx: Transaction, listening: Sequence[PlayerFeed], now_ms: int
) -> AsyncIterator[tuple[PlayerFeed, list[Event]]]:
    """Changes of many players: two queries for each game, and two for each player with a change."""
    games: dict[tuple[str, str], list[PlayerFeed]] = {}
    for each in listening:
        games.setdefault(each.game, []).append(each)
    for game, feeds in games.items():
        ids = sorted({each.player_id for each in feeds})
        positions = await _positions(tx, game, ids)
        grants: dict[str, list[GrantRecord]] = {}
        for row in await _grants_since(tx, game, ids, min(each.since for each in feeds)):
            grants.setdefault(row.player_id, []).append(row)
        for each in feeds:
            yield (
                each,
                await each.events_since(tx, positions.get(each.player_id, 0), grants.get(each.player_id, ()), now_ms),
            )


async def _positions(tx: Transaction, game: tuple[str, str], ids: Sequence[str]) -> dict[str, int]:
    column = tables.players.c
    rows = await tx.records(
        PlayerRecord,
        sa.select(column.player_id, column.ledger_position).where(
            column.studio_id == game[0], column.game_id == game[1], tx.among(column.player_id, ids)
        ),
    )
    return {row.player_id: int(row.ledger_position or 0) for row in rows}


async def _grants_since(tx: Transaction, game: tuple[str, str], ids: Sequence[str], since: int) -> list[GrantRecord]:
    column = tables.grants.c
    return await tx.records(
        GrantRecord,
        sa.select(tables.grants)
        .where(
            column.studio_id == game[0],
            column.game_id == game[1],
            tx.among(column.player_id, ids),
            column.created_at >= since,
        )
        .order_by(column.created_at, column.grant_id),
    )


def _change_event(name: str, change: Json) -> Json:
    """A change that always has a reason, as SDKs expect (contract/README.md#ledger-rows): by default actor and action,
    `server_grant`."""
    gain, loss = ("credit", "debit") if name == "wallet_changed" else ("grant", "revoke")
    return {**change, "reason": change["reason"] or f"{change['origin']}_{gain if change['delta'] > 0 else loss}"}


def _created(row: GrantRecord) -> Json:
    return {
        "grantId": row.grant_id,
        "grantKind": row.kind,
        "sourceKind": row.source_kind,
        "contents": row.contents,
        "occurredAt": formats.timestamp(row.created_at),
    }
