"""A small game for tests: a catalog, an event of each policy, and players made by playing."""

from __future__ import annotations

import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.rules import player_refs
from kraty_console.backend.rules.context import ENGINE, Actor, Context, RuleResult, Tenant
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.tables.columns import UUID
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.row_template import RowTemplate

NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR

ALICE = "alice_42"
MEMBER = Actor("member", "01900000-0000-7000-8000-000000000001", "sam@studio.example")

BUNDLE = {"type": "fixed_bundle", "bundle": "daily_bundle"}


def _count(table: sa.Table) -> str:
    where = " WHERE studio_id = :studio" if "studio_id" in table.c else ""
    return f"(SELECT count(*) FROM {table.name}{where}) AS {table.name}"


_COUNTS = sa.text(f"SELECT {', '.join(map(_count, tables.metadata.sorted_tables))}").bindparams(
    sa.bindparam("studio", type_=UUID)
)
"""How many rows a studio has in each table; of those that belong to none, how many there are."""


@dataclass(frozen=True)
class SmallGame:
    """One game on one database, at one moment."""

    db: Database
    tenant: Tenant
    new_id: Callable[[], str]
    now: int = NOW
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    def engine(self, **changes: Any) -> Context:
        """The game itself acts."""
        ctx = Context(self.tenant, "live", ENGINE, "req_engine", self.now, self.new_id)
        return replace(ctx, random_bytes=self.random_bytes, **changes)

    def admin(self, key: str | None = "key-0001", **changes: Any) -> Context:
        """A member acts."""
        ctx = self.engine(actor=MEMBER, request_id="req_admin", reason="ticket says so", ticket="T-1", surface="admin")
        return replace(ctx, idempotency_key=key, **changes)

    def server(self, key: str | None = "key-0001", **changes: Any) -> Context:
        """The studio's backend acts."""
        ctx = self.engine(actor=Actor("api_key", "k", "api_key:sUUVdrM8"), request_id="req_server", surface="server")
        return replace(ctx, idempotency_key=key, **changes)

    def later(self, ms: int) -> SmallGame:
        """The same game after a while."""
        return replace(self, now=self.now + ms)

    async def run(self, rule: Callable[..., Awaitable[Any]], ctx: Context, *args: Any, **kwargs: Any) -> Any:
        """One rule in a transaction of its own."""

        async def work(tx: Transaction) -> Any:
            return await rule(tx, ctx, *args, **kwargs)

        return await self.db.run(work)

    async def play(self, event_key: str = "race", score: float | None = 10, external_id: str = ALICE) -> dict[str, Any]:
        """An attempt, with the score reported when there is one; the target is 10."""
        answer: RuleResult = await self.run(attempts.start, self.engine(), external_id, event_key)
        attempt: dict[str, Any] = answer.data["attempt"]
        if score is not None:
            answer = await self.run(attempts.progress, self.engine(), external_id, attempt["id"], {"wins": score})
            attempt = answer.data["attempt"]
        return attempt

    async def archive(self, key: str = "daily_gold") -> None:
        """Archive a reward table."""
        await self.run(catalog.archive_table, self.engine(), key)

    async def restore(self, key: str = "daily_gold") -> None:
        """Bring a reward table back."""
        await self.run(catalog.restore_table, self.engine(), key)

    async def rows(self, table: sa.Table, **equal: Any) -> list[dict[str, Any]]:
        """The game's rows of a table that have these values, in the order they were made."""
        matches = [table.c[name] == value for name, value in equal.items()]
        made = sorted(table.primary_key, key=lambda column: not isinstance(column.type, sa.Uuid))
        async with self.db.read() as tx:
            return await tx.all(sa.select(table).where(*self._here(table), *matches).order_by(*made))

    def _here(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        return [table.c.studio_id == self.tenant.studio_id] if "studio_id" in table.c else []

    async def counts(self) -> dict[str, int]:
        """How many rows the game has in each table."""
        async with self.db.read() as tx:
            return (await tx.all(_COUNTS.bindparams(studio=self.tenant.studio_id)))[0]

    async def player(self, external_id: str = ALICE) -> Mapping[str, Any]:
        """The player's row."""
        async with self.db.read() as tx:
            row = await player_refs.find_by_external_id(tx, self.tenant, "live", external_id)
        assert row is not None
        return vars(row)


async def make_small_game(db: Database, seed: int | None = None) -> SmallGame:
    """A studio, a game, a catalog, events and their windows; no players. With a seed they are always the same.

    The rules make the first one of a database's kind; those that follow, without a seed, are copies of its rows.
    """
    chance, names = (random.Random(f"{seed}/{of}") if seed is not None else random.SystemRandom() for of in range(2))
    source = IdSource(lambda: NOW, chance.getrandbits)
    mould = _MOULDS.get(db.postgresql)
    if seed is None and mould is not None:
        ids = [source() for _ in mould.names]
        await db.run(lambda tx: mould.pour(tx, ids))
        return SmallGame(db, Tenant(ids[0], ids[1]), source, random_bytes=names.randbytes)
    given: list[str] = []

    def new_id() -> str:
        given.append(source())
        return given[-1]

    world = SmallGame(db, Tenant(new_id(), new_id()), new_id, random_bytes=names.randbytes)
    await db.run(lambda tx: _define(tx, world))
    if seed is None:
        _MOULDS[db.postgresql] = await db.run(lambda tx: RowTemplate.taken(tx, given))
    return replace(world, new_id=source)


_MOULDS: dict[bool, RowTemplate] = {}
"""What the rules made on SQLite, and on PostgreSQL."""


async def _define(tx: Transaction, world: SmallGame) -> None:
    studio_id, game_id = world.tenant.studio_id, world.tenant.game_id
    tx.add(tables.studios, {"studio_id": studio_id, "name": "Burrow", "created_at": NOW})
    game = {"studio_id": studio_id, "game_id": game_id, "slug": "rabbit-rush", "name": "Rabbit Rush"}
    tx.add(tables.games, {**game, "created_at": NOW})
    await define_catalog(tx, world.engine())
    await define_events(tx, world.engine())


async def define_catalog(tx: Transaction, ctx: Context) -> None:
    """Gold and gems, potions, a crate, a table and a bundle."""
    await catalog.put_currency(tx, ctx, "gold", name="Gold")
    await catalog.put_currency(tx, ctx, "gems", name="Gems")
    await catalog.put_item(tx, ctx, "potion", name="Potion")
    gold = {"type": "currency", "currencyKey": "gold", "amount": {"min": 100, "max": 300, "step": 50}}
    potion = {"type": "item", "itemKey": "potion", "quantity": {"min": 1, "max": 3}}
    await catalog.put_item(
        tx, ctx, "mystery", name="Mystery", crate_entries=[{"type": "table", "tableKey": "daily_gold", "rolls": 2}]
    )
    await catalog.put_table(
        tx,
        ctx,
        "daily_gold",
        name="Daily gold",
        weighted_entries=[{"weight": 3, "entry": gold}, {"weight": 1, "entry": potion}],
    )
    await catalog.put_bundle(
        tx,
        ctx,
        "daily_bundle",
        name="Daily",
        entries=[
            {"type": "table", "tableKey": "daily_gold", "rolls": 3},
            {"type": "crate", "crateItemKey": "mystery", "quantity": 1},
        ],
    )


async def define_events(tx: Transaction, ctx: Context) -> None:
    """An event of each reward policy, one with milestones, one with lobbies."""
    gems = {"entries": [{"type": "currency", "currencyKey": "gems", "amount": 5}]}
    tiers = [{"fromRank": 1, "toRank": 1, "bundle": "daily_bundle"}, {"fromRank": 2, "toRank": 3, "bundle": gems}]
    policies: dict[str, Mapping[str, Any]] = {
        "race": BUNDLE,
        "quiet": {"type": "none"},
        "ladder": {"type": "rank_scaled", "tiers": tiers},
        "pool": {"type": "shared_pool", "pool": 1000, "currencyKey": "gold"},
    }
    for key, policy in policies.items():
        await catalog.put_event(
            tx, ctx, key, name=key.title(), metrics=[{"key": "wins", "target": 10, "cap": 20}], reward_policy=policy
        )
    await catalog.put_event(
        tx,
        ctx,
        "steps",
        name={"en": "Steps", "pt": "Passos"},
        metrics=[{"key": "wins", "target": 100, "scorePerUnit": 2}],
        reward_policy={"type": "none"},
        milestone_rewards=[
            {"key": "five", "metricKey": "wins", "threshold": 5, "entries": gems["entries"]},
            {"key": "fifty", "metricKey": "wins", "threshold": 50, "entries": gems["entries"]},
        ],
    )
    await catalog.put_event(
        tx,
        ctx,
        "arena",
        name="Arena",
        metrics=[{"key": "wins", "target": 10}],
        reward_policy=BUNDLE,
        leaderboard_mode="lobby_matched",
        capacity=2,
    )
    for key in (*policies, "steps", "arena"):
        await catalog.put_window(tx, ctx, key, starts_at=NOW - DAY, ends_at=NOW + DAY)
