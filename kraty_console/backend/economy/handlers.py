"""Handlers of balances, items and purchases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from kraty_console.backend.economy import inventory as inventory_rules
from kraty_console.backend.economy import purchases, wallet
from kraty_console.backend.economy import queries as holdings
from kraty_console.backend.economy.player_feed import PlayerFeed, player_events
from kraty_console.backend.economy.purchases import Purchase
from kraty_console.backend.economy.schemas import (
    Adjustment,
    Consumption,
    Debit,
    ItemChange,
    MoveProgression,
    PurchaseToTrack,
)
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_models import milliseconds
from kraty_console.backend.http.stream_replies import stream_reply
from kraty_console.backend.players.handlers import player_of_path
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.rules.formats import LAST_MOMENT
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.actions import WalletCredit


async def credit_for_admin(call: Call) -> HandlerReply:
    """Add to one balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    body = await call.body(WalletCredit)
    return await call.change(body, lambda tx, ctx: wallet.credit(tx, ctx, player, key, body.amount))


async def credit_for_server(call: Call) -> HandlerReply:
    """Add to one balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    body = await call.body(Adjustment)
    return await call.change(
        body,
        lambda tx, ctx: wallet.credit(tx, ctx, player, key, body.amount, source_ref_id=body.source_ref_id),
    )


async def debit_for_server(call: Call) -> HandlerReply:
    """Take from one balance; 409 if the player has less."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    body = await call.body(Adjustment)
    return await call.change(
        body,
        lambda tx, ctx: wallet.debit(tx, ctx, player, key, body.amount, source_ref_id=body.source_ref_id),
    )


async def grant(call: Call) -> HandlerReply:
    """Give a quantity of an item."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    body = await call.body(ItemChange)
    return await call.change(
        body,
        lambda tx, ctx: inventory_rules.grant(tx, ctx, player, key, body.quantity, source_ref_id=body.source_ref_id),
    )


async def revoke(call: Call) -> HandlerReply:
    """Take a quantity of an item; 409 if the player has fewer."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    body = await call.body(ItemChange)
    return await call.change(
        body,
        lambda tx, ctx: inventory_rules.revoke(tx, ctx, player, key, body.quantity, source_ref_id=body.source_ref_id),
    )


Look = Callable[[Transaction, PlayerRecord], Awaitable[list[dict[str, Any]]]]


async def inventory(call: Call) -> HandlerReply:
    """The player's items."""
    return HandlerReply({"items": await rows_of_player(call, holdings.inventory)})


async def balances(call: Call) -> HandlerReply:
    """The player's balances."""
    return HandlerReply({"wallet": await rows_of_player(call, holdings.wallet)})


async def consume(call: Call) -> HandlerReply:
    """Use up items."""
    player, key = call.text("externalPlayerId"), call.text("itemKey")
    body = await call.body(Consumption)
    return await call.change(body, lambda tx, ctx: inventory_rules.consume(tx, ctx, player, key, body.quantity))


async def debit_for_game(call: Call) -> HandlerReply:
    """Spend from a balance."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    body = await call.body(Debit)
    return await call.change(body, lambda tx, ctx: wallet.debit(tx, ctx, player, key, body.amount))


async def progress(call: Call) -> HandlerReply:
    """Move a progression resource."""
    player, key = call.text("externalPlayerId"), call.text("economyKey")
    body = await call.body(MoveProgression)
    return await call.change(body, lambda tx, ctx: wallet.progress(tx, ctx, player, key, body.amount))


async def inventory_stream(call: Call) -> HandlerReply:
    """Stream the player's gains and losses from now on."""
    async with call.services.db.read() as tx:
        player = await player_of_path(call, tx)
    return stream_reply(call, PlayerFeed(player, call.now_ms), player_events)


async def rows_of_player(call: Call, look: Look) -> list[dict[str, Any]]:
    """The rows that `look` reads for the player in the path; none for an unknown player."""
    async with call.services.db.read() as tx:
        external_id = call.text("externalPlayerId")
        player = await player_refs.find_by_external_id(tx, call.game, call.environment, external_id)
        return [] if player is None else await look(tx, player)


async def spend(call: Call) -> HandlerReply:
    """What the player spent on purchases in stores."""
    async with call.services.db.read() as tx:
        return HandlerReply(await purchases.spent(tx, await player_of_path(call, tx)))


async def track(call: Call) -> HandlerReply:
    """Record a purchase."""
    player = call.text("externalPlayerId")
    body = await call.body(PurchaseToTrack)
    purchased_at = milliseconds(body.purchased_at, "purchasedAt")
    if purchased_at is not None and not 0 <= purchased_at <= LAST_MOMENT:
        raise invalid("purchasedAt", "must be a moment from 1970 to the year 9999")
    purchase = Purchase(
        body.transaction_id,
        body.store,
        body.product_id,
        body.amount_minor,
        body.currency,
        body.product_type,
        body.receipt,
        purchased_at,
        body.metadata,
    )
    return await call.change(body, lambda tx, ctx: purchases.track(tx, ctx, player, purchase))
