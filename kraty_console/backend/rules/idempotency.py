"""Exactly once: a key, its request and its answer, stored in one transaction.

The key is taken first; a simultaneous duplicate waits for the first request and gets its answer. A refusal rolls
everything back, including the key, which can then be used again.

A key of a game client is unique per player, so that no game can use up the keys of others or of the studio.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from kraty_console.backend.rules.context import LIVE, Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.tables import IdempotencyRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

KEPT_FOR_GOOD: Final = frozenset({"grant.create"})
"""Operations whose keys are unique in the game for ever (contract/README.md#idempotency)."""


def fingerprint(request: Mapping[str, Any]) -> str:
    """A hash of the request, independent of the order of its fields."""
    text = json.dumps(request, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


async def replay(tx: Transaction, ctx: Context, operation: str, request: Mapping[str, Any]) -> RuleResult | None:
    """Take the context's key for this request; returns the earlier answer if the same request took it before.

    `idempotency_conflict` if another request took it. Without a key nothing is taken. A repeated answer of a creation
    (201) has the status 200; a stored refusal is raised again.
    """
    if ctx.idempotency_key is None:
        return None
    print_ = fingerprint({**request, "environment": ctx.environment, "reason": ctx.reason, "ticket": ctx.ticket})
    key = (ctx.tenant.studio_id, ctx.tenant.game_id, scope(ctx, operation), ctx.idempotency_key)
    taken = await tx.insert_if_absent(
        tables.idempotency,
        {
            "studio_id": key[0],
            "game_id": key[1],
            "operation": key[2],
            "key": ctx.idempotency_key,
            "request_hash": print_,
            "created_at": ctx.now_ms,
        },
    )
    kept = (
        await _under_another_name(tx, ctx, operation, key, print_) if taken else await tx.get(tables.idempotency, *key)
    )
    if kept is None:
        assert taken, "a taken key is there"
        return None
    if kept.request_hash != print_:
        raise RuleError(
            Code.IDEMPOTENCY_CONFLICT,
            f"The idempotency key '{ctx.idempotency_key}' was used before for another request",
        )
    assert kept.answer is not None, "an answer is kept with its key"
    assert kept.status is not None, "as its status is"
    data = json.loads(kept.answer)
    if kept.status >= 400:
        raise RuleError(Code(data["code"]), data["message"], data["details"], status=kept.status, replayed=True)
    return RuleResult(200 if kept.status == 201 else kept.status, data, replayed=True)


async def _under_another_name(
    tx: Transaction, ctx: Context, operation: str, key: tuple[str, str, str, str], print_: str
) -> IdempotencyRecord | None:
    """The older record of a key under another name; the newly taken key is then released.

    A grant's key may have named an erased player (`erased_key`). A key of a test environment may be from a version that
    did not separate environments; the request shows whether it is the same.
    """
    kept = None
    if operation in KEPT_FOR_GOOD:
        kept = await tx.get(tables.idempotency, *key[:3], erased_key(ctx, key[3]))
    elif key[2] == f"{operation}@{ctx.environment}":
        old = await tx.get(tables.idempotency, *key[:2], operation, key[3])
        kept = old if old is not None and old.request_hash == print_ else None
    if kept is not None:
        names = ("studio_id", "game_id", "operation", "key")
        await tx.execute(
            tables.idempotency.delete().where(
                *(tables.idempotency.columns[name] == value for name, value in zip(names, key, strict=True))
            )
        )
    return kept


async def keep(tx: Transaction, ctx: Context, operation: str, status: int, data: dict[str, Any]) -> RuleResult:
    """Store the answer with the key, before the commit."""
    if ctx.idempotency_key is not None:
        tenant = ctx.tenant
        row = await tx.get(
            tables.idempotency, tenant.studio_id, tenant.game_id, scope(ctx, operation), ctx.idempotency_key
        )
        assert row is not None, "the key was taken first"
        tx.change(row, status=status, answer=dump_json(data))
    return RuleResult(status, data)


async def keep_refusal(tx: Transaction, ctx: Context, operation: str, refusal: RuleError) -> None:
    """Store a refusal that is a result (a roll that failed again)."""
    data = {"code": refusal.code.value, "message": refusal.message, "details": refusal.details}
    await keep(tx, ctx, operation, refusal.status, data)


async def release(tx: Transaction, ctx: Context, operation: str) -> None:
    """Release the key in a transaction that commits, so that the request can be repeated with another answer."""
    if ctx.idempotency_key is not None:
        column = tables.idempotency.c
        await tx.execute(
            tables.idempotency.delete().where(
                column.studio_id == ctx.tenant.studio_id,
                column.game_id == ctx.tenant.game_id,
                column.operation == scope(ctx, operation),
                column.key == ctx.idempotency_key,
            )
        )


def scope(ctx: Context, operation: str) -> str:
    """The scope in which the key is unique: the operation in its environment, and the player if a game client calls.

    The same key in `live` and `test` names two changes, except that a grant's key is unique in the game. In live the
    scope is the operation's plain name, as in older versions.
    """
    if ctx.surface == "sdk" and ctx.actor.kind == "player":
        return f"{operation}/{ctx.actor.id}"
    if operation in KEPT_FOR_GOOD or ctx.environment == LIVE:
        return operation
    return f"{operation}@{ctx.environment}"


def erased_key(ctx: Context, key: str) -> str:
    """A hash of an idempotency key that named an erased player, by which it is recognized but cannot be read."""
    parts = (ctx.tenant.studio_id, ctx.tenant.game_id, key)
    return f"erased:{hashlib.sha256(chr(10).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()}"
