"""Temporary trouble with PostgreSQL: collisions, locks, slow statements, lost connections, a pooler."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kraty_console.backend.auth.member_sessions import find_session
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.http.routing import NOTHING, Route, RouteAccess
from kraty_console.backend.storage.database import RETRIES, Database
from kraty_console.backend.storage.engine import Limits, make_engine
from kraty_console.backend.storage.faults import StorageFault, fault_of, words_of
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.storage.urls import UnknownDatabase, engine_url
from tests.harness.backend.query_plans import counted_trips, recorded
from tests.harness.contract.served_backend import Backend
from tests.harness.databases import PostgresqlServer

Opener = Callable[..., AbstractAsyncContextManager[Database]]


@pytest.fixture(scope="session")
def url(postgresql: PostgresqlServer) -> str:
    """A database for this module only."""
    return postgresql.fresh()


@pytest.fixture
def opened(url: str) -> Opener:
    """Opens the database with limits or other URL parameters."""

    @asynccontextmanager
    async def opener(limits: Limits | None = None, *, more: str = "") -> AsyncIterator[Database]:
        database = Database.open(url + more, limits)
        try:
            yield database
        finally:
            await database.close()

    return opener


async def do(database: Database, *statements: str) -> object:
    """Run statements in one transaction; returns the first value of the last."""

    async def work(tx: Transaction) -> object:
        *before, last = [sa.text(each) for each in statements]
        for each in before:
            await tx.execute(each)
        result = await tx.execute(last)
        return result.scalar() if result.returns_rows else None

    return await database.run(work)


async def test_a_serialisation_failure_at_the_commit_is_tried_again(opened: Opener) -> None:
    """Write skew: each reads what the other writes; the database detects it at the second commit (40001)."""
    barrier = asyncio.Barrier(2)
    tries = 0

    async def skew(tx: Transaction, name: str) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(sa.text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        total = await tx.scalar(sa.text("SELECT sum(n) FROM doctors WHERE n > 0"))
        await tx.execute(sa.text(f"UPDATE doctors SET n = {total} WHERE name = '{name}'"))
        if tries <= 2:
            await barrier.wait()

    async with opened() as database:
        await do(
            database, "CREATE TABLE doctors (name text, n bigint)", "INSERT INTO doctors VALUES ('a', 1), ('b', 1)"
        )
        await asyncio.gather(*(database.run(lambda tx, name=name: skew(tx, name)) for name in "ab"))
        assert tries == 3
        assert database.retried == 1
        assert await do(database, "SELECT sum(n) FROM doctors") == 5  # one after the other: 2, then 2 + 1


async def test_a_permanent_collision_is_given_up_after_growing_pauses(url: str) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    database = Database(make_engine(url), chance=lambda: 0.5, pause=pause)
    with pytest.raises(DBAPIError) as caught:
        await do(database, "DO $$ BEGIN RAISE 'again' USING ERRCODE = '40001'; END $$")
    await database.close()
    assert fault_of(caught.value) is StorageFault.COLLISION
    assert len(pauses) == RETRIES
    assert pauses == sorted(pauses)
    assert sum(pauses) < 5


async def test_statements_and_lock_waits_time_out(opened: Opener) -> None:
    async with opened(Limits(statement_ms=50)) as database:
        with pytest.raises(DBAPIError) as caught:
            await do(database, "SELECT pg_sleep(20)")
        assert fault_of(caught.value) is StorageFault.TOO_SLOW
    async with opened(Limits(lock_ms=50)) as database, database.transaction() as holder:
        await holder.execute(sa.text("SELECT pg_advisory_xact_lock(77)"))
        with pytest.raises(DBAPIError) as caught:
            await do(database, "SELECT pg_advisory_xact_lock(77)")
        assert fault_of(caught.value) is StorageFault.LOCKED


async def test_an_idle_transaction_is_ended_and_reported(opened: Opener) -> None:
    async def rest(database: Database, other: Database) -> None:
        async with database.transaction() as tx:
            await tx.execute(sa.text("SELECT pg_advisory_xact_lock(76)"))
            await tx.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 20"))
            await do(other, "SELECT pg_advisory_xact_lock(76)")  # once the server has ended the holder
            await tx.scalar(sa.text("SELECT 1"))

    async with opened(Limits(idle_ms=34_000)) as database, opened() as other:
        assert await do(database, "SHOW idle_in_transaction_session_timeout") == "34s"
        with pytest.raises(DBAPIError) as caught:
            await rest(database, other)
        assert fault_of(caught.value) is StorageFault.AWAY
        assert await do(database, "SELECT 1") == 1


async def test_a_pool_that_is_empty_says_so(opened: Opener) -> None:
    async with opened(Limits(pool=1, pool_wait_seconds=0.05)) as database, database.read() as tx:
        await tx.scalar(sa.text("SELECT 1"))
        with pytest.raises(sa.exc.TimeoutError) as caught:
            await do(database, "SELECT 1")
        assert fault_of(caught.value) is StorageFault.CROWDED


async def test_connections_that_a_restart_cut_are_replaced_without_anybody_noticing(opened: Opener) -> None:
    end_all = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    others = f"{end_all} AND pid <> pg_backend_pid()"
    async with opened() as database, opened() as other:
        async with database.engine.connect() as one, database.engine.connect() as two:
            ours = [(await each.get_raw_connection()).driver_connection for each in (one, two)]
        assert await do(other, others) == 2
        while not all(each is not None and each.is_closed() for each in ours):
            await do(other, "SELECT 1")  # the message is received while something is awaited
        for _ in range(3):
            async with database.read() as tx:
                assert await tx.scalar(sa.text("SELECT 1")) == 1

        tries = 0

        async def cut_once(tx: Transaction) -> int:
            nonlocal tries
            tries += 1
            if tries == 1:
                await tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
            return tries

        assert await database.run(cut_once) == 2


@asynccontextmanager
async def never_hung_up(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A URL through a proxy that forwards the last message but not the close; and an event for that message."""
    parsed = sa.make_url(url)
    last_words = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(f"{parsed.query['host']}/.s.PGSQL.5432")

        async def ask() -> None:
            while (asked := await reader.read(65_536)) and not asked.startswith(b"X"):  # the client's own end
                questions.write(asked)
            writer.close()
            questions.close()

        asking = asyncio.create_task(ask())
        while answer := await answers.read(65_536):
            writer.write(answer)
        last_words.set()
        await asking

    with tempfile.TemporaryDirectory(prefix="kraty-through-") as folder:
        server = await asyncio.start_unix_server(serve, f"{folder}/.s.PGSQL.5432")
        yield parsed.update_query_dict({"host": folder}).render_as_string(hide_password=False), last_words
        server.close()
        await server.wait_closed()


