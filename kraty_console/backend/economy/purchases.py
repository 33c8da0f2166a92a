"""Purchases in stores: recorded once per transaction, and totalled in US cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import amounts, formats
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import PlayerRecord, PlayerSpendRecord, PurchaseRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

WITHOUT_VALIDATION: Final = frozenset(("web", "other"))
"""Stores without receipts that could be verified."""

SPEND: Final = "spend"
"""The name of a player's total in the message of an overflow."""


BASE: Final = "USD"

_WITHOUT_MINOR: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905 (as ISO-4217 lists them)
)
_IN_THOUSANDTHS: Final = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase as the store reports it; the amount is in the smallest unit of its currency."""

    transaction_id: str
    store: str
    product_id: str
    amount_minor: int
    currency: str
    """ISO-4217, three capitals."""
    product_type: str | None = None
    receipt: str | None = None
    purchased_at: int | None = None
    """Milliseconds since the epoch; None for the current time."""
    metadata: Mapping[str, Any] | None = None


async def track(tx: Transaction, ctx: Context, external_id: str, purchase: Purchase) -> RuleResult:
    """Record a purchase and add it to the player's total, once per transaction of a store.

    A repeated one is answered as recorded, with 200 and `deduplicated`. 400 `unknown_currency` if the game has no rate
    for the currency; 409 if the total is too large. Purchases of banned players are recorded as well.
    """
    player = await players.lock(tx, ctx, external_id)
    column = tables.purchases.c
    kept = await tx.find(
        tables.purchases,
        column.studio_id == player.studio_id,
        column.game_id == player.game_id,
        column.player_id == player.player_id,
        column.store == purchase.store,
        column.transaction_id == purchase.transaction_id,
    )
    if kept is not None:
        return RuleResult(200, {**_serialize_purchase(kept), **totals(await _spend(tx, player)), "deduplicated": True})
    rate = fx_rate((await definitions.game(tx, ctx)).settings, purchase.currency)
    if rate is None:
        raise RuleError(
            Code.UNKNOWN_CURRENCY,
            f"there is no rate for {purchase.currency}: it has to be in the game's settings, under fxRates",
            {"currency": purchase.currency},
        )
    row = _keep(tx, ctx, player, purchase, rate)
    spend = await _add_up(tx, ctx, player, row.normalized_amount_minor)
    return RuleResult(201, {**_serialize_purchase(row), **totals(spend), "deduplicated": False})


def totals(spend: PlayerSpendRecord | None) -> dict[str, int]:
    """A player's lifetime total in US cents, and the number of purchases."""
    return {
        "lifetimeAmountMinor": 0 if spend is None else spend.lifetime_amount_minor,
        "purchaseCount": 0 if spend is None else spend.purchase_count,
    }


async def spent(tx: Transaction, player: PlayerRecord) -> dict[str, Any]:
    """A player's total, for the studio's backend."""
    data = {"externalPlayerId": player.external_player_id, "normalizedCurrency": BASE}
    return data | totals(await _spend(tx, player))


def _keep(tx: Transaction, ctx: Context, player: PlayerRecord, purchase: Purchase, rate: float) -> PurchaseRecord:
    return tx.add(
        tables.purchases,
        {
            **player.owner(),
            "purchase_id": ctx.new_id(),
            "store": purchase.store,
            "transaction_id": purchase.transaction_id,
            "product_id": purchase.product_id,
            "product_type": purchase.product_type,
            "amount_minor": purchase.amount_minor,
            "currency": purchase.currency,
            "fx_rate": rate,
            "normalized_amount_minor": in_cents(purchase.amount_minor, purchase.currency, rate),
            "validation_status": "skipped" if purchase.store in WITHOUT_VALIDATION else "unverified",
            "receipt": purchase.receipt,
            "metadata": dict(purchase.metadata or {}),
            "purchased_at": ctx.now_ms if purchase.purchased_at is None else purchase.purchased_at,
            "created_at": ctx.now_ms,
        },
    )


async def _add_up(tx: Transaction, ctx: Context, player: PlayerRecord, cents: int) -> PlayerSpendRecord:
    spend = await _spend(tx, player)
    if spend is None:
        first = {"lifetime_amount_minor": amounts.add(0, cents, SPEND), "purchase_count": 1, "updated_at": ctx.now_ms}
        return tx.add(tables.player_spend, {**player.owner(), **first})
    return tx.change(
        spend,
        lifetime_amount_minor=amounts.add(spend.lifetime_amount_minor, cents, SPEND),
        purchase_count=spend.purchase_count + 1,
        updated_at=ctx.now_ms,
    )


async def _spend(tx: Transaction, player: PlayerRecord) -> PlayerSpendRecord | None:
    return await tx.get(tables.player_spend, *player.primary_key())


def _serialize_purchase(row: PurchaseRecord) -> dict[str, Any]:
    """A purchase (contract/SDK.md#purchases); the receipt is stored but not returned."""
    return {
        "purchaseId": row.purchase_id,
        "transactionId": row.transaction_id,
        "store": row.store,
        "productId": row.product_id,
        "productType": row.product_type,
        "amountMinor": row.amount_minor,
        "currency": row.currency,
        "normalizedAmountMinor": row.normalized_amount_minor,
        "normalizedCurrency": BASE,
        "fxRate": row.fx_rate,
        "validationStatus": row.validation_status,
        "purchasedAt": formats.timestamp(row.purchased_at),
        "metadata": row.metadata or {},
    }


def fx_rate(settings: Mapping[str, Any], currency: str) -> float | None:
    """US dollars for one unit of a currency (ISO-4217); None if no rate is known."""
    if currency == BASE:
        return 1.0
    rates = settings.get("fxRates")
    rate = rates.get(currency) if isinstance(rates, Mapping) else None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < 1_000_000:
        return None
    return float(rate)


def in_cents(amount_minor: int, currency: str, fx_rate: float) -> int:
    """US cents for an amount in the smallest unit of its currency (a cent, a whole yen), halves rounded up."""
    places = 0 if currency in _WITHOUT_MINOR else 3 if currency in _IN_THOUSANDTHS else 2
    dollars = Decimal(amount_minor).scaleb(-places) * Decimal(str(fx_rate))
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
