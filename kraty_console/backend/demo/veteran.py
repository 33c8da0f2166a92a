"""The player with 5,000 attempts and 8,000 grants: a month of play, computed with the rules' own functions.

Going through the rules one by one would take seconds. Rows and rolls are the engine's; they are written in bulk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kraty_console.backend.catalog import definitions
from kraty_console.backend.demo.calendar import HISTORY_DAYS
from kraty_console.backend.demo.cast import HEAVY, Scene
from kraty_console.backend.demo.rabbit_rush import EGGS_TARGET, RACE_TARGET
from kraty_console.backend.demo.stage import DAY, MINUTE, SECOND, DemoStage, Story
from kraty_console.backend.economy import ledger
from kraty_console.backend.economy.ledger import LedgerChange
from kraty_console.backend.events import attempt_rewards, attempts
from kraty_console.backend.grants.depositing import DEPOSITED
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.rewards import grant_issuing, rolls
from kraty_console.backend.rewards.grant_issuing import DAY_MS, GrantSource
from kraty_console.backend.rules.context import LIVE, Actor, Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import EventRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

ATTEMPTS: Final = 5_000
GRANTS: Final = 8_000

_HUNTS: Final = 900
"""Spring hunts, which bring five grants each: a milestone's crate, its contents, a reward, a crate, its contents."""
_RACES: Final = GRANTS - 5 * _HUNTS
"""Daily races, which bring one grant each."""
_PRACTICE: Final = 300
_LOST: Final = ATTEMPTS - _HUNTS - _RACES - _PRACTICE - 1
"""Daily races given up; one more attempt is still under way."""

_UNCOLLECTED: Final = 12
"""The latest races whose grants still wait."""
_FORGOTTEN: Final = 25
"""Races of the first days whose grants were never collected, and expired."""

_STEP: Final = HISTORY_DAYS * DAY // ATTEMPTS
_PLAYS_FOR: Final = 4 * MINUTE
_COLLECTS_AFTER: Final = 10 * SECOND

Json = dict[str, Any]


def register(scene: Scene) -> Story:
    """The first contact, before everything else."""

    async def first_contact() -> Story:
        yield scene.stage.now_ms - HISTORY_DAYS * DAY - MINUTE
        await scene.play(HEAVY).register()

    return first_contact()


async def play_month(scene: Scene) -> None:
    """Play the month."""
    player = await scene.play(HEAVY).register()
    game = await definitions.game(scene.tx, scene.engine())
    assert game.grant_ttl_days is not None, "the game sets it"
    month = _Month(scene, player, game.grant_ttl_days * DAY_MS)
    for number, event_key in enumerate(_plan(scene)):
        await month.attempt(event_key, number)
    await month.write()


