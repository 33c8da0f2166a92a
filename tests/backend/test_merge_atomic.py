"""Merging and erasing are atomic, and take the same number of statements for any player."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.lobbies import service as lobbies
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.invariants import ledgers_add_up, totals_add_up
from tests.harness.backend.small_game import SmallGame, make_small_game

GUEST, USER = "guest_device_abc", "auth_user_42"


class Broken(Exception):
    """A simulated crash."""


@dataclass
class Statements:
    """Counts statements and fails at one of them."""

    fatal: int | None = None
    seen: int = 0

    def hear(self, *_about: Any) -> None:
        """Count a statement, and fail if it is the chosen one."""
        self.seen += 1
        if self.seen == self.fatal:
            raise Broken


@contextmanager
def listening(db: Database, fatal: int | None) -> Iterator[Statements]:
    """Count every statement and the commit within the block."""
    heard = Statements(fatal)
    engine = db.engine.sync_engine
    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(engine, event, heard.hear)
    try:
        yield heard
    finally:
        for event in ("before_cursor_execute", "commit"):
            sa.event.remove(engine, event, heard.hear)


Everything = sa.Select[Any]


def everything(world: SmallGame) -> Everything:
    """One statement for all rows of the game, by table, in the database's own text form."""
    studio = world.tenant.studio_id
    columns = []
    for table in (each for each in tables.metadata.sorted_tables if "studio_id" in each.c):
        line = sa.literal_column(f"{table.name}::text") if world.db.postgresql else sa.func.json_array(*table.c)
        lines = sa.select(line.label("line")).select_from(table).where(table.c.studio_id == studio)
        ordered = lines.order_by(*table.primary_key).subquery()
        joined = (sa.func.string_agg if world.db.postgresql else sa.func.group_concat)(ordered.c.line, "\n")
        columns.append(sa.select(joined).scalar_subquery().label(table.name))
    return sa.select(*columns)


async def digest(world: SmallGame, all_of_it: Everything) -> dict[str, str | None]:
    """All rows of the game."""
    async with world.db.read() as tx:
        return dict((await tx.connection.execute(all_of_it)).mappings().one())


async def full(world: SmallGame) -> None:
    """A guest and an account with every relation that two players can share."""
    lobby_id = (await world.run(lobbies.create, world.engine(), "arena")).data["lobby"]["id"]
    gold = {"type": "currency", "currencyKey": "gold", "amount": 30}
    potion = {"type": "item", "itemKey": "potion", "quantity": 2}
    for who in (GUEST, USER):
        await world.play(score=12, external_id=who)
        grant = (await world.run(grants.create, world.server(f"g-{who}"), who, [gold, potion])).data
        await world.run(grants.claim, world.engine(), who, grant["id"])
        await world.run(lobbies.join, world.engine(), lobby_id, who)
    await world.run(lobbies.start, world.engine(), lobby_id)
    await world.run(bans.ban, world.admin(reason="cheating"), GUEST)
    await _friend_of_both(world)


async def _friend_of_both(world: SmallGame) -> None:
    async def meet(tx: Transaction, ctx: Context) -> None:
        friend = await players.upsert(tx, ctx, "ana", email="ana@example.org")
        for who in (GUEST, USER):
            player = await players.lock(tx, ctx, who)
            for one, other in ((friend, player), (player, friend)):
                pair = dict(zip(("studio_id", "game_id", "player_id"), one.primary_key(), strict=True))
                tx.add(tables.friendships, {**pair, "friend_id": other.player_id, "created_at": ctx.now_ms})

    await world.run(meet, world.engine())


RULES = {
    "merge": lambda world: world.run(merge.merge, world.server("merge-01"), GUEST, USER),
    "erase": lambda world: world.run(erase.erase, world.server("erase-01", reason="gdpr_erasure"), GUEST),
}


@pytest.mark.parametrize("rule", RULES)
async def test_a_failure_at_any_statement_changes_nothing(world: SmallGame, rule: str) -> None:
    await full(world)
    all_of_it = everything(world)
    before = await digest(world, all_of_it)
    fatal = 0
    while True:
        fatal += 1
        with listening(world.db, fatal) as heard:
            try:
                answer = await RULES[rule](world)
            except Broken:
                assert heard.seen >= fatal
            else:
                break
        assert await digest(world, all_of_it) == before, f"after breaking at statement {fatal}"
    assert fatal > 15
    assert answer.data["status"] in ("merged", "erased")
    assert await digest(world, all_of_it) != before
    await ledgers_add_up(world)
    await totals_add_up(world)


async def _statements(world: SmallGame, attempts: int) -> int:
    await full(world)
    (made, *_) = await world.rows(tables.attempts, player_id=(await world.player(GUEST))["player_id"])

    async def more(tx: Transaction, ctx: Context) -> None:
        await tx.insert_many(tables.attempts, [{**made, "attempt_id": ctx.new_id()} for _ in range(attempts)])
        player = await players.lock(tx, ctx, GUEST)
        tx.change(player, attempt_count=player.attempt_count + attempts)

    await world.run(more, world.engine())
    with listening(world.db, None) as heard:
        answer = await RULES["merge"](world)
    assert answer.data["counts"]["attemptsReassigned"] == attempts + 1
    return heard.seen


async def test_the_number_of_statements_does_not_depend_on_the_history(world: SmallGame) -> None:
    assert await _statements(world, 0) == await _statements(await make_small_game(world.db), 3_000)
