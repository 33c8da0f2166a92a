"""Reassign what belongs to one player to another, in a fixed number of statements.

Ledgers: a row keeps its change and the holding after it, as webhooks and the audit log report them. Moved rows get the
positions after the target's own, in order. Each nonzero balance is then closed by a `merge` row that takes it from the
source, and opened by one that adds it to the target; for a zero balance, a row of 0 states the target's. So the sum of
a ledger still equals the holding, and so does its last row of each key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.economy import derived_resources
from kraty_console.backend.economy.ledger import LedgerChange, new_entry
from kraty_console.backend.rules import amounts
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.versions import next_version
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import LobbyMemberRecord, LobbyRecord, PlayerRecord
from kraty_console.backend.storage.tables.record import Record
from kraty_console.backend.storage.transaction import Transaction

MERGED: Final = "merge"
"""The reason of the two ledger rows that transfer a balance."""


@dataclass(frozen=True, slots=True)
class HoldingKind:
    """One kind of holding with its ledger."""

    held: sa.Table
    ledger: sa.Table
    key: str
    amount: str


WALLET: Final = HoldingKind(tables.wallets, tables.wallet_ledger, "economy_key", "balance")
ITEMS: Final = HoldingKind(tables.inventory, tables.item_ledger, "item_key", "quantity")


class _Holding(Record):
    """A holding of either kind."""

    key: str
    amount: int
    metadata: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class MergedHoldings:
    """The result of merging one kind of holding."""

    merged: int
    """Number of the source's holdings, zero included."""
    moved: int
    """Ledger rows that moved."""
    source: dict[str, int]
    """The source's holdings, by key."""
    before: dict[str, int]
    """The target's holdings of the same keys."""