async def test_a_terminated_connection_counts_as_lost(url: str, opened: Opener) -> None:
    """In that state asyncpg raises an internal error, also while a connection is made."""
    async with never_hung_up(url) as (through, last_words), opened() as other:

        async def ended(pid: object) -> None:
            last_words.clear()
            await do(other, f"SELECT pg_terminate_backend({pid})")
            await last_words.wait()
            await do(other, "SELECT 1")  # they are received while something is awaited

        new = await asyncpg.connect(through)
        await ended(new.get_server_pid())
        with pytest.raises(asyncpg.InternalClientError) as raised:
            await new.execute("SELECT 1")
        assert fault_of(raised.value) is StorageFault.AWAY

        database = Database.open(through)
        await ended(await do(database, "SELECT pg_backend_pid()"))
        with pytest.raises(DBAPIError) as caught:
            async with database.read() as tx:
                await tx.scalar(sa.text("SELECT 1"))
        assert caught.value.orig is not None
        assert isinstance(caught.value.orig.__cause__, asyncpg.InternalClientError)
        assert fault_of(caught.value) is StorageFault.AWAY
        assert await do(database, "SELECT 1") == 1
        await database.close()


async def test_behind_a_pooler_no_statement_outlives_its_transaction(opened: Opener) -> None:
    """A transaction pooler may give the next transaction another connection, as if all state was discarded."""
    async with opened(more="&statement_cache_size=0") as database:
        for _ in range(3):
            async with database.engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None
                await raw.execute("DISCARD ALL")
            async with database.read() as tx:
                assert await tx.scalar(sa.text("SELECT CAST(1 AS bigint)")) == 1
                assert await tx.scalar(sa.text("SHOW lock_timeout")) == "0"
            assert await find_session(database, "kst_nobody", 0) is None
            with recorded(database) as sent, counted_trips(database) as trips:
                await find_session(database, "kst_nobody", 0)
            assert trips() == len(sent) + 2, "a transaction holds the connection"
    async with opened(more="&statement_cache_size=10") as database:
        assert await do(database, "SHOW lock_timeout") == "10s"


