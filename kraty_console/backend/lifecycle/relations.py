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

_TWINS = (tables.friendships, tables.friend_requests)
_SOCIAL = (*_TWINS, tables.blocks, tables.gifts, tables.purchases, tables.player_spend)


async def merge_relations(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> None:
    """Give the target the source's relations, without duplicates and none to itself.

    A block on either side outweighs a friendship on the other. Of relations that both have, the target's stays. A
    purchase that both have counts once.
    """
    await tx.forget(*_SOCIAL)
    await _merge_blocks(tx, source, target)
    for table in _TWINS:
        await _merge_twins(tx, table, source, target)
    strangers = await _blocked_either_way(tx, target)
    for table in _TWINS:
        await _part(tx, table, target, strangers)
    await _part(tx, tables.friend_requests, target, await _known(tx, tables.friendships, target))
    await reassign(tx, tables.gifts, source, target)
    sent = tables.gifts
    await tx.execute(sa.update(sent).where(*_at(sent, source, sent.c.sender_id)).values(sender_id=target.player_id))
    await _merge_purchases(tx, ctx, source, target)


async def erase_relations(tx: Transaction, player: PlayerRecord) -> None:
    """Remove the player's relations; purchases stay, and gifts without their messages."""
    await tx.forget(*_SOCIAL)
    for table in _TWINS:
        await _part(tx, table, player, await _known(tx, table, player))
    blocks, gifts = tables.blocks, tables.gifts
    for column in (blocks.c.player_id, blocks.c.blocked_id):
        await tx.execute(sa.delete(blocks).where(*_at(blocks, player, column)))
    for column in (gifts.c.player_id, gifts.c.sender_id):
        await tx.execute(sa.update(gifts).where(*_at(gifts, player, column)).values(message=None))


async def _merge_blocks(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> None:
    blocks = tables.blocks
    for mine, other in ((blocks.c.player_id, blocks.c.blocked_id), (blocks.c.blocked_id, blocks.c.player_id)):
        theirs = await _ids(tx, sa.select(other).where(*_at(blocks, source, mine)))
        if not theirs:
            continue
        there = await _ids(tx, sa.select(other).where(*_at(blocks, target, mine)))
        double = (*_at(blocks, source, mine), tx.among(other, [target.player_id, *there]))
        await tx.execute(sa.delete(blocks).where(*double))
        await tx.execute(sa.update(blocks).where(*_at(blocks, source, mine)).values({mine.name: target.player_id}))


async def _merge_twins(tx: Transaction, table: sa.Table, source: PlayerRecord, target: PlayerRecord) -> None:
    theirs, mine = await _known(tx, table, source), await _known(tx, table, target)
    await _part(tx, table, source, [each for each in theirs if each in mine or each == target.player_id])
    new = [each for each in theirs if each not in mine and each != target.player_id]
    if new:
        into = target.player_id
        twins = (*_at(table, source, table.c.friend_id), tx.among(table.c.player_id, new))
        await tx.execute(sa.update(table).where(*rows_of(table, source)).values(player_id=into))
        await tx.execute(sa.update(table).where(*twins).values(friend_id=into))


async def _known(tx: Transaction, table: sa.Table, player: PlayerRecord) -> list[str]:
    return await _ids(tx, sa.select(table.c.friend_id).where(*rows_of(table, player)))


async def _blocked_either_way(tx: Transaction, player: PlayerRecord) -> list[str]:
    blocks = tables.blocks
    by = await _ids(tx, sa.select(blocks.c.blocked_id).where(*rows_of(blocks, player)))
    return by + await _ids(tx, sa.select(blocks.c.player_id).where(*_at(blocks, player, blocks.c.blocked_id)))


async def _part(tx: Transaction, table: sa.Table, player: PlayerRecord, others: list[str]) -> None:
    """Remove both rows of each relation."""
    if others:
        await tx.execute(sa.delete(table).where(*rows_of(table, player), tx.among(table.c.friend_id, others)))
        twins = (*_at(table, player, table.c.friend_id), tx.among(table.c.player_id, others))
        await tx.execute(sa.delete(table).where(*twins))


async def _merge_purchases(tx: Transaction, ctx: Context, source: PlayerRecord, target: PlayerRecord) -> None:
    purchases, spend = tables.purchases, tables.player_spend
    spent = await tx.get(spend, *source.primary_key())
    if spent is None:
        return
    mine = await tx.get(spend, *target.primary_key())
    if mine is not None:
        doubles, cents = await _forget_doubles(tx, source, target)
        more = spent.lifetime_amount_minor - cents
        tx.change(
            mine,
            lifetime_amount_minor=amounts.add(mine.lifetime_amount_minor, more, purchasing.SPEND),
            purchase_count=mine.purchase_count + spent.purchase_count - doubles,
            updated_at=ctx.now_ms,
        )
        await tx.execute(sa.delete(spend).where(*rows_of(spend, source)))
    else:
        await reassign(tx, spend, source, target)
    await reassign(tx, purchases, source, target)
    await tx.forget(spend)


async def _forget_doubles(tx: Transaction, source: PlayerRecord, target: PlayerRecord) -> tuple[int, int]:
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
    doubles, cents = (await tx.execute(counted.where(*twice))).one()
    await tx.execute(sa.delete(purchases).where(*twice))
    return int(doubles), int(cents)


async def _ids(tx: Transaction, query: sa.Select[Any]) -> list[str]:
    return list((await tx.execute(query)).scalars())


def _at(table: sa.Table, player: PlayerRecord, column: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.studio_id == player.studio_id,
        table.c.game_id == player.game_id,
        column == player.player_id,
    )
