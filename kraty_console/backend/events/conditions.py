"""Evaluate the condition trees that players must meet.

`{all: […]}`, `{any: […]}` and `{not: …}` combine; the leaves are {kind: "wallet_at_least", economyKey, amount}
{kind: "item_at_least", itemKey, quantity} {kind: "context_at_least", field, value}           {kind: "context_is",
field, value} {kind: "event_completed", eventKey}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, InventoryRecord, PlayerRecord, WalletRecord
from kraty_console.backend.storage.tables.record import RecordTable
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code

Tree = Mapping[str, Any]

MAX_DEPTH: Final = 8
MAX_LEAVES: Final = 50

LEAVES: Final[dict[str, tuple[tuple[str, type], ...]]] = {
    "wallet_at_least": (("economyKey", str), ("amount", int)),
    "item_at_least": (("itemKey", str), ("quantity", int)),
    "context_at_least": (("field", str), ("value", float)),
    "context_is": (("field", str), ("value", object)),
    "event_completed": (("eventKey", str),),
}
"""The fields of each kind of leaf with their types; `float` means any number."""


class BrokenCondition(Exception):
    """The tree is invalid; the message explains why."""


@dataclass(frozen=True, slots=True)
class ConditionSubject:
    """The player whose conditions are evaluated; `player` is None for an unknown one."""

    player: PlayerRecord | None
    context: Mapping[str, Any]


def check(tree: object) -> None:
    """Raise BrokenCondition unless the tree is valid."""
    if _leaves(tree, MAX_DEPTH) > MAX_LEAVES:
        raise BrokenCondition(f"a condition has {MAX_LEAVES} parts at most")


async def is_met(tx: Transaction, ctx: Context, tree: Tree, subject: ConditionSubject) -> bool:
    """Whether the condition holds. Raises BrokenCondition."""
    check(tree)
    return await _holds(tx, ctx, tree, subject)


async def require_conditions(tx: Transaction, ctx: Context, event: EventRecord, subject: ConditionSubject) -> None:
    """Refuse a player who may not enter the event: 403 for either condition; 500 for an invalid one
    (contract/README.md#errors)."""
    for condition, refused, broken, words in (
        (
            event.unlock_condition,
            Code.UNLOCK_CONDITION_FAILED,
            Code.INVALID_UNLOCK_CONDITION,
            "is not unlocked for this player",
        ),
        (
            event.entry_requirement,
            Code.ENTRY_REQUIREMENT_FAILED,
            Code.INVALID_ENTRY_REQUIREMENT,
            "has a condition that this player does not meet",
        ),
    ):
        if condition is None:
            continue
        try:
            holds = await is_met(tx, ctx, condition, subject)
        except BrokenCondition as fault:
            raise RuleError(broken, f"The event '{event.key}' is set up wrongly: {fault}") from None
        if not holds:
            raise RuleError(refused, f"The event '{event.key}' {words}", {"condition": condition})


def _leaves(tree: object, depth: int) -> int:
    """The number of leaves in the tree."""
    if not isinstance(tree, Mapping):
        raise BrokenCondition("a condition must be an object")
    if depth == 0:
        raise BrokenCondition(f"a condition is {MAX_DEPTH} levels deep at most")
    joins = [name for name in ("all", "any", "not") if name in tree]
    if joins:
        if len(tree) != 1:
            raise BrokenCondition(f"a condition with '{joins[0]}' has no other fields")
        inner = tree[joins[0]]
        parts: Sequence[object] = [inner] if joins[0] == "not" else inner
        if not isinstance(parts, list | tuple) or not parts:
            raise BrokenCondition(f"'{joins[0]}' must be a list of conditions")
        return sum(_leaves(part, depth - 1) for part in parts)
    fields = LEAVES.get(str(tree.get("kind")))
    if fields is None:
        raise BrokenCondition(f"the kind {tree.get('kind')!r} is unknown")
    for name, kind in fields:
        value = tree.get(name)
        wrong = value is None or (kind in (int, float) and isinstance(value, bool))
        if wrong or not isinstance(value, int | float if kind is float else kind):
            raise BrokenCondition(f"'{tree['kind']}' has no '{name}', or one that makes no sense")
    return 1


async def _holds(tx: Transaction, ctx: Context, tree: Tree, subject: ConditionSubject) -> bool:
    if "not" in tree:
        return not await _holds(tx, ctx, tree["not"], subject)
    for join, decisive in (("all", False), ("any", True)):
        if join in tree:
            for part in tree[join]:
                if await _holds(tx, ctx, part, subject) is decisive:
                    return decisive
            return not decisive
    match tree["kind"]:
        case "wallet_at_least":
            return await _held(tx, subject, tables.wallets, tree["economyKey"]) >= int(tree["amount"])
        case "item_at_least":
            return await _held(tx, subject, tables.inventory, tree["itemKey"]) >= int(tree["quantity"])
        case "context_at_least":
            value = subject.context.get(tree["field"])
            return isinstance(value, int | float) and not isinstance(value, bool) and bool(value >= tree["value"])
        case "context_is":
            return bool(subject.context.get(tree["field"]) == tree["value"])
        case _:
            return await _completed(tx, ctx, subject, tree["eventKey"])


async def _held(
    tx: Transaction, subject: ConditionSubject, table: RecordTable[WalletRecord | InventoryRecord], key: str
) -> int:
    if subject.player is None:
        return 0
    held = await tx.get(table, *subject.player.primary_key(), key)
    if held is None:
        return 0
    return held.balance if isinstance(held, WalletRecord) else held.quantity


async def _completed(tx: Transaction, ctx: Context, subject: ConditionSubject, event_key: str) -> bool:
    if subject.player is None:
        return False
    try:
        event = await definitions.event_by_key(tx, ctx, event_key)
    except RuleError:
        raise BrokenCondition(f"there is no event '{event_key}'") from None
    column = tables.attempts.c
    completed_id = await tx.scalar(
        sa.select(column.attempt_id)
        .where(
            column.studio_id == ctx.tenant.studio_id,
            column.game_id == ctx.tenant.game_id,
            column.player_id == subject.player.player_id,
            column.event_id == event.event_id,
            column.status.in_(("completed", "force_completed")),
        )
        .limit(1)
    )
    return completed_id is not None
