"""Merge or erase a player's friends, requests, blocks, gifts and purchases.

A friendship and a request have a row for each of the two players; both are changed here. Changes of them lock both
players, so the lock of the merged or erased player suffices here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kraty_console.backend.economy import purchases as purchasing
from kraty_console.backend.lifecycle.reassign import reassign, rows_of
from kraty_console.backend.rules import amounts
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

_MIRRORED = (tables.friendships, tables.friend_requests)
_SOCIAL = (*_MIRRORED, tables.blocks, tables.gifts, tables.purchases, tables.player_spend)


async def merge_relations(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> None:
    """Give the target the source's relations, without duplicates and none to itself.

    A block on either side outweighs a friendship on the other. Of relations that both have, the target's stays. A
    purchase that both have counts once.
    """
    await tx.forget(*_SOCIAL)
    await _merge_blocks(tx, source, target)
    for table in _MIRRORED:
        await _merge_mirrored(tx, table, source, target)
    blocked = await _blocked_either_way(tx, target)
    for table in _MIRRORED:
        await _remove(tx, table, target, blocked)
    await _remove(tx, tables.friend_requests, target, await _friend_ids(tx, tables.friendships, target))
    await reassign(tx, tables.gifts, source, target)
    sent = tables.gifts
    await tx.execute(sa.update(sent).where(*_at(sent, source, sent.c.sender_id)).values(sender_id=target.player_id))
    await _merge_purchases(tx, ctx, source, target)


async def erase_relations(tx: Transaction, player: PlayerRecord) -> None:
    """Remove the player's relations; purchases stay, and gifts without their messages."""
    await tx.forget(*_SOCIAL)
    for table in _MIRRORED:
        await _remove(tx, table, player, await _friend_ids(tx, table, player))
    blocks, gifts = tables.blocks, tables.gifts
    for column in (blocks.c.player_id, blocks.c.blocked_id):
        await tx.execute(sa.delete(blocks).where(*_at(blocks, player, column)))
    for column in (gifts.c.player_id, gifts.c.sender_id):
        await tx.execute(sa.update(gifts).where(*_at(gifts, player, column)).values(message=None))


async def _merge_blocks(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> None:
    blocks = tables.blocks
    for own, other in ((blocks.c.player_id, blocks.c.blocked_id), (blocks.c.blocked_id, blocks.c.player_id)):
        of_source = await _ids(tx, sa.select(other).where(*_at(blocks, source, own)))
        if not of_source:
            continue
        of_target = await _ids(tx, sa.select(other).where(*_at(blocks, target, own)))
        duplicates = (*_at(blocks, source, own), tx.among(other, [target.player_id, *of_target]))
        await tx.execute(sa.delete(blocks).where(*duplicates))
        await tx.execute(sa.update(blocks).where(*_at(blocks, source, own)).values({own.name: target.player_id}))


async def _merge_mirrored(tx: Transaction, table: sa.Table, source: PlayerRecord, target: PlayerRecord) -> None:
    of_source, of_target = await _friend_ids(tx, table, source), await _friend_ids(tx, table, target)
    await _remove(tx, table, source, [each for each in of_source if each in of_target or each == target.player_id])
    new = [each for each in of_source if each not in of_target and each != target.player_id]
    if new:
        into = target.player_id
        mirrored = (*_at(table, source, table.c.friend_id), tx.among(table.c.player_id, new))
        await tx.execute(sa.update(table).where(*rows_of(table, source)).values(player_id=into))
        await tx.execute(sa.update(table).where(*mirrored).values(friend_id=into))


async def _friend_ids(tx: Transaction, table: sa.Table, player: PlayerRecord) -> list[str]:
    return await _ids(tx, sa.select(table.c.friend_id).where(*rows_of(table, player)))


async def _blocked_either_way(tx: Transaction, player: PlayerRecord) -> list[str]:
    blocks = tables.blocks
    by = await _ids(tx, sa.select(blocks.c.blocked_id).where(*rows_of(blocks, player)))
    return by + await _ids(tx, sa.select(blocks.c.player_id).where(*_at(blocks, player, blocks.c.blocked_id)))


async def _remove(tx: Transaction, table: sa.Table, player: PlayerRecord, others: list[str]) -> None:
    """Remove both rows of each relation."""
    if others:
        await tx.execute(sa.delete(table).where(*rows_of(table, player), tx.among(table.c.friend_id, others)))
        mirrored = (*_at(table, player, table.c.friend_id), tx.among(table.c.player_id, others))
        await tx.execute(sa.delete(table).where(*mirrored))


async def _merge_purchases(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> None:
    purchases, spend = tables.purchases, tables.player_spend
    spent = await tx.get(spend, *source.primary_key())
    if spent is None:
        return
    own_spend = await tx.get(spend, *target.primary_key())
    if own_spend is not None:
        duplicates, cents = await _delete_duplicates(tx, source, target)
        more = spent.lifetime_amount_minor - cents
        tx.change(
            own_spend,
            lifetime_amount_minor=amounts.add(own_spend.lifetime_amount_minor, more, purchasing.SPEND),
            purchase_count=own_spend.purchase_count + spent.purchase_count - duplicates,
            updated_at=ctx.now_ms,
        )
        await tx.execute(sa.delete(spend).where(*rows_of(spend, source)))
    else:
        await reassign(tx, spend, source, target)
    await reassign(tx, purchases, source, target)
    await tx.forget(spend)


async def _delete_duplicates(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> tuple[int, int]:
    """Remove the source's purchases that the target has as well; returns their number and sum in US cents."""
    purchases, other = tables.purchases, tables.purchases.alias("other")
    twice = (
        *rows_of(purchases, source),
        sa.exists().where(
            *rows_of(other, target),
            other.c.store == purchases.c.store,
            other.c.transaction_id == purchases.c.transaction_id,
        ),
    )
    counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(purchases.c.normalized_amount_minor), 0))
    duplicates, cents = (await tx.execute(counted.where(*twice))).one()
    await tx.execute(sa.delete(purchases).where(*twice))
    return int(duplicates), int(cents)


async def _ids(tx: Transaction, query: sa.Select[Any]) -> list[str]:
    return list((await tx.execute(query)).scalars())


def _at(table: sa.Table, player: PlayerRecord, column: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.studio_id == player.studio_id,
        table.c.game_id == player.game_id,
        column == player.player_id,
    )
