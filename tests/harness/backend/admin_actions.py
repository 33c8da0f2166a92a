"""The changes as a table: how each is prepared, called, and what one effect of it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kraty_console.backend.economy import wallet
from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.players import bans, notes
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.storage import tables
from tests.harness.backend.small_game import ALICE, SmallGame

Prepare = Callable[[SmallGame], Awaitable[str]]
Call = Callable[[SmallGame, Context, str], Awaitable[RuleResult]]


@dataclass(frozen=True)
class Action:
    """One change."""

    name: str
    action: str
    """How the audit log names it."""
    prepare: Prepare
    """Makes what is acted on; answers its id."""
    call: Call
    other: Call
    """The same operation with another body."""
    once: bool
    """Whether a second one with a new key is refused (or changes nothing), because the first one settled it."""
    effects: Callable[[SmallGame], Awaitable[int]]
    """How often the effect is there."""
    surface: str = "admin"

    def context(self, world: SmallGame, key: str | None = "key-0001", **changes: Any) -> Context:
        """Who does it."""
        return (world.server if self.surface == "server" else world.admin)(key, **changes)


async def stuck(world: SmallGame) -> str:
    """An attempt whose client crashed."""
    attempt_id: str = (await world.play(score=4))["id"]
    return attempt_id


async def unpaid(world: SmallGame) -> str:
    """A completed attempt whose roll failed, and could be rolled now."""
    await world.archive()
    attempt_id: str = (await world.play())["id"]
    await world.restore()
    return attempt_id


async def pending(world: SmallGame) -> str:
    """A grant that waits to be claimed."""
    entries = [{"type": "currency", "currencyKey": "gold", "amount": 250}]
    grant = (await world.run(grants.create, world.server("prepare-01"), ALICE, entries)).data
    grant_id: str = grant["id"]
    return grant_id


async def present(world: SmallGame) -> str:
    """A player."""
    await world.play("quiet")
    return ALICE


def _count(table: Any, **equal: Any) -> Callable[[SmallGame], Awaitable[int]]:
    async def count(world: SmallGame) -> int:
        return len(await world.rows(table, **equal))

    return count


async def _credited(world: SmallGame) -> int:
    return sum(row["delta"] for row in await world.rows(tables.wallet_ledger, reason="ticket says so")) // 100


async def _noted(world: SmallGame) -> int:
    return len(await world.rows(tables.player_notes))


async def _banned(world: SmallGame) -> int:
    return len(await world.rows(tables.outbox, event_name="player.banned"))


GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 500}]

ACTIONS = (
    Action(
        "force-complete",
        "attempt.force_complete",
        stuck,
        lambda w, ctx, it: w.run(attempts.force_complete, ctx, it, final_score=12.5),
        lambda w, ctx, it: w.run(attempts.force_complete, ctx, it, final_score=13),
        True,
        _count(tables.attempts, status="force_completed"),
    ),
    Action(
        "retry-roll",
        "grant.retry_reward_roll",
        unpaid,
        lambda w, ctx, it: w.run(rewards.retry_roll, ctx, it),
        lambda w, ctx, it: w.run(rewards.retry_roll, ctx, w.new_id()),
        True,
        _count(tables.grants, source_kind="event_completion", kind="crate"),
    ),
    Action(
        "manual-grant",
        "grant.manual_create",
        present,
        lambda w, ctx, it: w.run(grants.create, ctx, it, GOLD),
        lambda w, ctx, it: w.run(grants.create, ctx, it, [{**GOLD[0], "amount": 501}]),
        False,
        _count(tables.grants, source_kind="admin"),
    ),
    Action(
        "server-grant",
        "grant.create",
        present,
        lambda w, ctx, it: w.run(grants.create, ctx, it, GOLD),
        lambda w, ctx, it: w.run(grants.create, ctx, it, GOLD, source_ref_id="other"),
        False,
        _count(tables.grants, source_kind="api"),
        "server",
    ),
    Action(
        "force-claim",
        "grant.manual_force_claim",
        pending,
        lambda w, ctx, it: w.run(grants.force_claim, ctx, it),
        lambda w, ctx, it: w.run(grants.force_claim, ctx, w.new_id()),
        True,
        _count(tables.wallet_ledger, reason="grant_deposit"),
    ),
    Action(
        "revoke",
        "grant.revoke",
        pending,
        lambda w, ctx, it: w.run(grants.revoke, ctx, it),
        lambda w, ctx, it: w.run(grants.revoke, ctx, w.new_id()),
        True,
        _count(tables.grants, status="revoked"),
    ),
    Action(
        "wallet-credit",
        "wallet.credit",
        present,
        lambda w, ctx, it: w.run(wallet.credit, ctx, it, "gold", 100),
        lambda w, ctx, it: w.run(wallet.credit, ctx, it, "gold", 101),
        False,
        _credited,
    ),
    Action(
        "ban",
        "player.ban",
        present,
        lambda w, ctx, it: w.run(bans.ban, ctx, it),
        lambda w, ctx, it: w.run(bans.ban, ctx, "bob_7"),
        True,
        _banned,
    ),
    Action(
        "note",
        "player.note",
        present,
        lambda w, ctx, it: w.run(notes.add, ctx, it, "asked for a screenshot"),
        lambda w, ctx, it: w.run(notes.add, ctx, it, "asked for a video"),
        False,
        _noted,
    ),
)
