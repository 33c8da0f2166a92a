"""Events for tests of playing, open for a day from now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.runtime.sweeper import Sweeper
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from tests.harness.backend.small_game import DAY, HOUR, SmallGame


async def define(world: SmallGame, key: str, *, opens: int = -HOUR, closes: int = DAY, **options: Any) -> None:
    """An event; times are from now. `more` holds what few events have."""
    event = {"name": key.title(), "metrics": [{"key": "wins", "target": 10}], "reward_policy": {"type": "none"}}

    async def work(tx: Transaction, ctx: Context) -> None:
        await catalog.put_event(tx, ctx, key, **{**event, **options})
        await catalog.put_window(tx, ctx, key, starts_at=world.now + opens, ends_at=world.now + closes)

    await world.run(work, world.engine())


async def pit(world: SmallGame, *, capacity: int = 3, **more: Any) -> None:
    """An event with lobbies, named `pit`."""
    await define(world, "pit", leaderboard_mode=lobbies.MODE, capacity=capacity, more=more)


async def refused(world: SmallGame, player: str, event: str, **changes: Any) -> RuleError:
    """The refusal of a start."""
    try:
        await world.run(attempts.start, world.engine(**changes), player, event)
    except RuleError as refusal:
        return refusal
    raise AssertionError("it was not refused")


async def waiting(world: SmallGame, player: str, event: str = "pit") -> str:
    """The id of the lobby that a start has to wait for."""
    refusal = await refused(world, player, event)
    assert (refusal.code, refusal.status) == (Code.LOBBY_FORMING, 202)
    lobby_id: str = refusal.details["lobbyId"]
    return lobby_id


def sweeper(world: SmallGame) -> Sweeper:
    """The worker in this game, at the world's moment."""
    return Sweeper(world.db, lambda: world.now, world.new_id, only=world.tenant)


async def drain(sweep: Callable[[Sweeper], Awaitable[int]], world: SmallGame) -> int:
    """Sweep until nothing is due; the answer is how many things were."""
    total = 0
    while done := await sweep(sweeper(world)):
        total += done
    return total
