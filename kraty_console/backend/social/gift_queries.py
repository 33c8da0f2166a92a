"""A game's gift rules, and gifts as JSON.

The settings of a game: `gifting: {enabled, cooldownSeconds, dailySendLimit, resources: [{type, key, maxAmount,
costsSender}]}`; a resource that is not listed cannot be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.social.friend_queries import PERSON, FriendListReader, Json, serialize_named
from kraty_console.backend.storage.tables import (
    CurrencyRecord,
    DefinitionT,
    GiftRecord,
    ItemRecord,
    PlayerRecord,
    currencies,
    games,
    gifts,
    grants,
    items,
    players,
)
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.gifts import Gifting

DAY_MS: Final = 24 * 60 * 60 * 1000


class SentGift(GiftRecord, PlayerRecord):
    """A gift, the state of its grant, and the player on the other side."""

    status: str
    claimed_at: int | None
    expires_at: int | None


async def rules(tx: Transaction, tenant: Tenant) -> Gifting:
    """The game's gift rules; gifting is off by default."""
    column = games.c
    in_game = (column.studio_id == tenant.studio_id, column.game_id == tenant.game_id)
    settings = await tx.scalar(sa.select(column.settings).where(*in_game))
    return Gifting.model_validate((settings or {}).get("gifting") or {})


async def sent_today(tx: Transaction, tenant: Tenant, player_id: str, now_ms: int) -> int:
    """The number of gifts that the player sent in the last 24 hours."""
    column = gifts.c
    query = sa.select(sa.func.count()).where(
        column.studio_id == tenant.studio_id,
        column.game_id == tenant.game_id,
        column.sender_id == player_id,
        column.sent_at > now_ms - DAY_MS,
    )
    return int(await tx.scalar(query))


async def catalog(tx: Transaction, reader: FriendListReader, allowed: Gifting) -> Json:
    """The gift rules in wire form, with the listed resources that are in the catalog."""
    known: dict[str, Mapping[str, CurrencyRecord | ItemRecord]] = {
        "currency": await _rows(tx, reader.tenant, currencies, allowed.keys("currency")),
        "item": await _rows(tx, reader.tenant, items, allowed.keys("item")),
    }
    return {
        "enabled": allowed.enabled,
        "cooldownSeconds": allowed.cooldown_seconds,
        "dailySendLimit": allowed.daily_send_limit,
        "sentToday": await sent_today(tx, reader.tenant, reader.player_id, reader.now_ms),
        "resources": [
            {
                "type": each.type,
                "key": each.key,
                "name": row.name,
                "iconUrl": row.icon_url,
                **({"economyKind": row.kind} if isinstance(row, CurrencyRecord) else {"rarity": row.rarity}),
                "maxAmount": each.max_amount,
                "costsSender": each.costs_sender,
            }
            for each in allowed.resources
            if (row := known.get(each.type, {}).get(each.key)) is not None
        ],
    }


async def list_gifts(
    tx: Transaction, reader: FriendListReader, *, sent: bool, pending_only: bool, limit: int
) -> list[Json]:
    """The player's received or sent gifts, newest first."""
    column = gifts.c
    own, other = (column.sender_id, column.player_id) if sent else (column.player_id, column.sender_id)
    waiting = (grants.c.status == "pending", sa.or_(grants.c.expires_at.is_(None), grants.c.expires_at > reader.now_ms))
    rows = await tx.records(
        SentGift,
        _with_grant(other)
        .where(
            column.studio_id == reader.tenant.studio_id,
            column.game_id == reader.tenant.game_id,
            own == reader.player_id,
            *(waiting if pending_only else ()),
        )
        .order_by(column.sent_at.desc(), column.gift_id.desc())
        .limit(limit),
    )
    return [serialize_gift(row, "outgoing" if sent else "incoming", reader.now_ms) for row in rows]


async def find_gift(tx: Transaction, tenant: Tenant, player_id: str, gift_id: str) -> SentGift | None:
    """A received gift as a row for `serialize_gift`; None if there is none of that id."""
    column = gifts.c
    return await tx.record(
        SentGift,
        _with_grant(column.sender_id).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.player_id == player_id,
            column.gift_id == gift_id,
        ),
    )


def serialize_gift(row: SentGift, direction: str, now_ms: int) -> Json:
    """A gift (contract/SDK.md#gifts); the row has the gift, the state of its grant, and the other player."""
    expires_at = row.expires_at
    over = row.status == "pending" and expires_at is not None and expires_at <= now_ms
    return {
        "giftId": row.gift_id,
        "grantId": row.grant_id,
        "direction": direction,
        "player": serialize_named(row),
        "type": row.type,
        "resourceKey": row.resource_key,
        "amount": row.amount,
        "message": row.message,
        "status": "expired" if over else row.status,
        "sentAt": formats.timestamp(row.sent_at),
        "claimedAt": formats.timestamp(row.claimed_at),
        "expiresAt": formats.timestamp(expires_at),
    }


def _with_grant(other: sa.Column[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Gifts with their grants, and the player on the other side."""
    column = gifts.c
    person = (each for each in PERSON if each is not players.c.player_id)
    return (
        sa.select(
            column.gift_id,
            column.grant_id,
            column.type,
            column.resource_key,
            column.amount,
            column.message,
            column.sent_at,
            grants.c.status,
            grants.c.claimed_at,
            grants.c.expires_at,
            *person,
        )
        .join_from(
            gifts,
            grants,
            sa.and_(
                grants.c.studio_id == column.studio_id,
                grants.c.game_id == column.game_id,
                grants.c.player_id == column.player_id,
                grants.c.grant_id == column.grant_id,
            ),
        )
        .join(
            players,
            sa.and_(
                players.c.studio_id == column.studio_id,
                players.c.game_id == column.game_id,
                players.c.player_id == other,
            ),
        )
    )


async def _rows(
    tx: Transaction, tenant: Tenant, table: RecordTable[DefinitionT], keys: list[str]
) -> dict[str, DefinitionT]:
    column = table.c
    rows = await tx.records(
        table.record,
        sa.select(table).where(
            column.studio_id == tenant.studio_id,
            column.game_id == tenant.game_id,
            column.key.in_(keys),
            column.archived_at.is_(None),
        ),
    )
    return {row.key: row for row in rows}
