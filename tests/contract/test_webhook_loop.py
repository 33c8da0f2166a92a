"""From a change over HTTP to a receiver in another process: everything real, and soon."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import pytest

from kraty_console.cli.main import run
from kraty_console.cli.webhook_listener import listener
from kraty_console.contract.inbox import Verdict
from kraty_console.contract.secret import Secret
from tests.harness.ports import reserved_port

PATIENCE = 100
SOON = 50
"""Seconds: less than the lease of a claimed delivery (a minute), also on a slow machine."""
KRATY = [sys.executable, "-m", "kraty_console", "backend"]


@contextmanager
def serving(database: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A backend that may send to this machine, and its address."""
    serve = [*KRATY, "serve", "--database", database, "--listen", "127.0.0.1:0", "--webhooks-to-private", *options]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip().removeprefix("listening on ")
        finally:
            process.kill()


def register(url: str, key: str, player: str) -> None:
    """A player registers: `player.registered`."""
    request = urllib.request.Request(
        f"{url}/sdk/v1/players/{player}/register", b"{}", {"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.status == 201


@contextmanager
def receiving(secret: str, port: int) -> Iterator[Queue[Verdict]]:
    """The listener of `webhooks listen`, in a thread of this process."""
    heard: Queue[Verdict] = Queue()

    def told(verdict: Verdict) -> bool:
        heard.put(verdict)
        return True

    server: ThreadingHTTPServer = listener(("127.0.0.1", port), Secret(secret), told)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def player(verdict: Verdict) -> object:
    """Whom the event is about."""
    assert verdict.envelope is not None
    assert verdict.envelope.event_name == "player.registered"
    return verdict.envelope.data["externalPlayerId"]


@pytest.fixture
def port() -> Iterator[int]:
    """Where the receiver listens, once it does."""
    with reserved_port() as reserved:
        yield reserved


def test_events_are_delivered_at_once_by_several_processes_and_after_a_kill(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path / 'kraty.db'}"
    monkeypatch.setenv("KRATY_BACKEND_DATABASE", database)

    def command(*arguments: str) -> str:
        assert run(["backend", *arguments]) == 0
        return capfd.readouterr().out.strip()

    command("game", "create", "Rabbit Rush", "--studio", "Burrow")
    key = command("key", "create", "client_sdk")
    target = f"http://127.0.0.1:{port}/hook"
    secret = command("webhook", "create", target, "--event", "player.registered", "--to-private")
    with receiving(secret, port) as heard:
        with serving(database, "--no-worker") as (process, url):
            register(url, key, "ann")
            process.kill()
        with serving(database, "--workers", "2") as (process, url):
            assert player(heard.get(timeout=SOON)) == "ann"
            names = {f"player_{number}" for number in range(6)}
            for name in sorted(names):
                register(url, key, name)
            assert {player(heard.get(timeout=SOON)) for _ in names} == names
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
        assert heard.empty()
