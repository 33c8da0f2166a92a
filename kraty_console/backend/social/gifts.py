"""Send and claim gifts between friends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.economy.ledger import LedgerChange, change_inventory, change_wallet
from kraty_console.backend.grants import service as grants
from kraty_console.backend.players import service as players
from kraty_console.backend.rewards import grant_issuing
from kraty_console.backend.rewards.grant_issuing import GrantSource
from kraty_console.backend.rules import formats, idempotency
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict, invalid, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.social import friends, gift_queries
from kraty_console.backend.social.friends import PlayerRef
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.gifts import Giftable, Gifting

OPERATION: Final = "gift.send"
SOURCE: Final = "gift"
"""The `sourceKind` of a gift's grant, and the ledger reason of its cost."""

LONGEST_MESSAGE: Final = 140


@dataclass(frozen=True, slots=True)
class GiftContents:
    """The contents of a gift; `type` is `item` or `currency`."""

    type: str
    key: str
    amount: int
    message: str | None = None


async def send(
    tx: Transaction, ctx: Context, external_id: str, other_ref: PlayerRef, present: GiftContents
) -> RuleResult:
    """Give a friend something that the game lists; its cost, if any, is taken in the same transaction.

    403 `gifting_disabled`, `player_blocked`, or `forbidden` if they are not friends; 400 `invalid_metric` for resources
    that the game does not list; 409 `conflict` during the cooldown of this friend, beyond the daily limit, or if the
    sender has too little. Fires `grant.created` for the friend.
    """
    request = {"player": external_id, "code": other_ref.friend_code, "other": other_ref.external_id}
    what = {"type": present.type, "key": present.key, "amount": present.amount, "message": present.message}
    earlier = await idempotency.replay(tx, ctx, OPERATION, {**request, **what})
    if earlier is not None:
        return earlier
    rules = await gift_queries.rules(tx, ctx.tenant)
    refuse_disabled(rules)
    await _check(tx, ctx, rules.find(present.type, present.key), present)
    player, other = await friends.lock_pair(tx, ctx, external_id, other_ref)
    await _between_friends(tx, ctx, rules, player, other)
    resource = rules.find(present.type, present.key)
    if resource is not None and resource.costs_sender:
        await _pay(tx, ctx, player, present)
    row = await _give(tx, ctx, player, other, present)
    shown = gift_queries.serialize_gift(gift_queries.SentGift.of({**vars(other), **row}), "outgoing", ctx.now_ms)
    return await idempotency.keep(tx, ctx, OPERATION, 201, {"gift": shown})


async def claim(tx: Transaction, ctx: Context, external_id: str, gift_id: str) -> RuleResult:
    """Claim a gift and its grant. Already claimed: the same gift.

    404 if the player has no gift with this id, or its time is over.
    """
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned(player)
    gift = await gift_queries.find_gift(tx, ctx.tenant, player.player_id, gift_id) if is_id(gift_id) else None
    if gift is None:
        not_found("Gift", gift_id)
    await grants.claim(tx, ctx, external_id, gift.grant_id)
    await tx.flush()
    claimed = await gift_queries.find_gift(tx, ctx.tenant, player.player_id, gift_id)
    assert claimed is not None, "it was there"
    return RuleResult(200, {"gift": gift_queries.serialize_gift(claimed, "incoming", ctx.now_ms)})


def refuse_disabled(rules: Gifting) -> None:
    """403 if gifting is off in the game."""
    if not rules.enabled:
        raise RuleError(Code.GIFTING_DISABLED, "gifts are not enabled in this game")


async def _check(tx: Transaction, ctx: Context, resource: Giftable | None, present: GiftContents) -> None:
    find = definitions.currency if present.type == "currency" else definitions.item
    row = await find(tx, ctx, present.key)
    if resource is None or row is None or row.archived_at is not None:
        raise RuleError(
            Code.INVALID_METRIC,
            f"the {present.type} '{present.key}' is not one that players may give",
            {"field": "resourceKey", "key": present.key},
        )
    if present.amount > resource.max_amount:
        raise invalid("amount", f"must be {resource.max_amount:,} or less in one gift")


async def _between_friends(
    tx: Transaction, ctx: Context, rules: Gifting, player: PlayerRecord, other: PlayerRecord
) -> None:
    """Refuse gifts to players who are not friends, and too frequent ones."""
    if player is other:
        raise RuleError(Code.CANNOT_FRIEND_SELF, "a player cannot give themselves a gift")
    await friends.refuse_blocked(tx, player, other)
    friendship = await friends.friendship(tx, player, other)
    if friendship is None:
        raise RuleError(Code.FORBIDDEN, f"'{other.external_player_id}' is not a friend; gifts are for friends")
    last = friendship.last_gift_at
    if last is not None and ctx.now_ms < (until := last + rules.cooldown_seconds * 1000):
        until_ = formats.timestamp(until)
        conflict(f"the next gift to this friend can go at {until_}", giftCooldownUntil=until_)
    limit = rules.daily_send_limit
    if limit is not None and await gift_queries.sent_today(tx, ctx.tenant, player.player_id, ctx.now_ms) >= limit:
        conflict(f"{limit} gifts were sent in the last 24 hours, which is all", dailySendLimit=limit)


async def _pay(tx: Transaction, ctx: Context, player: PlayerRecord, present: GiftContents) -> None:
    if present.type == "currency":
        await change_wallet(tx, ctx, player, LedgerChange(present.key, -present.amount, SOURCE))
    else:
        await change_inventory(tx, ctx, player, LedgerChange(present.key, -present.amount, SOURCE))


async def _give(
    tx: Transaction, ctx: Context, player: PlayerRecord, other: PlayerRecord, present: GiftContents
) -> dict[str, Any]:
    """Create the gift and its grant; returns a row for `gift_queries.serialize_gift`, without the players."""
    gift_id = ctx.new_id()
    entry = {"type": "currency", "currencyKey": present.key, "amount": present.amount}
    if present.type == "item":
        entry = {"type": "item", "itemKey": present.key, "quantity": present.amount}
    grant = await grant_issuing.issue(tx, ctx, other, "reward", {"entries": [entry]}, GrantSource(SOURCE, gift_id))
    row = {
        "gift_id": gift_id,
        "grant_id": grant.grant_id,
        "type": present.type,
        "resource_key": present.key,
        "amount": present.amount,
        "message": ((present.message or "").strip()[:LONGEST_MESSAGE]) or None,
        "sent_at": ctx.now_ms,
    }
    owner = other.owner()
    tx.add(tables.gifts, {**owner, **row, "sender_id": player.player_id})
    column = tables.friendships.c
    await tx.execute(
        tables.friendships.update().where(*friends.row_between(column, player, other)).values(last_gift_at=ctx.now_ms)
    )
    return {**row, "status": grant.status, "claimed_at": grant.claimed_at, "expires_at": grant.expires_at}
