"""Resources derived from another balance by steps, as a level derives from experience.

A currency's `derives` is `[{economyKey, steps: [{at, entries?}]}]`, the steps in ascending order: the resource named by
`economyKey` is the number of steps that the balance has reached, and reaching one may pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kraty_console.backend.rewards import grant_issuing, rolls
from kraty_console.backend.rewards.grant_issuing import GrantSource
from kraty_console.backend.rewards.rolls import RollFailed
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.tables import GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

DERIVED: Final = "derived"
"""The ledger's reason for a change that follows from another; its `sourceRefId` is that one's ledger id."""

PAID: Final = "stepsPaid"
"""Where the metadata of a derived holding says how many steps have paid."""

SOURCE: Final = "progression"
"""The kind of source of a grant that a step paid."""


def steps_reached(steps: Sequence[Mapping[str, Any]], balance: int) -> int:
    """How many steps a balance has reached."""
    return sum(1 for step in steps if step["at"] <= balance)


async def pay_steps(
    tx: Transaction, ctx: Context, player: PlayerRecord, rule: Mapping[str, Any], numbers: Iterable[int]
) -> list[GrantRecord]:
    """The grants of steps that are reached for the first time; one that cannot be rolled pays nothing."""
    made: list[GrantRecord] = []
    for number in numbers:
        entries = rule["steps"][number].get("entries")
        if not entries:
            continue
        dice = await rolls.rng_for(tx, ctx, f"step/{player.player_id}/{rule['economyKey']}/{number}")
        try:
            rolled = await rolls.resolve(tx, ctx, entries, dice)
        except RollFailed:
            continue
        made += await grant_issuing.issue_rolled(tx, ctx, player, rolled, GrantSource(SOURCE, rule["economyKey"]))
    return made
