"""Filling a PostgreSQL database with a crowd: rows first, in the order of their keys, then the indexes over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from tests.bench.crowd import Crowd, load

BATCH: Final = 100_000
"""Players of one transaction."""

_INDEXES: Final = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY indexname"""
_QUICKLY: Final = ("SET LOCAL session_replication_role = replica", "SET LOCAL synchronous_commit = off")
"""Without a look at the other table for each foreign key; the rows are made to fit."""


async def fill(database: Database, crowd: Crowd, tell: Callable[[str], None]) -> int:
    """Load the crowd; how many rows that were."""
    async with database.read() as tx:
        indexes = {row["indexname"]: row["indexdef"] for row in await tx.all(sa.text(_INDEXES))}
    await _do(database, *(f"DROP INDEX {name}" for name in indexes))
    rows = 0
    for first in range(0, crowd.players, BATCH):
        rows += await database.run(lambda tx, first=first: _load(tx, crowd, first))  # type: ignore[misc]
        tell(f"{min(first + BATCH, crowd.players):,} players, {rows:,} rows")
    for definition in indexes.values():
        await _do(database, "SET LOCAL maintenance_work_mem = '1GB'", definition)
    tell(f"{len(indexes)} indexes")
    async with database.engine.connect() as connection:
        settled = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await settled.execute(sa.text("VACUUM ANALYZE"))
        await settled.execute(sa.text("CHECKPOINT"))
    return rows


async def _load(tx: Transaction, crowd: Crowd, first: int) -> int:
    for words in _QUICKLY:
        await tx.execute(sa.text(words))
    return await load(tx, crowd, first, min(first + BATCH, crowd.players))


async def _do(database: Database, *statements: str) -> None:
    async def work(tx: Transaction) -> None:
        for words in statements:
            await tx.execute(sa.text(words))

    await database.run(work)
