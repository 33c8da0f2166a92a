"""A state machine of three players and random changes: the accounts balance after every step.

A few dozen steps in `make test`; ten thousand on each database with `STEPS=10000`, as in `make soak`.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kraty_console.backend.economy import inventory, wallet
from kraty_console.backend.events import attempt_rewards as rewards
from kraty_console.backend.events import attempts
from kraty_console.backend.grants import service as grants
from kraty_console.backend.grants.depositing import DEPOSITED
from kraty_console.backend.lifecycle import merge
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from tests.backend.conftest import Source
from tests.harness.backend.small_game import DAY, SmallGame, make_small_game

PLAYERS = ("ana", "ben", "cleo")
LONGEST = 50
"""Steps in one game."""

STEPS = int(os.environ.get("STEPS", "60"))

CONTENTS = (
    [{"type": "currency", "currencyKey": "gold", "amount": 40}, {"type": "item", "itemKey": "potion", "quantity": 2}],
    [{"type": "item", "itemKey": "potion", "quantity": 1}, {"type": "currency", "currencyKey": "gems", "amount": 3}],
    [{"type": "crate", "crateItemKey": "mystery", "quantity": 2}],
)

player = strategies.sampled_from(PLAYERS)
number = strategies.integers(0, 1000)
amount = strategies.sampled_from((1, 7, 60, 400))
key = strategies.sampled_from(("gold", "gems"))

READ = (
    tables.players,
    tables.attempts,
    tables.grants,
    tables.grant_deposits,
    tables.wallets,
    tables.wallet_ledger,
    tables.inventory,
    tables.item_ledger,
)
Rows = dict[str, list[dict[str, Any]]]


class Books(RuleBasedStateMachine):
    """One game; every step is one transaction, allowed or refused."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._db = self._run(_opened(url))
        self.world: SmallGame = self._run(make_small_game(self._db, seed))
        self._keys = count(1)
        self._last: tuple[Callable[..., Awaitable[Any]], Context, tuple[Any, ...], dict[str, Any]] | None = None
        for name in PLAYERS:
            self._run(self.world.run(players.upsert, self.world.engine(), name))

    def teardown(self) -> None:
        self._run(self._db.close())
        self._runner.close()

    # Rules

    @rule(who=player, event=strategies.sampled_from(("race", "quiet", "steps")), score=amount)
    def plays(self, who: str, event: str, score: int) -> None:
        self._do(_play, self.world.engine(), who, event, score)

    @rule(which=number)
    def finishes(self, which: int) -> None:
        owner, attempt_id = self._one_of(tables.attempts, "attempt_id", which)
        self._do(attempts.finish, self.world.engine(), owner, attempt_id)

    @rule(which=number)
    def comes_too_late(self, which: int) -> None:
        owner, attempt_id = self._one_of(tables.attempts, "attempt_id", which)
        self._do(attempts.expire, self.world.later(2 * DAY).engine(), owner, attempt_id)

    @rule(which=number, score=amount)
    def is_force_completed(self, which: int, score: int) -> None:
        _, attempt_id = self._one_of(tables.attempts, "attempt_id", which)
        self._do(attempts.force_complete, self._admin(), attempt_id, final_score=score)

    @rule(which=number)
    def is_rolled_for_again(self, which: int) -> None:
        _, attempt_id = self._one_of(tables.attempts, "attempt_id", which)
        self._do(rewards.retry_roll, self._admin(), attempt_id)

    @rule(broken=strategies.booleans())
    def the_table_breaks_or_is_mended(self, broken: bool) -> None:
        self._run(self.world.archive() if broken else self.world.restore())

    @rule(who=player, contents=strategies.sampled_from(CONTENTS), soon=strategies.booleans())
    def is_granted(self, who: str, contents: list[dict[str, Any]], soon: bool) -> None:
        expires_at = self.world.now + (1 if soon else DAY)
        self._do(grants.create, self._server(), who, contents, expires_at=expires_at)

    @rule(which=number)
    def claims(self, which: int) -> None:
        self._do(grants.claim, self.world.engine(), *self._one_of(tables.grants, "grant_id", which))

    @rule(which=number)
    def opens(self, which: int) -> None:
        self._do(grants.open_crate, self.world.engine(), *self._one_of(tables.grants, "grant_id", which))

    @rule(which=number)
    def lets_a_grant_lapse(self, which: int) -> None:
        self._do(grants.expire, self.world.later(1000).engine(), *self._one_of(tables.grants, "grant_id", which))

    @rule(which=number)
    def is_force_claimed_for(self, which: int) -> None:
        _, grant_id = self._one_of(tables.grants, "grant_id", which)
        self._do(grants.force_claim, self._admin(), grant_id)

    @rule(which=number)
    def has_a_grant_revoked(self, which: int) -> None:
        _, grant_id = self._one_of(tables.grants, "grant_id", which)
        self._do(grants.revoke, self._admin(), grant_id)

    @rule(who=player, economy_key=key, much=amount, give=strategies.booleans())
    def has_more_or_less_money(self, who: str, economy_key: str, much: int, give: bool) -> None:
        self._do(wallet.credit if give else wallet.debit, self._server(), who, economy_key, much)

    @rule(who=player, much=amount, give=strategies.booleans())
    def has_more_or_fewer_items(self, who: str, much: int, give: bool) -> None:
        self._do(inventory.grant if give else inventory.revoke, self._server(), who, "potion", much)

    @rule(guest=player, host=player)
    def are_one_and_the_same(self, guest: str, host: str) -> None:
        before = _held(self._rows())
        self._do(merge.merge, self._server(), guest, host)
        assert _held(self._rows()) == before

    @rule()
    def the_same_is_asked_again(self) -> None:
        if self._last is not None:
            before = self._rows()
            rule_function, ctx, given, more = self._last
            answer: RuleResult = self._run(self.world.run(rule_function, ctx, *given, **more))
            assert answer.replayed
            assert self._rows() == before

    # Invariants

    @invariant()
    def the_books_balance(self) -> None:
        rows = self._rows()
        for each in rows["players"]:
            mine = {
                name: [row for row in found if row["player_id"] == each["player_id"]] for name, found in rows.items()
            }
            _totals_are_counts(each, mine)
            _ledgers_are_sums(each, mine["wallets"], mine["wallet_ledger"], "economy_key", "balance")
            _ledgers_are_sums(each, mine["inventory"], mine["item_ledger"], "item_key", "quantity")
        _each_grant_is_deposited_once(rows)

    # Helpers

    def _do(self, rule_function: Callable[..., Awaitable[Any]], ctx: Context, *given: Any, **more: Any) -> None:
        try:
            self._run(self.world.run(rule_function, ctx, *given, **more))
        except RuleError:
            return
        if ctx.idempotency_key is not None:
            self._last = rule_function, ctx, given, more

    def _one_of(self, table: sa.Table, name: str, which: int) -> tuple[str, str]:
        """The owner and the id of one row, or of none."""
        found = self._run(self.world.rows(table))
        if not found:
            return PLAYERS[0], self.world.new_id()
        row = found[which % len(found)]
        [owner] = self._run(self.world.rows(tables.players, player_id=row["player_id"]))
        return owner["external_player_id"], row[name]

    def _admin(self) -> Context:
        return self.world.admin(f"key-{next(self._keys):05}")

    def _server(self) -> Context:
        return self.world.server(f"key-{next(self._keys):05}")

    def _rows(self) -> Rows:
        return {table.name: self._run(self.world.rows(table)) for table in READ}

    def _run(self, work: Any) -> Any:
        return self._runner.run(work)