def _plan(scene: Scene) -> list[str]:
    """The event of each of the 5,000 turns: `lost` and `last` are daily races that are not finished."""
    first_ms = scene.stage.now_ms - HISTORY_DAYS * DAY
    window = scene.calendar.windows["spring_hunt"][0]
    turns = [""] * ATTEMPTS
    huntable = [turn for turn in range(ATTEMPTS) if window.holds(first_ms + turn * _STEP + MINUTE)]
    for turn in huntable[:: len(huntable) // _HUNTS][:_HUNTS]:
        turns[turn] = "spring_hunt"
    turns[-1] = "last"
    free = [turn for turn, taken in enumerate(turns) if not taken]
    for index, turn in enumerate(free[_FORGOTTEN:-_UNCOLLECTED:5][: _PRACTICE + _LOST]):
        turns[turn] = "lost" if index % 2 else "practice_run"
    return [taken or "daily_race" for taken in turns]


class _Month:
    """The rows of the month as they come, and the sums that go with them."""

    def __init__(self, scene: Scene, player: PlayerRecord, ttl_ms: int) -> None:
        self._tx: Transaction = scene.tx
        self._now_ms = scene.stage.now_ms
        self._stage = DemoStage(scene.stage.tenant, scene.stage.seed, scene.stage.now_ms, ids="heavy ids")
        self._rng = self._stage.rng_for(HEAVY.external_id)
        self._player = player
        self._ttl_ms = ttl_ms
        self._owner = dict(zip(("studio_id", "game_id", "player_id"), player.primary_key(), strict=True))
        self._actor = Actor("player", HEAVY.external_id, HEAVY.external_id)
        self._attempts: list[Json] = []
        self._rolls: list[Json] = []
        self._milestones: list[Json] = []
        self._grants: list[Json] = []
        self._deposits: list[Json] = []
        self._wallet: list[Json] = []
        self._items: list[Json] = []
        self._held: Counter[tuple[str, str]] = Counter()
        self._since: dict[tuple[str, str], tuple[int, int]] = {}
        self._best: dict[str, Json] = {}
        self._races = 0

    async def attempt(self, event_key: str, number: int) -> None:
        """One attempt and its rewards."""
        start_ms = self._now_ms - HISTORY_DAYS * DAY + number * _STEP + MINUTE
        unfinished = event_key in ("lost", "last")
        ctx = self._at(start_ms)
        event = await definitions.event_by_key(self._tx, ctx, "daily_race" if unfinished else event_key)
        window = await definitions.open_window(self._tx, ctx, event.event_id)
        assert window is not None, "the plan keeps to the calendar"
        board = await leaderboards.board(self._tx, ctx, event, window)
        attempt = attempts.new_attempt(ctx, self._player, event, window, board) | {
            "completed_at": None, "last_progress_at": None, "roll_status": "none", "roll_error": None, "roll_at": None
        }  # fmt: skip
        self._attempts.append(attempt)
        if event_key == "last":
            return
        done_ms = min(start_ms + _PLAYS_FOR, window.ends_at - 1)
        raw, capped, score = attempts.measure(event, attempt["metrics_raw"], self._metrics(event_key), "set")
        attempt |= {"metrics_raw": raw, "metrics": capped, "score": score, "last_progress_at": done_ms}
        self._rank(attempt, done_ms)
        if event_key == "lost":
            attempt["status"] = "expired"
            return
        attempt |= {"status": "completed", "completed_at": done_ms, "roll_at": done_ms}
        if event_key == "practice_run":
            attempt["roll_status"] = "not_configured"
            return
        await self._pay(self._at(done_ms), event, attempt)

    async def write(self) -> None:
        """Write all rows at once, and the totals."""
        tx, player = self._tx, self._player
        for table, rows in (
            (tables.attempts, self._attempts),
            (tables.attempt_rolls, self._rolls),
            (tables.milestones_fired, self._milestones),
            (tables.grants, self._grants),
            (tables.grant_deposits, self._deposits),
            (tables.wallet_ledger, self._wallet),
            (tables.item_ledger, self._items),
            (tables.leaderboard_entries, list(self._best.values())),
        ):
            await tx.insert_many(table, rows)
        for (kind, key), held in self._held.items():
            born, changed = self._since[(kind, key)]
            moments = {**self._owner, "created_at": born, "updated_at": changed}
            if kind == "currency":
                tx.add(tables.wallets, {**moments, "economy_key": key, "balance": held})
            else:
                tx.add(tables.inventory, {**moments, "item_key": key, "quantity": held})
        outcomes = Counter(attempt["status"] for attempt in self._attempts)
        states = Counter(grant["status"] for grant in self._grants)
        tx.change(
            player,
            attempt_count=len(self._attempts),
            attempts_completed=outcomes["completed"],
            attempts_expired=outcomes["expired"],
            grants_pending=states["pending"],
            grants_claimed=states["claimed"],
            ledger_position=len(self._wallet) + len(self._items),
            last_seen_at=self._attempts[-1]["started_at"],
        )

    def _at(self, moment_ms: int) -> Context:
        self._stage.clock_ms = moment_ms
        return self._stage.context(self._actor, "sdk", LIVE)

    def _metrics(self, event_key: str) -> dict[str, float]:
        rng = self._rng
        match event_key:
            case "spring_hunt":
                return {"eggs": rng.randrange(EGGS_TARGET, 400), "steps": rng.randrange(300, 6000)}
            case "lost":
                return {"distance": rng.randrange(200, RACE_TARGET)}
            case _:
                return {"distance": rng.randrange(RACE_TARGET, 2200)}

    def _rank(self, attempt: Json, reached_ms: int) -> None:
        best = self._best.get(attempt["leaderboard_id"])
        if best is None or attempt["score"] > best["score"]:
            self._best[attempt["leaderboard_id"]] = {
                "studio_id": attempt["studio_id"],
                "game_id": attempt["game_id"],
                "leaderboard_id": attempt["leaderboard_id"],
                "participant_id": attempt["player_id"],
                "score": attempt["score"],
                "reached_at": reached_ms,
                "attempt_id": attempt["attempt_id"],
            }

    async def _pay(self, ctx: Context, event: EventRecord, attempt: Json) -> None:
        """Milestones and the reward, rolled with the rules' random numbers, and collected a little later."""
        made: list[Json] = []
        attempt_id: str = attempt["attempt_id"]
        key = {**self._owner, "attempt_id": attempt_id}
        for milestone in event.milestone_rewards:
            self._milestones.append({**key, "key": milestone["key"], "fired_at": ctx.now_ms})
            dice = await rolls.rng_for(self._tx, ctx, f"milestone/{attempt_id}/{milestone['key']}")
            entries = await rolls.resolve(self._tx, ctx, milestone["entries"], dice)
            made += self._issue_rolled(ctx, entries, GrantSource(attempt_rewards.MILESTONE, attempt_id))
        bundle = await rolls.bundle_entries(self._tx, ctx, event.reward_policy["bundle"])
        dice = await rolls.rng_for(self._tx, ctx, f"attempt/{attempt_id}")
        entries = await rolls.resolve(self._tx, ctx, bundle, dice)
        made += self._issue_rolled(
            ctx, entries, GrantSource(attempt_rewards.COMPLETION, attempt_id, attempt_id=attempt_id)
        )
        self._rolls.append({**key, "rolled_at": ctx.now_ms})
        attempt["roll_status"] = "rolled"
        self._races += event.key == "daily_race"
        if event.key == "daily_race" and self._races > _RACES - _UNCOLLECTED:
            return
        if event.key == "daily_race" and self._races <= _FORGOTTEN:
            made[0]["status"] = "expired"
            return
        later = self._at(ctx.now_ms + _COLLECTS_AFTER)
        for grant in made:
            await self._collect(later, grant)

    def _issue_rolled(self, ctx: Context, entries: Sequence[Mapping[str, Any]], source: GrantSource) -> list[Json]:
        rest = [entry for entry in entries if entry["type"] != "crate"]
        made = [self._issue(ctx, "reward", {"entries": rest}, source)] if rest else []
        crates = [entry for entry in entries if entry["type"] == "crate"]
        return made + [self._issue(ctx, "crate", grant_issuing.crate_contents(crate), source) for crate in crates]

    def _issue(self, ctx: Context, kind: str, contents: Json, source: GrantSource) -> Json:
        expires_at = ctx.now_ms + self._ttl_ms
        grant = grant_issuing.new_grant(ctx, self._player, kind, contents, source, rolled=True, expires_at=expires_at)
        grant["claimed_at"] = None
        self._grants.append(grant)
        return grant

    async def _collect(self, ctx: Context, grant: Json) -> None:
        grant |= {"status": "claimed", "claimed_at": ctx.now_ms}
        if grant["kind"] == "crate":
            entries = await grant_issuing.roll_crate(self._tx, ctx, grant["grant_id"], grant["contents"])
            source = GrantSource("crate", grant["grant_id"], grant["grant_id"])
            grant = self._issue(ctx, "reward", {"entries": entries}, source)
            grant |= {"status": "claimed", "claimed_at": ctx.now_ms}
        self._deposits.append({**self._owner, "grant_id": grant["grant_id"], "deposited_at": ctx.now_ms})
        for entry in grant["contents"]["entries"]:
            if entry["type"] == "currency":
                self._deposit(ctx, "currency", entry["currencyKey"], entry["amount"], grant["grant_id"])
            else:
                self._deposit(ctx, "item", entry["itemKey"], entry["quantity"], grant["grant_id"])

    def _deposit(self, ctx: Context, kind: str, key: str, amount: int, grant_id: str) -> None:
        held = self._held[(kind, key)] = self._held[(kind, key)] + amount
        self._since[(kind, key)] = (self._since.get((kind, key), (ctx.now_ms, 0))[0], ctx.now_ms)
        position = len(self._wallet) + len(self._items) + 1
        change = LedgerChange(key, amount, DEPOSITED, grant_id)
        if kind == "currency":
            after: Json = {"economy_key": key, "balance": held}
            self._wallet.append(ledger.new_entry(ctx, self._player, change, position, after))
        else:
            after = {"item_key": key, "quantity": held}
            self._items.append(ledger.new_entry(ctx, self._player, change, position, after))