async def test_names_of_statements_are_never_counted(opened: Opener) -> None:
    """Two clients behind a pooler may meet on one connection of the server."""
    for more in ("", "&statement_cache_size=10"):
        async with opened(more=more) as database:
            names = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%pg_prepared_statements%'"
            assert re.fullmatch("kraty_[0-9a-f]{32}", str(await do(database, names)))


async def test_an_unconfigured_pooler_is_reported_with_what_to_configure(opened: Opener) -> None:
    async with opened() as database:
        await do(database, "SELECT 1")
        async with database.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute("DISCARD ALL")
        with pytest.raises(DBAPIError) as caught:
            await do(database, "SELECT 1")
        assert fault_of(caught.value) is StorageFault.POOLED
        assert "statement_cache_size=0" in words_of(caught.value, database.engine.url)
        with pytest.raises(DBAPIError) as caught:
            await do(database, "DO $$ BEGIN RAISE 'there already' USING ERRCODE = '42P05'; END $$")
        assert fault_of(caught.value) is StorageFault.POOLED


def test_a_pooler_ends_a_call_with_503_and_is_logged_with_what_to_configure(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def pooled(call: Call) -> HandlerReply:
        await do(call.services.db, "DO $$ BEGIN RAISE 'missing' USING ERRCODE = '26000'; END $$")
        return HandlerReply({})

    routes = [Route("GET", "/pooled", RouteAccess.ANYONE, NOTHING, pooled)]
    with Backend(url, Rate(0), routes=routes).running() as backend:
        answer = backend.call("GET", "/pooled")
    assert (answer.status, answer.error["code"]) == (503, "unavailable")
    assert "pooler" in answer.error["message"]
    assert "statement_cache_size=0" in caplog.text


@pytest.mark.parametrize(
    ("query", "words"), [("statement_cache_size=none", "whole number"), ("conect_timeout=5", "conect_timeout")]
)
def test_unsupported_parameters_of_a_url(query: str, words: str) -> None:
    with pytest.raises(UnknownDatabase, match=words):
        engine_url(f"postgresql://host/db?{query}")


def test_the_sslmode_of_the_url_is_used() -> None:
    url = engine_url("postgres://ann@host/db?sslmode=verify-full&host=/run/postgresql")
    assert dict(url.query) == {"ssl": "verify-full", "host": "/run/postgresql"}


def test_temporary_trouble_is_503_with_the_seconds_to_wait(url: str) -> None:
    async def slow(call: Call) -> HandlerReply:
        await do(call.services.db, "SET LOCAL statement_timeout = 20", "SELECT pg_sleep(20)")
        return HandlerReply({})

    async def locked(call: Call) -> HandlerReply:
        async with call.services.db.transaction() as holder:
            await holder.execute(sa.text("SELECT pg_advisory_xact_lock(78)"))
            await do(call.services.db, "SET LOCAL lock_timeout = 20", "SELECT pg_advisory_xact_lock(78)")
        return HandlerReply({})

    routes = [
        Route("GET", "/slow", RouteAccess.ANYONE, NOTHING, slow),
        Route("GET", "/locked", RouteAccess.ANYONE, NOTHING, locked),
    ]
    with Backend(url, Rate(0), routes=routes).running() as backend:
        for path, seconds, words in (("/slow", "5", "took too long"), ("/locked", "2", "changing the same rows")):
            answer = backend.call("GET", path)
            assert (answer.status, answer.headers["retry-after"]) == (503, seconds)
            assert (answer.error["code"], words in answer.error["message"]) == ("unavailable", True)