async def _opened(url: str) -> Database:
    return Database.open(url)


async def _play(tx: Any, ctx: Context, who: str, event: str, score: int) -> None:
    started = await attempts.start(tx, ctx, who, event)
    await attempts.progress(tx, ctx, who, started.data["attempt"]["id"], {"wins": score})


def _held(rows: Rows) -> Counter[str]:
    """The sums over all players."""
    money = Counter({row["economy_key"]: 0 for row in rows["wallets"]})
    for row in rows["wallets"]:
        money[row["economy_key"]] += row["balance"]
    for row in rows["inventory"]:
        money["item " + row["item_key"]] += row["quantity"]
    return money


def _totals_are_counts(each: dict[str, Any], mine: Rows) -> None:
    played = Counter(row["status"] for row in mine["attempts"])
    owed = Counter(row["status"] for row in mine["grants"])
    assert each["attempt_count"] == played.total()
    assert each["attempts_completed"] == played["completed"] + played["force_completed"]
    assert each["attempts_expired"] == played["expired"]
    assert each["grants_pending"] == owed["pending"]
    assert each["grants_claimed"] == owed["claimed"]
    positions = [row["position"] for row in mine["wallet_ledger"] + mine["item_ledger"]]
    assert len(set(positions)) == len(positions)
    assert max(positions, default=0) <= each["ledger_position"]


def _ledgers_are_sums(
    each: dict[str, Any], held: list[dict[str, Any]], ledger: list[dict[str, Any]], name: str, much: str
) -> None:
    sums: Counter[str] = Counter()
    for row in sorted(ledger, key=lambda row: row["position"]):
        sums[row[name]] += row["delta"]
    assert {row[name]: row[much] for row in held if row[much]} == {key: total for key, total in sums.items() if total}
    last = {row[name]: row[much] for row in sorted(ledger, key=lambda row: row["position"])}
    assert all(last[row[name]] == row[much] for row in held if row[much]), each["external_player_id"]


def _each_grant_is_deposited_once(rows: Rows) -> None:
    deposited = Counter(row["grant_id"] for row in rows["grant_deposits"])
    claimed = {row["grant_id"] for row in rows["grants"] if row["status"] == "claimed" and row["kind"] != "crate"}
    assert set(deposited) == claimed
    assert set(deposited.values()) <= {1}
    put_in = Counter(
        row["source_ref_id"] for row in rows["wallet_ledger"] + rows["item_ledger"] if row["reason"] == DEPOSITED
    )
    for grant in rows["grants"]:
        entries = [entry for entry in grant["contents"].get("entries", []) if entry["type"] in ("currency", "item")]
        assert put_in[grant["grant_id"]] == (len(entries) if grant["grant_id"] in deposited else 0)


def test_the_accounts_balance_after_random_changes(databases: Source) -> None:
    url, seeds = databases.fresh(), count(1)
    steps = min(STEPS // 2, LONGEST)
    run_state_machine_as_test(
        lambda: Books(url, next(seeds)),
        settings=settings(
            max_examples=STEPS // steps,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
