"""Guarantees of the database: schema, tenants, append-only audit log, transactions."""

from __future__ import annotations

import asyncio
import itertools
import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from kraty_console.backend.audit import trail as audit
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.rules.errors import RuleError, conflict
from kraty_console.backend.rules.ids import IdSource, is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.migrate import MIGRATIONS, migrate, newest
from kraty_console.backend.storage.tables.columns import CONDITION
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.storage.urls import UnknownDatabase, engine_url
from tests.harness.backend.admin_actions import present
from tests.harness.backend.small_game import ALICE, MEMBER, SmallGame
from tests.harness.each import for_each

DIRECTORY = {"members", "sessions"}
"""Members may belong to several studios, so these keys start with the member."""

OF_PLAYERS = {
    "attempt_awards",
    "attempt_rolls",
    "attempts",
    "blocks",
    "friend_requests",
    "friendships",
    "gifts",
    "grant_deposits",
    "grants",
    "inventory",
    "item_ledger",
    "lobby_members",
    "milestones_fired",
    "player_spend",
    "players",
    "purchases",
    "wallet_ledger",
    "wallets",
}


@for_each("table", tables.metadata.sorted_tables)
def test_every_key_starts_with_the_tenant(table: sa.Table) -> None:
    keys = [[column.name for column in table.primary_key]]
    keys += [[c.name for c in each.columns] for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    keys += [[c.name for c in each.columns] for each in table.indexes if each.unique]
    first = "member_id" if table.name in DIRECTORY else "studio_id"
    for key in keys:
        assert key[0] == first
        if "game_id" in table.c and table.name not in ("audit", "games"):
            assert key[1] == "game_id"
    if table.name in OF_PLAYERS:
        assert keys[0][2] == "player_id"


def test_no_key_is_made_by_the_database_and_no_player_refers_to_another() -> None:
    for table in tables.metadata.sorted_tables:
        assert not any(column.server_default is not None or column.identity for column in table.columns)
        for foreign in table.foreign_key_constraints:
            if foreign.referred_table is tables.players:
                assert foreign.column_keys == ["studio_id", "game_id", "player_id"]


async def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    await migrate(database_url)  # a second time: nothing to do
    opened = Database.open(database_url)
    ranked = ("ix_leaderboard_entries_rank", "ix_board_entries_rank")
    """Descending columns, which Alembic cannot read back from SQLite."""

    def compare(connection: sa.Connection) -> list[object]:
        options = {"compare_type": True, "include_object": lambda _object, name, *_rest: name not in ranked}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))

    async with opened.engine.connect() as connection:
        assert await connection.run_sync(compare) == []
        where = "pg_indexes WHERE indexname" if opened.postgresql else "sqlite_master WHERE name"
        column = "indexdef" if opened.postgresql else "sql"
        for name in ranked:
            assert "score DESC" in await connection.scalar(sa.text(f"SELECT {column} FROM {where} = '{name}'"))
    await opened.close()


async def test_an_index_of_few_rows_has_the_condition_that_queries_repeat(database: Database) -> None:
    indexes = [each for table in tables.metadata.sorted_tables for each in table.indexes if CONDITION in each.info]
    assert len(indexes) > 9
    column, where = "sql", "sqlite_master WHERE name"
    if database.postgresql:
        column, where = "indexdef", "pg_indexes WHERE indexname"
    async with database.read() as tx:
        for index in indexes:
            made = await tx.scalar(sa.text(f"SELECT {column} FROM {where} = '{index.name}'"))
            # PostgreSQL normalizes it: IN as = ANY, with types and more brackets.
            declared, kept = (set(re.findall(r"[\w.]+|<>", text)) for text in (index.info[CONDITION], made))
            assert " WHERE " in made
            assert declared - {"IN"} <= kept, made


def test_the_current_revision_is_that_of_the_last_migration() -> None:
    config = Config(attributes={})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [newest()]


async def test_migrating_at_once(database_url: str) -> None:
    await asyncio.gather(*(migrate(database_url) for _ in range(4)))


