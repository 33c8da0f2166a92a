"""Handlers of bulk imports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from pydantic import Field, ValidationError

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.request_body import field_faults
from kraty_console.backend.http.request_models import TOLERANT, WHOLE, Email, Key, KeyedRequest
from kraty_console.backend.lifecycle import bulk_import
from kraty_console.backend.lifecycle.bulk_import import MOST_ROWS, ImportFailure, ImportLine
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.limits import MAX_BALANCE, MAX_REASON
from kraty_console.contract.wire import Request

ExternalId = Annotated[str, Field(min_length=1, max_length=512)]
CatalogKey = Annotated[str, Field(min_length=1, max_length=512)]
Much = Annotated[int, Field(ge=1, le=MAX_BALANCE), WHOLE]
Reason = Annotated[str, Field(max_length=MAX_REASON)]

Rule = Callable[[Transaction, Context, Sequence[ImportLine], Sequence[ImportFailure]], Awaitable[RuleResult]]


class PlayerRow(Request):
    """A player to create or update."""

    model_config = TOLERANT

    external_player_id: ExternalId
    email: Email | None = None
    context_snapshot: dict[str, Any] | None = None
    idempotency_key: Key


class WalletRow(Request):
    """An amount to add to a balance."""

    model_config = TOLERANT

    external_player_id: ExternalId
    economy_key: CatalogKey
    amount: Much
    reason: Reason | None = None
    idempotency_key: Key


class InventoryRow(Request):
    """A quantity of an item to add."""

    model_config = TOLERANT

    external_player_id: ExternalId
    item_key: CatalogKey
    quantity: Much
    parameters: dict[str, Any] | None = None
    reason: Reason | None = None
    idempotency_key: Key


class Batch(KeyedRequest):
    """Up to a thousand rows, each validated by itself, so that a wrong one does not stop the others."""

    rows: Annotated[list[Any], Field(max_length=MOST_ROWS)]


class PlayerBatch(Batch):
    """Players: rows of `{externalPlayerId, email?, contextSnapshot?, idempotencyKey}`, a thousand at most.

    A wrong row is reported and does not stop the others.
    """


class WalletBatch(Batch):
    """Balances: rows of `{externalPlayerId, economyKey, amount, reason?, idempotencyKey}`, a thousand at most.

    A wrong row is reported and does not stop the others.
    """


class InventoryBatch(Batch):
    """Items: rows of `{externalPlayerId, itemKey, quantity, parameters?, reason?, idempotencyKey}`, a thousand at most.

    A wrong row is reported and does not stop the others.
    """


async def players(call: Call) -> HandlerReply:
    """Import players."""
    return await _import(call, PlayerRow, bulk_import.import_players)


async def wallet(call: Call) -> HandlerReply:
    """Import balances."""
    return await _import(call, WalletRow, bulk_import.import_wallet)


async def inventory(call: Call) -> HandlerReply:
    """Import items."""
    return await _import(call, InventoryRow, bulk_import.import_inventory)


async def _import(call: Call, model: type[PlayerRow | WalletRow | InventoryRow], rule: Rule) -> HandlerReply:
    body = await call.body(Batch)
    lines: list[ImportLine] = []
    failures: list[ImportFailure] = []
    for index, row in enumerate(body.rows):
        try:
            read = model.model_validate(row, by_alias=True, by_name=False)
        except ValidationError as error:
            failures.append(_unreadable(index, row, error))
            continue
        fields = read.model_dump(by_alias=True, exclude_unset=True)
        lines.append(ImportLine(index, fields.pop("externalPlayerId"), fields.pop("idempotencyKey"), fields))
    return await call.change(body, lambda tx, ctx: rule(tx, ctx, lines, failures))


def _unreadable(index: int, row: object, error: ValidationError) -> ImportFailure:
    """The failure of an invalid row."""
    named = row.get("externalPlayerId") if isinstance(row, dict) else None
    faults, left_out = field_faults(error)
    message = "; ".join(f"{field} {fault}" for field, fault in faults) + (f"; {left_out} more" if left_out else "")
    return ImportFailure(index, named if isinstance(named, str) else None, Code.VALIDATION_FAILED, message)
