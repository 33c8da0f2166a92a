"""An incident: many players of one event, of whom some have a reward roll that failed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.events import attempts
from kraty_console.backend.players import service as players
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.troubled_game import HOUR, TroubledGame

FAILED, ROLLED = "hit", "fine"
"""What the ids of players begin with: those with a failed roll, and those without."""


def make_incident(world: TroubledGame, failed: int, rolled: int) -> list[str]:
    """Make the players, and mend the table whose absence made the rolls fail; returns their ids, mixed.

    The rules make the first of each kind; the others are copies of its rows.
    """

    async def work(tx: Transaction) -> None:
        await _play_and_copy(tx, world, FAILED, failed)
        await catalog.restore_table(tx, world.context(), "loot")
        await _play_and_copy(tx, world, ROLLED, rolled)

    world.backend.run(work)
    names = [
        f"{kind}_{n}"
        for n in range(max(failed, rolled))
        for kind, count in ((FAILED, failed), (ROLLED, rolled))
        if n < count
    ]
    assert len(names) == failed + rolled
    return names


async def _play_and_copy(tx: Transaction, world: TroubledGame, kind: str, count: int) -> None:
    if not count:
        return
    made: list[str] = []

    def new_id() -> str:
        made.append(world.backend.new_id())
        return made[-1]

    context = replace(world.context(), new_id=new_id, now_ms=world.backend.clock.ms - 2 * HOUR)  # while it is open
    first = f"{kind}_0"
    await players.upsert(tx, context, first)
    started = await attempts.start(tx, context, first, "race")
    await attempts.progress(tx, context, first, started.data["attempt"]["id"], {"laps": 3})
    for table in tables.metadata.sorted_tables:  # parents come first
        columns = [column for column in table.columns if isinstance(column.type, sa.Uuid)]
        if not columns or table.name == "outbox":
            continue
        rows = await tx.all(sa.select(table).where(sa.or_(*(each.in_(made) for each in columns))))
        if rows:
            copies = [row for n in range(1, count) for row in _renamed(rows, made, first, f"{kind}_{n}", n)]
            await tx.insert_many(table, copies)


def _renamed(rows: list[Any], made: list[str], first: str, name: str, number: int) -> list[Any]:
    """The rows with other ids; the same ids for the same number."""
    text = json.dumps([dict(row) for row in rows]).replace(f'"{first}"', f'"{name}"')
    for each in made:
        text = text.replace(each, f"{each[:9]}{int(each[9:13], 16) ^ number:04x}{each[13:]}")
    return json.loads(text)


def rolls_of(world: TroubledGame) -> dict[str, int]:
    """By player: how many grants the database links to an attempt of theirs."""

    async def work(tx: Transaction) -> dict[str, int]:
        grants, people = tables.grants, tables.players
        counted = (
            sa.select(people.c.external_player_id, sa.func.count().label("grants"))
            .select_from(people.join(grants, grants.c.player_id == people.c.player_id))
            .where(grants.c.attempt_id.is_not(None), people.c.game_id == world.tenant.game_id)
            .group_by(people.c.external_player_id)
        )
        return {row["external_player_id"]: row["grants"] for row in await tx.all(counted)}

    return world.backend.run(work)
