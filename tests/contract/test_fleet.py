"""`backend serve --workers N`: processes that share an address, are replaced when they die, and end together."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.runtime.settings import Settings
from tests.contract.test_serve import PATIENCE, SERVE
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

TRIES = 100_000


@dataclass(frozen=True)
class Fleet:
    """A fleet of two with the demo world, and a way in."""

    process: subprocess.Popen[str]
    port: int
    game: str
    token: str
    database: Path

    def processes(self) -> list[psutil.Process]:
        """Those that answer, the oldest first."""
        return sorted(psutil.Process(self.process.pid).children(), key=lambda each: each.create_time())

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One call on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def refuses(self) -> bool:
        """Wait until the port refuses connections."""
        for _ in range(TRIES):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                    connection.settimeout(0.1)
                    assert connection.recv(1) == b""
            except ConnectionRefusedError:
                return True
            except (ConnectionResetError, TimeoutError):
                continue  # it waited to be let in when the socket was closed; or all is as it was
        return False

    def said(self) -> str:
        """The next line of its log."""
        assert self.process.stderr
        return self.process.stderr.readline()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> TroubledGame:
    """A small game in a file, made now: the processes go by the real clock."""
    url = SqliteFiles(tmp_path_factory.mktemp("fleet")).fresh()
    with Backend(url, Rate(0)).running() as backend:
        backend.clock.ms = time.time_ns() // 1_000_000
        return make_troubled_game(backend)


@pytest.fixture
def fleet(world: TroubledGame) -> Iterator[Fleet]:
    """Two processes on the world's file."""
    url = world.backend.database_url
    command = [*SERVE, "--database", url, "--listen", "127.0.0.1:0", "--workers", "2"]
    command += ["--metrics", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        children: list[psutil.Process] = []
        try:
            assert process.stdout
            told = process.stdout.readline().strip()
            assert told.startswith("listening on http://127.0.0.1:")
            port = int(told.rpartition(":")[2])
            fleet = Fleet(process, port, world.game, world.sessions["GAME_ADMIN"], Path(url.removeprefix("sqlite:///")))
            children = fleet.processes()
            yield fleet
        finally:
            process.kill()
            psutil.wait_procs(children, PATIENCE)


def test_a_dead_worker_is_replaced_and_all_finish_their_answers(fleet: Fleet) -> None:
    _numbers_are_counted_by_each(fleet)
    one, other = fleet.processes()
    one.kill()
    assert f"({one.pid}) ended with -9; another takes its place" in fleet.said()
    for _ in range(20):
        assert fleet.call("GET", "/admin/v1/health")[0] == 200  # the remaining one answers
    said = fleet.said()
    alive = fleet.processes()
    assert [each.pid == other.pid for each in alive] == [True, False]
    assert f"({alive[1].pid}) answers" in said

    # A change that waits for the file is under way when all are told to end.
    answers: list[tuple[int, Any]] = []
    body = {"amount": 5, "reason": "goodwill", "idempotencyKey": "the-last-one"}
    credit = f"{fleet.game}/players/alice/wallet/gold/credit"
    with closing(sqlite3.connect(fleet.database, isolation_level=None, timeout=PATIENCE)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        caller = threading.Thread(target=lambda: answers.append(fleet.call("POST", credit, body)))
        caller.start()
        for _ in range(TRIES):
            if any("kraty_http_requests_in_flight 1.0\n" in _numbers(fleet, each) for each in alive):
                break
        fleet.process.send_signal(signal.SIGTERM)
        assert fleet.refuses()
        writer.execute("COMMIT")
        caller.join(PATIENCE)
    assert [(status, answer["data"]["applied"]) for status, answer in answers] == [(200, True)]
    assert fleet.process.wait(PATIENCE) == 0
    assert not [each for each in alive if each.is_running()]


def test_workers_end_when_their_supervisor_is_killed(fleet: Fleet) -> None:
    processes = fleet.processes()
    assert len(processes) == 2
    os.kill(fleet.process.pid, signal.SIGKILL)
    gone, alive = psutil.wait_procs(processes, PATIENCE)
    assert (len(gone), alive) == (2, [])
    assert fleet.refuses()


def test_each_process_has_a_port_for_its_numbers() -> None:
    def ports(first: int) -> list[tuple[str, int] | None]:
        settings = Settings("sqlite:///kraty.db", metrics=("127.0.0.1", first))
        return [settings.of_process(number).metrics for number in range(2)]

    assert ports(9100) == [("127.0.0.1", 9100), ("127.0.0.1", 9101)]
    assert ports(0) == [("127.0.0.1", 0)] * 2


@pytest.mark.parametrize("only", [None, "published", "search,published", "health,player"])
def test_settings_are_passed_to_each_worker(only: str | None) -> None:
    settings = Settings(
        "sqlite:///kraty.db",
        metrics=("127.0.0.1", 9100),
        only=None if only is None else Reduction.parse(only),
    )
    assert Settings.from_json(settings.to_json()) == settings


def _numbers_are_counted_by_each(fleet: Fleet) -> None:
    for _ in range(8):
        fleet.call("GET", f"{fleet.game}/players/alice")
    counted = 0
    for process in fleet.processes():
        page = _numbers(fleet, process)
        assert "alice" not in page
        for line in page.splitlines():
            if line.startswith("kraty_http_requests_total") and 'players/{externalPlayerId}"' in line:
                counted += int(float(line.rpartition(" ")[2]))
    assert counted == 8


def _numbers(fleet: Fleet, process: psutil.Process) -> str:
    """The metrics of one process, at its own port."""
    listening = {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
    if not (own := listening - {fleet.port}):
        return ""  # it has not come so far yet
    with closing(http.client.HTTPConnection("127.0.0.1", *own, timeout=PATIENCE)) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