async def test_sqlite_is_durable_and_strict(database: Database) -> None:
    if database.postgresql:
        return
    async with database.read() as tx:
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers"):
            found[name] = (await tx.connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///"])
def test_a_url_of_an_unsupported_database(url: str) -> None:
    with pytest.raises(UnknownDatabase):
        engine_url(url)


async def test_the_audit_log_is_append_only(world: SmallGame) -> None:
    await present(world)
    await world.run(bans.ban, world.admin(), ALICE)
    before = await world.rows(tables.audit)
    statements = [
        "UPDATE audit SET reason = 'nothing happened'",
        "DELETE FROM audit",
        "UPDATE audit SET outcome = outcome",
    ]
    if world.db.postgresql:
        statements += ["TRUNCATE audit", "TRUNCATE audit CASCADE"]
    else:
        statements += ["INSERT OR REPLACE INTO audit SELECT * FROM audit"]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            async with world.db.transaction() as tx:
                await tx.execute(sa.text(statement))
    assert await world.rows(tables.audit) == before


async def test_a_denied_attempt_is_written_by_itself(world: SmallGame) -> None:
    ctx = world.admin()
    audit_id = ctx.new_id()

    async def deny(tx: Transaction, ctx: Context) -> None:
        audit.record_denied(
            tx, ctx, "wallet.credit", audit_id, target_kind="wallet", target_id="x" * 300, external_player_id="ghost"
        )

    await world.run(deny, ctx)
    (row,) = await world.rows(tables.audit)
    assert (row["audit_id"], row["outcome"], row["action"]) == (audit_id, "denied", "wallet.credit")
    assert (row["actor_id"], row["external_player_id"], row["player_id"]) == (MEMBER.id, "ghost", None)
    assert row["metadata"] == {"permission": "wallet.credit"}
    assert row["target_id"] == "x" * 255 + "…"


async def test_a_statement_that_fails_undoes_everything(world: SmallGame) -> None:
    await present(world)
    before = await world.counts()

    async def half(tx: Transaction) -> None:
        await bans.ban(tx, world.admin(), ALICE)
        await tx.flush()
        await tx.execute(sa.text("INSERT INTO games (studio_id) VALUES (NULL)"))

    with pytest.raises(DBAPIError):
        await world.db.run(half)
    assert await world.counts() == before
    assert (await world.player())["banned_at"] is None


async def test_a_refusal_undoes_everything_unless_it_says_otherwise(world: SmallGame) -> None:
    await present(world)

    async def refuse(tx: Transaction, ctx: Context, *, commit: bool) -> None:
        await bans.ban(tx, ctx, ALICE)
        try:
            conflict("no")
        except RuleError as refusal:
            refusal.commit = commit
            raise

    for commit in (False, True):
        with pytest.raises(RuleError):
            await world.run(refuse, world.admin(), commit=commit)
        assert ((await world.player())["banned_at"] is not None) is commit


async def test_deadlocked_transactions_are_retried(world: SmallGame) -> None:
    """The database breaks a deadlock (40P01) and the transaction is retried; SQLite has one writer at a time."""
    names = ("ann", "ben")
    for name in names:
        await world.run(players.upsert, world.engine(), name)
    barrier = asyncio.Barrier(2)
    tries = 0

    async def both(tx: Transaction, first: str, second: str) -> None:
        nonlocal tries
        tries += 1
        await players.lock(tx, world.engine(), first)
        if tx.postgresql and tries <= 2:
            await barrier.wait()
        for name in (first, second):
            row = await players.lock(tx, world.engine(), name)
            tx.change(row, attempt_count=row.attempt_count + 1)

    await asyncio.gather(
        world.db.run(lambda tx: both(tx, "ann", "ben")), world.db.run(lambda tx: both(tx, "ben", "ann"))
    )
    assert [(await world.player(name))["attempt_count"] for name in names] == [2, 2]
    assert tries == (3 if world.db.postgresql else 2)


async def test_foreign_keys_hold(world: SmallGame) -> None:
    async def put(tx: Transaction) -> None:
        row = {"studio_id": world.tenant.studio_id, "game_id": world.new_id(), "key": "k"}
        await tx.insert_many(tables.currencies, [{**row, "name": "K", "created_at": 1}])

    with pytest.raises(DBAPIError):
        await world.db.run(put)


async def test_text_compares_by_its_bytes(world: SmallGame) -> None:
    names = ["a", "B", "é", "Z", "z", "Ä", "_", "日", "e\u0301", "1"]

    async def put(tx: Transaction) -> None:
        tenant = {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id}
        await tx.insert_many(
            tables.bundles, [{**tenant, "key": name, "name": name, "entries": [], "created_at": 1} for name in names]
        )

    await world.db.run(put)
    async with world.db.read() as tx:
        column = tables.bundles.c
        rows = await tx.all(
            sa.select(column.key)
            .where(column.studio_id == world.tenant.studio_id, column.key.in_(names))
            .order_by(column.key)
        )
    assert [row["key"] for row in rows] == sorted(names, key=str.encode)


async def test_numbers_and_order_in_json_survive_a_round_trip(world: SmallGame) -> None:
    value = {"z": 1, "a": 1.0, "big": 2**53, "text": "\u202e<é>", "nested": [None, True, {"b": 0.1}]}

    async def put(tx: Transaction) -> None:
        tenant = {"studio_id": world.tenant.studio_id, "game_id": world.tenant.game_id}
        await tx.insert_many(tables.bundles, [{**tenant, "key": "json", "name": value, "entries": [], "created_at": 1}])

    await world.db.run(put)
    (row,) = await world.rows(tables.bundles, key="json")
    assert repr(row["name"]) == repr(value)


def test_ids_ascend_also_when_the_clock_does_not() -> None:
    clock = itertools.chain([1000, 1000, 999, 5], itertools.repeat(2000))
    source = IdSource(lambda: next(clock), lambda bits: 2**bits - 1)
    made = [source() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert all(is_id(each) and each[14] == "7" for each in made)
    assert not any(is_id(text) for text in ("", "x", made[0].upper(), made[0].replace("-", ""), made[0] + " "))