def rows_of(table: sa.FromClause, player: PlayerRecord) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows that belong to a player."""
    return _in_game_of(table, player, table.c.player_id)


async def reassign(tx: Transaction, table: sa.Table, source: PlayerRecord, target: PlayerRecord) -> int:
    """Move every row of the source and return how many."""
    values = {"player_id": target.player_id, **next_version(table)}
    moved = await tx.execute(sa.update(table).where(*rows_of(table, source)).values(values))
    return moved.rowcount


async def merge_holding(
    tx: Transaction, ctx: Context, holding: HoldingKind, source: PlayerRecord, target: PlayerRecord, offset: int
) -> MergedHoldings:
    """Add the source's holdings to the target's, and move its ledger behind the target's.

    `offset` is the target's last position before anything moved; the target's row counts on from there. 409 if a sum
    would pass 2^53-1.
    """
    key, amount, held = holding.key, holding.amount, holding.held
    of_source, of_target = await _holdings(tx, holding, source), await _holdings(tx, holding, target)
    source_amounts = {name: row.amount for name, row in of_source.items()}
    before = {name: of_target[name].amount if name in of_target else 0 for name in sorted(of_source)}
    after = {name: amounts.add(amount_before, source_amounts[name], name) for name, amount_before in before.items()}
    ledger = holding.ledger
    rows = await tx.execute(
        sa.update(ledger)
        .where(*rows_of(ledger, source))
        .values(player_id=target.player_id, position=ledger.c.position + offset)
    )
    entries = []
    position = target.ledger_position
    for name, amount_after in after.items():
        added = source_amounts[name]
        pair = ((-added, 0), (added, amount_after)) if added else ((0, amount_after),)
        for delta, left in pair if amount_after else ():
            position += 1
            change = LedgerChange(name, delta, MERGED, source.player_id)
            entries.append(new_entry(ctx, target, change, position, {key: name, amount: left}))
    tx.change(target, ledger_position=position)
    await tx.insert_many(ledger, entries)
    shared = [name for name in of_source if name in of_target]
    if shared:
        given = held.alias("given")
        more = sa.select(given.c[amount]).where(*rows_of(given, source), given.c[key] == held.c[key]).scalar_subquery()
        values = {amount: held.c[amount] + more, "updated_at": ctx.now_ms, **next_version(held)}
        await tx.execute(sa.update(held).where(*rows_of(held, target), held.c[key].in_(shared)).values(values))
        await tx.execute(sa.delete(held).where(*rows_of(held, source), held.c[key].in_(shared)))
    for name in shared:
        if not (added_metadata := of_source[name].metadata):
            continue
        kept_metadata = of_target[name].metadata or {}
        merged = {**added_metadata, **kept_metadata, **_paid_steps(added_metadata, kept_metadata)}
        await tx.execute(sa.update(held).where(*rows_of(held, target), held.c[key] == name).values(metadata=merged))
    await reassign(tx, held, source, target)
    return MergedHoldings(len(of_source), rows.rowcount, source_amounts, before)


def _paid_steps(*metadata: dict[str, Any]) -> dict[str, int]:
    """Merge the counts of paid steps: a step that paid either player does not pay again."""
    paid = [each[derived_resources.PAID] for each in metadata if derived_resources.PAID in each]
    return {derived_resources.PAID: max(paid)} if paid else {}


async def _holdings(tx: Transaction, holding: HoldingKind, player: PlayerRecord) -> dict[str, _Holding]:
    """The holdings of a player, by key."""
    table = holding.held
    rows = await tx.records(
        _Holding,
        sa.select(table.c[holding.key].label("key"), table.c[holding.amount].label("amount"), table.c.metadata).where(
            *rows_of(table, player)
        ),
    )
    return {row.key: row for row in rows}


async def keep_better_entries(tx: Transaction, table: sa.Table, source: PlayerRecord, target: PlayerRecord) -> int:
    """Keep the better entry of the two on each board, as the target's. Returns on how many the source was.

    The better one has the higher score, or at the same score the earlier time.
    """
    other = table.alias("other")
    board = [name for name in (each.name for each in table.primary_key) if name != "participant_id"]
    same_board = [table.c[name] == other.c[name] for name in board]
    better = sa.or_(
        other.c.score > table.c.score,
        sa.and_(other.c.score == table.c.score, other.c.reached_at < table.c.reached_at),
    )

    def on(player: PlayerRecord) -> tuple[sa.ColumnElement[bool], ...]:
        return _in_game_of(table, player, table.c.participant_id)

    def by(player: PlayerRecord) -> tuple[sa.ColumnElement[bool], ...]:
        return (*same_board, other.c.participant_id == player.player_id)

    where = (*on(target), sa.exists().where(*by(source), better))
    await tx.execute(sa.delete(table).where(*where))
    worse = await tx.execute(sa.delete(table).where(*on(source), sa.exists().where(*by(target))))
    moved = await tx.execute(sa.update(table).where(*on(source)).values(participant_id=target.player_id))
    return worse.rowcount + moved.rowcount


async def lock_lobbies(tx: Transaction, source: PlayerRecord) -> None:
    """Lock the lobbies that the source sits in and that can still change, before any player is locked.

    Lobbies are always locked before players, in the order of their ids.
    """
    for lobby_id in await _open_lobbies(tx, source):
        await tx.get(tables.lobbies, source.studio_id, source.game_id, lobby_id, lock=True)


async def move_seats(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> tuple[int, int]:
    """Give the target the source's seats; in a lobby with both, one seat is removed.

    Returns the number of the source's lobbies, and of the active ones with both. None of them starts or closes
    meanwhile, because lobbies of seats taken after `lock_lobbies` are locked here.
    """
    seat = tables.lobby_members
    both = await _shared_seats(tx, source, target)
    active = 0
    for lobby_id in sorted({*await _open_lobbies(tx, source), *both}):
        lobby = await tx.get(tables.lobbies, source.studio_id, source.game_id, lobby_id, lock=True)
        assert lobby is not None, "a seat refers to its lobby"
        if lobby_id in both:
            tx.change(lobby, participant_count=lobby.participant_count - 1)
            active += lobby.status == "active"
    if both:
        await tx.execute(sa.delete(seat).where(*rows_of(seat, source), seat.c.lobby_id.in_(sorted(both))))
    return len(both) + await reassign(tx, seat, source, target), active


async def _shared_seats(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> set[str]:
    seat, other = tables.lobby_members, tables.lobby_members.alias("other")
    rows = await tx.records(
        LobbyMemberRecord,
        sa.select(seat.c.lobby_id).where(
            *rows_of(seat, source),
            sa.exists().where(
                other.c.studio_id == seat.c.studio_id,
                other.c.game_id == seat.c.game_id,
                other.c.player_id == target.player_id,
                other.c.lobby_id == seat.c.lobby_id,
            ),
        ),
    )
    return {row.lobby_id for row in rows}


async def _open_lobbies(tx: Transaction, source: PlayerRecord) -> list[str]:
    seat, lobby = tables.lobby_members, tables.lobbies
    same = sa.and_(
        lobby.c.studio_id == seat.c.studio_id, lobby.c.game_id == seat.c.game_id, lobby.c.lobby_id == seat.c.lobby_id
    )
    rows = await tx.records(
        LobbyRecord,
        sa.select(lobby.c.lobby_id)
        .select_from(seat.join(lobby, same))
        .where(*rows_of(seat, source), lobby.c.status != "closed")
        .order_by(lobby.c.lobby_id),
    )
    return [row.lobby_id for row in rows]


def _in_game_of(
    table: sa.FromClause, player: PlayerRecord, column: sa.ColumnElement[Any]
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.studio_id == player.studio_id,
        table.c.game_id == player.game_id,
        column == player.player_id,
    )
