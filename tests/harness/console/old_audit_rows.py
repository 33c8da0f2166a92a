"""The audit rows of a demo world, counted, and a long past for it: copies of the oldest row, older than all others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import UUID

from tests.harness.console.stage import DemoStage


def add_old_rows(stage: DemoStage, count: int, *, ticket: str = "OLD", **last: str) -> None:
    """Add so many rows with a ticket; the oldest has these values instead."""
    with closing(sqlite3.connect(stage.file)) as database, database:
        database.row_factory = sqlite3.Row
        oldest = dict(database.execute("SELECT * FROM audit ORDER BY occurred_at LIMIT 1").fetchone())
        names = ", ".join(f'"{name}"' for name in oldest)
        marks = ", ".join(f":{name}" for name in oldest)
        rows = [
            {
                **oldest,
                "audit_id": UUID(int=number + 1).hex,
                "occurred_at": oldest["occurred_at"] - 1000 * (number + 1),
                "ticket": ticket,
                **(last if number == count - 1 else {}),
            }
            for number in range(count)
        ]
        database.executemany(f"INSERT INTO audit ({names}) VALUES ({marks})", rows)


def count_rows(stage: DemoStage, where: str = "TRUE") -> int:
    """How many audit rows the game has, or those that a condition of SQL chooses."""
    game_id = UUID(stage.world.credentials["gameId"]).hex
    with closing(sqlite3.connect(stage.file)) as database:
        counted: tuple[int] = database.execute(
            f"SELECT count(*) FROM audit WHERE game_id = ? AND ({where})",
            (game_id,),
        ).fetchone()
        return counted[0]
