"""A database that cannot be written is reported with its path, at the start and in health, not as worth another try."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage import probe
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.faults import StorageFault, fault_of
from kraty_console.backend.storage.probe import FRESH_SECONDS, Probe
from kraty_console.backend.storage.vault import SECRET_VARIABLE
from tests.contract.test_serve import PATIENCE, serve, started
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame
from tests.harness.databases import PATIENT, PostgresqlServer, SqliteFiles
from tests.harness.e2e.demo_backend import demo_options

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can enter."""
    made = Path(tempfile.mkdtemp(prefix="kraty-unwritable-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


_PREPARE = """
import asyncio, os, sys
from kraty_console.backend.runtime.startup import CannotServe, prepare

asyncio.run(prepare(sys.argv[1]))  # loads what is needed while it may be read
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    asyncio.run(prepare(sys.argv[2]))
except CannotServe as refused:
    print(refused)
"""
"""For root, whom no mode keeps out, become nobody."""


def test_a_start_on_a_file_that_cannot_be_written_says_which(folder: Path) -> None:
    files = SqliteFiles(folder)
    loading, url = files.fresh(), files.fresh()
    file = Path(url.removeprefix("sqlite:///"))
    file.chmod(0o444)
    if os.geteuid() == 0:
        os.chown(file, NOBODY, NOBODY)
    command = [sys.executable, "-c", _PREPARE, loading, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout == f"the database file {file} cannot be written: attempt to write a readonly database\n", done


def test_a_file_system_that_is_full_shows_in_health_until_it_is_not(folder: Path, kept_demo: Path) -> None:
    command = ["env", f"{SECRET_VARIABLE}=", *serve(folder, *demo_options(folder, kept_demo), "--no-worker")]
    with started(command) as (process, url):
        told = json.loads((folder / "credentials.json").read_text())
        assert health(url) == {"ok": True, "kind": "sqlite", "trouble": None}
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        status, answer, headers = credit(url, told["keys"]["server_integration"])
        assert (status, answer["error"]["code"]) == (503, "unavailable")
        assert "takes no changes" in answer["error"]["message"]
        assert headers["Retry-After"] == "60"
        trouble = until(url, ok=False)["trouble"]
        assert trouble.startswith(f"the file {folder / 'kraty.db'} cannot be written: ")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        assert until(url, ok=True) == {"ok": True, "kind": "sqlite", "trouble": None}
        assert credit(url, told["keys"]["server_integration"])[0] == 200


def health(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/admin/v1/health", timeout=PATIENCE) as answer:
        found = json.load(answer)
        assert found["ok"] == found["database"]["ok"]
        database: dict[str, Any] = found["database"]
        return database


NEVER = threading.Event()
TICK = 0.05
"""Seconds after which to ask again; each question takes a part of the one machine."""


def until(url: str, *, ok: bool) -> dict[str, Any]:
    while (found := health(url))["ok"] is not ok:
        NEVER.wait(TICK)
    return found


def credit(url: str, key: str) -> tuple[int, Any, Any]:
    request = urllib.request.Request(
        f"{url}/server/v1/players/alice_42/wallet/gold/credit",
        json.dumps({"amount": 5}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal), refusal.headers


def test_a_full_file_is_not_a_temporary_error(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "full.db")) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count=2")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert fault_of(raised.value) is StorageFault.UNWRITABLE


async def test_a_read_only_replica_is_not_a_temporary_error(postgresql: PostgresqlServer) -> None:
    db = Database.open(postgresql.fresh(), PATIENT)
    async with db.read() as tx:
        with pytest.raises(sa.exc.DBAPIError) as raised:
            await tx.execute(sa.text("DELETE FROM denials"))
        await tx.connection.rollback()  # type: ignore[attr-defined]
    assert fault_of(raised.value) is StorageFault.UNWRITABLE
    await db.close()


def test_health_does_not_queue_for_the_connections_of_calls(
    still: TroubledGame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection is taken, and health answers: before anybody lets go of one."""
    backend = still.backend

    async def take_all() -> AsyncExitStack:
        stack = AsyncExitStack()
        most = PATIENT.pool if backend.db.postgresql else 2 * PATIENT.pool
        for _ in range(most):
            await stack.enter_async_context(backend.db.read())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), backend.db.read():
                """Nobody gets one more."""
        return stack

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, backend.loop).result(PATIENCE)

    stack = run(take_all())
    try:
        monkeypatch.setattr(probe, "FRESH_SECONDS", 0.0)
        answer = backend.call("GET", "/admin/v1/health")
        assert (answer.status, answer.json["ok"]) == (200, True)
    finally:
        run(stack.aclose())


async def test_concurrent_listeners_share_one_database_poll(tmp_path: Path) -> None:
    now, made = [0.0], []
    db = Database.open(SqliteFiles(tmp_path).fresh())

    def make() -> Any:
        made.append(now[0])
        return db.engine

    asker = Probe(make, lambda: now[0])
    looked = []
    sa.event.listen(db.engine.sync_engine, "checkout", lambda *_: looked.append(now[0]))
    assert set(await asyncio.gather(*(asker.trouble() for _ in range(50)))) == {None}
    assert await asker.trouble() is None
    now[0] = FRESH_SECONDS
    assert await asker.trouble() is None
    assert (made, looked) == ([0.0], [0.0, FRESH_SECONDS])
    await db.close()


def test_an_unreachable_database_is_reported_within_the_timeout() -> None:
    with Backend("postgresql://nobody@127.0.0.1:1/nothing", Rate(0), reachable=False).running() as backend:
        answer = backend.call("GET", "/admin/v1/health")
        assert (answer.json["ok"], answer.json["database"]["trouble"]) == (False, "it does not answer")
