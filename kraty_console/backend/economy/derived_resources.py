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
"""The ledger reason of a derived change; its `sourceRefId` is the ledger id of the original change."""

PAID: Final = "stepsPaid"
"""The metadata field of a derived holding with the number of steps that have paid."""

SOURCE: Final = "progression"
"""The source kind of a grant that a step paid."""


def steps_reached(steps: Sequence[Mapping[str, Any]], balance: int) -> int:
    """The number of steps that a balance has reached."""
    return sum(1 for step in steps if step["at"] <= balance)


async def pay_steps(
    tx: Transaction, ctx: Context, player: PlayerRecord, rule: Mapping[str, Any], numbers: Iterable[int]
) -> list[GrantRecord]:
    """Issue the grants of newly reached steps; a step that cannot be rolled pays nothing."""
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
