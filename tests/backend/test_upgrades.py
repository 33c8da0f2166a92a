"""Migrations are compatible with the previous version, which may run beside the new one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from kraty_console.backend.leaderboards.settlement import NEVER_FROZEN
from kraty_console.backend.runtime.startup import CannotServe, prepare
from kraty_console.backend.storage.engine import UNLIMITED, WRITES, make_engine
from kraty_console.backend.storage.migrate import migrate
from tests.harness.databases import KINDS, PostgresqlServer

FIRST = "r0005_records"
"""The revision of the first release, whose statements every later one must accept."""

Shape = dict[str, dict[str, tuple[str, bool]]]
"""Tables and columns, with the type of each and whether it is nullable."""


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('upgrades') / 'old.db'}"
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        yield server.empty()


@pytest.fixture(scope="module")
def upgraded(url: str) -> tuple[sa.MetaData, Shape, Shape]:
    """The tables of the first release, and the schemas before and after all later migrations."""

    async def work() -> tuple[sa.MetaData, Shape, Shape]:
        await migrate(url, FIRST)
        old = await _reflected(url)
        before = _shape(old)
        await migrate(url)
        return old, before, _shape(await _reflected(url))

    return asyncio.run(work())


async def _reflected(url: str) -> sa.MetaData:
    engine = make_engine(url, UNLIMITED)
    found = sa.MetaData()
    async with engine.connect() as connection:
        await connection.run_sync(found.reflect)
    await engine.dispose()
    found.remove(found.tables["alembic_version"])
    return found


def _shape(metadata: sa.MetaData) -> Shape:
    return {
        table.name: {column.name: (str(column.type), bool(column.nullable)) for column in table.columns}
        for table in metadata.sorted_tables
    }


def test_migrations_drop_nothing_and_new_columns_are_optional(upgraded: tuple[sa.MetaData, Shape, Shape]) -> None:
    _, before, after = upgraded
    for table, columns in before.items():
        assert columns.items() <= after[table].items(), f"a column of {table} was changed or dropped"
        added = after[table].keys() - columns.keys()
        needed = {name for name in added if not after[table][name][1]}
        assert not needed, f"old code does not know that {table} needs {needed}"


def test_rows_of_the_old_schema_are_still_accepted(url: str, upgraded: tuple[sa.MetaData, Shape, Shape]) -> None:
    """Two rows of each table in one game, which a later unique index must not treat as duplicates."""
    old, _, _ = upgraded

    async def work() -> None:
        engine = make_engine(url, UNLIMITED)
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                for number in (1, 2):
                    for table in old.sorted_tables:
                        if number == 1 or table.name not in ("studios", "games"):
                            await connection.execute(table.insert().values(_row(table, number)))
                for table in old.sorted_tables:
                    rows = (await connection.execute(sa.select(table))).all()
                    assert len(rows) == (1 if table.name in ("studios", "games") else 2), table.name
        await engine.dispose()

    asyncio.run(work())


@pytest.mark.parametrize("kind", KINDS)
def test_each_game_of_an_older_version_gets_a_secret_for_its_rolls(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else request.getfixturevalue("postgresql").empty()

    async def work() -> list[str]:
        await migrate(url, "r0012_merging")
        old = await _reflected(url)
        engine = make_engine(url, UNLIMITED)
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                await connection.execute(old.tables["studios"].insert().values(_row(old.tables["studios"], 1)))
                for number in (1, 2, 3):
                    game = _row(old.tables["games"], 1) | {"slug": f"game-{number}"}
                    unlike = {} if number == 1 else {"game_id": _value(old.tables["games"].c.game_id, number)}
                    await connection.execute(old.tables["games"].insert().values(game | unlike))
        await engine.dispose()
        await migrate(url)
        engine = make_engine(url, UNLIMITED)
        async with engine.connect() as connection:
            found = list((await connection.execute(sa.text("SELECT roll_secret FROM games"))).scalars())
        await engine.dispose()
        return found

    secrets = asyncio.run(work())
    assert len(set(secrets)) == 3
    assert all(len(each) == 64 for each in secrets)


@pytest.mark.parametrize("kind", KINDS)
def test_boards_that_were_final_are_not_settled_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Their rewards were paid on completion."""
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else request.getfixturevalue("postgresql").empty()

    async def work() -> dict[str, int | None]:
        await migrate(url, "r0012_merging")
        old = await _reflected(url)
        engine = make_engine(url, UNLIMITED)
        async with engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                for name in ("studios", "games"):
                    await connection.execute(old.tables[name].insert().values(_row(old.tables[name], 1)))
                boards = old.tables["leaderboards"]
                for number, finalized_at in ((1, 5), (2, None)):
                    row = _row(boards, number) | {"scope": f"board {number}", "finalized_at": finalized_at}
                    await connection.execute(boards.insert().values(row))
        await migrate(url)
        async with engine.connect() as connection:
            rows = await connection.execute(sa.text("SELECT scope, frozen_at FROM leaderboards"))
            found = dict(rows.all())
        await engine.dispose()
        return found

    assert asyncio.run(work()) == {"board 1": NEVER_FROZEN, "board 2": None}


def test_a_migration_stops_waiting_for_a_locked_table(postgresql: PostgresqlServer) -> None:
    """A waiting change of a table makes all others wait behind it."""

    async def work(url: str) -> None:
        await migrate(url, FIRST)
        engine = make_engine(url, UNLIMITED)
        async with engine.begin() as holder:
            await holder.execute(sa.text("LOCK TABLE players IN ACCESS SHARE MODE"))
            with pytest.raises(CannotServe, match=r"is locked by another process"):
                await prepare(url, wait_ms=50)
        await engine.dispose()
        await prepare(url)

    asyncio.run(work(postgresql.empty()))


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    """Any valid row: columns of one name share one value, so that rows refer to each other; all share the tenant."""
    return {
        column.name: _value(column, 1 if column.name in ("studio_id", "game_id") else number)
        for column in table.columns
        if not column.nullable or column.primary_key
    }


def _value(column: sa.Column[Any], number: int) -> object:
    if column.name.endswith("_id") and not isinstance(column.type, sa.Text):
        made = uuid.uuid5(uuid.NAMESPACE_OID, f"{column.name} {number}")
        return made if isinstance(column.type, sa.Uuid) else made.hex
    if isinstance(column.type, sa.JSON):
        return {}
    if isinstance(column.type, sa.Boolean):
        return True
    return number if isinstance(column.type, sa.Integer | sa.Float | sa.Numeric) else f"{column.name} {number}"


async def test_limits_of_the_role_do_not_end_a_migration(postgresql: PostgresqlServer) -> None:
    """As behind a pooler, where the role has the limits and connection parameters are ignored."""
    limits = ("statement_timeout", "idle_in_transaction_session_timeout")
    url = postgresql.empty()
    name = sa.make_url(url).database
    connection = await asyncpg.connect(url)
    for limit in (*limits, "lock_timeout"):
        await connection.execute(f"ALTER DATABASE {name} SET {limit} = '34s'")
    shown = ", ".join(f"current_setting('{limit}')" for limit in limits)
    await connection.execute("CREATE TABLE noted (statement text, idle text)")
    await connection.execute(
        f"CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO noted SELECT {shown};"
        " END $$"
    )
    await connection.execute("CREATE EVENT TRIGGER noting ON ddl_command_end EXECUTE FUNCTION note()")
    await migrate(f"{url}&statement_cache_size=0")
    assert {tuple(row) for row in await connection.fetch("SELECT * FROM noted")} == {("0", "0")}
    await connection.close()
