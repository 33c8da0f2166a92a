"""A server killed while it is busy: what was answered is there, once, with its ledger, audit and outbox rows."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killing import kill_and_check
from tests.harness.databases import PostgresqlServer, SqliteFiles

KILLS = 5
"""Of each database; `make soak` kills a hundred times."""


def test_nothing_answered_is_lost_with_sqlite(tmp_path: Path) -> None:
    load = kill_and_check(SqliteFiles(tmp_path).fresh(), KILLS, seed=1)
    assert load.unknown >= KILLS, "no call was under way when the server was killed"


def test_nothing_answered_is_lost_with_postgresql(postgresql: PostgresqlServer) -> None:
    load = kill_and_check(postgresql.fresh(), KILLS, seed=2)
    assert load.unknown >= KILLS, "no call was under way when the server was killed"
