"""Server calls for grants, wallet and inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from kraty_console.client import server_routes as routes
from kraty_console.client.key_calls import CallGroup
from kraty_console.client.routes import ClientRoute
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.holdings import BalanceAdjusted, ItemAdjusted
from kraty_console.contract.players import Grant
from kraty_console.contract.wire import iso

Entry = CurrencyEntry | ItemEntry | CrateEntry


class AdjustmentOptions(TypedDict, total=False):
    """Optional arguments of an adjustment."""

    reason: str | None
    source_ref_id: str | None
    """The studio's reference, such as an order or a case."""
    key: str | None
    """The idempotency key; a new one by default."""


class Grants(CallGroup):
    """Create and claim grants (contract/SERVER.md#grants)."""

    async def create(
        self,
        external_id: str,
        entries: Sequence[Entry],
        *,
        key: str | None = None,
        kind: Literal["reward", "crate"] | None = None,
        expires_at: datetime | None = None,
        source_kind: Literal["api", "admin"] | None = None,
        source_ref_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Grant:
        """Create a grant; an unknown player is created."""
        body = {
            "entries": [entry.body() for entry in entries],
            "kind": kind,
            "expiresAt": None if expires_at is None else iso(expires_at),
            "sourceKind": source_kind,
            "sourceRefId": source_ref_id,
            "metadata": None if metadata is None else dict(metadata),
        }
        return await self._calls.write(Grant, routes.GRANTS, {"externalPlayerId": external_id}, body, key=key)

    async def ack(self, external_id: str, grant_id: str, *, key: str | None = None) -> Grant:
        """Claim a grant on behalf of its player."""
        return await self._calls.write(
            Grant, routes.ACK, {"externalPlayerId": external_id, "grantId": grant_id}, key=key
        )


class Wallet(CallGroup):
    """Balances (contract/SERVER.md#wallet); `applied` is false in a replayed answer."""

    async def credit(
        self, external_id: str, economy_key: str, amount: int, **options: Unpack[AdjustmentOptions]
    ) -> BalanceAdjusted:
        """Add to a balance; an unknown player is created."""
        return await self._change(routes.CREDIT, external_id, economy_key, amount, **options)

    async def debit(
        self, external_id: str, economy_key: str, amount: int, **options: Unpack[AdjustmentOptions]
    ) -> BalanceAdjusted:
        """Take from a balance; raises `Refused` if it is too low."""
        return await self._change(routes.DEBIT, external_id, economy_key, amount, **options)

    async def _change(
        self,
        route: ClientRoute,
        external_id: str,
        economy_key: str,
        amount: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> BalanceAdjusted:
        body = {"amount": amount, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"externalPlayerId": external_id, "economyKey": economy_key}
        return await self._calls.write(BalanceAdjusted, route, segments, body, key=key)


class Inventory(CallGroup):
    """Items (contract/SERVER.md#inventory); `applied` is false in a replayed answer."""

    async def grant(
        self, external_id: str, item_key: str, quantity: int, **options: Unpack[AdjustmentOptions]
    ) -> ItemAdjusted:
        """Add items; an unknown player is created."""
        return await self._change(routes.ITEM_GRANT, external_id, item_key, quantity, **options)

    async def revoke(
        self, external_id: str, item_key: str, quantity: int, **options: Unpack[AdjustmentOptions]
    ) -> ItemAdjusted:
        """Take items; raises `Refused` if there are too few."""
        return await self._change(routes.ITEM_REVOKE, external_id, item_key, quantity, **options)

    async def _change(
        self,
        route: ClientRoute,
        external_id: str,
        item_key: str,
        quantity: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> ItemAdjusted:
        body = {"quantity": quantity, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"externalPlayerId": external_id, "itemKey": item_key}
        return await self._calls.write(ItemAdjusted, route, segments, body, key=key)
