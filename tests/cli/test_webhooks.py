"""`kraty-console backend webhook` and `kraty-console webhooks listen` over real sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kraty_console.cli.main import run
from kraty_console.contract.signature import HEADER, sign
from tests.harness.databases import SqliteFiles

SECRET = "whsec_test_12345"
PATIENCE = 30
LISTEN = [sys.executable, "-m", "kraty_console", "webhooks", "listen", "--listen", "127.0.0.1:0"]
ENVELOPE = {
    "id": "evt_01HZX70000000000000000000A",
    "eventName": "player.banned",
    "studioId": "stu_1",
    "gameId": "game_1",
    "occurredAt": "2026-06-11T10:00:00.000Z",
    "deliveryAttempt": 1,
    "data": {"externalPlayerId": "mallory\u202e\x1b[2J", "reason": "größer"},
}
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return SqliteFiles(tmp_path_factory.mktemp("webhooks")).fresh()


@pytest.fixture
def command(database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: its exit code, its output, its words."""
    monkeypatch.setenv("KRATY_BACKEND_DATABASE", database)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["backend", *arguments])
        out, err = capfd.readouterr()
        return code, out.strip(), err.strip()

    return command


def test_an_endpoint_from_the_command_line(command: Command) -> None:
    assert command("webhook", "list") == (3, "", "There is no webhook endpoint yet.")
    command("game", "create", "Rabbit Rush", "--studio", "Burrow")
    url = "https://games.example/kraty?key=1"
    code, secret, words = command("webhook", "create", url, "--event", "player.banned", "--environment", "test")
    assert (code, secret[:6], len(secret), secret in words) == (0, "whsec_", 49, False)
    code, out, _ = command("webhook", "list", "--json")
    [endpoint] = json.loads(out)
    assert (endpoint["url"], endpoint["events"], endpoint["environment"]) == (url, ["player.banned"], "test")
    assert endpoint["id"] in words
    for verb, state in (("pause", "paused"), ("unpause", "active"), ("archive", "archived")):
        assert command("webhook", verb, endpoint["id"])[0] == 0
        code, out, _ = command("webhook", "list", "--game", "rabbit-rush")
        assert state in out
        assert secret not in out
    assert command("webhook", "unpause", endpoint["id"])[0] == 1
    assert command("webhook", "pause", "nothing")[0] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://games.example/"], "must be https: deliveries contain data of players; for development --to-private"),
        (["https://127.0.0.1/"], "which is this machine"),
        (["https://games.example/", "--event", "player.vanished"], "there is no event 'player.vanished'"),
    ],
)
def test_invalid_endpoints_are_reported(command: Command, arguments: list[str], words: str) -> None:
    command("game", "create", "Rabbit Rush", "--studio", "Burrow")
    code, out, said = command("webhook", "create", *arguments)
    assert (code, out) == (1, "")
    assert words in said


@contextmanager
def listening(*options: str, secret: str | None = SECRET) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The receiver as a process once it listens, and its address."""
    environment = {**os.environ} if secret is None else {**os.environ, "KRATY_WEBHOOK_SECRET": secret}
    with subprocess.Popen(
        [*LISTEN, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            if secret is None:
                assert process.stdin
                process.stdin.write(SECRET + "\n")
                process.stdin.close()
                process.stdin = None
            assert process.stderr
            found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stderr.readline())
            assert found
            yield process, found[1]
        finally:
            process.kill()


def post(url: str, body: object, *, secret: str = SECRET, at: float | None = None) -> int:
    """Send an event; the answer is the status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = sign(secret, raw, int(time.time() if at is None else at))
    request = urllib.request.Request(url + "/any/path", raw, {HEADER: signed, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def test_events_are_verified_printed_once_and_sanitized() -> None:
    with listening("--count", "2") as (process, url):
        assert post(url, ENVELOPE, secret="whsec_another") == 401
        assert post(url, ENVELOPE, at=time.time() - 302) == 401
        assert post(url, ENVELOPE, at=time.time() + 900) == 401
        assert post(url, b"[1, 2]") == 400
        assert post(url, b"\xff") == 400
        assert post(url, ENVELOPE) == 200
        assert post(url, {**ENVELOPE, "deliveryAttempt": 2}) == 200
        with pytest.raises(urllib.error.HTTPError, match="405"):
            urllib.request.urlopen(url, timeout=PATIENCE)
        assert post(url, {**ENVELOPE, "id": "evt_01HZX70000000000000000000B"}) == 200
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    head, *data = out.splitlines()
    assert head.split("  ") == [
        "2026-06-11T10:00:00.000Z",
        "player.banned",
        "mallory\\u{202E}␛[2J",
        "attempt 1",
        "evt_01HZX70000000000000000000A",
    ]
    assert '  "reason": "größer"' in data
    assert not set("\x1b\u202e") & set(out + err)
    assert err.count("Refused: the signature is wrong or too old.") == 3
    assert err.count("Refused: the body is no event.") == 2
    assert "Again: player.banned, attempt 2 (evt_01HZX70000000000000000000A)." in err
    assert SECRET not in out + err


def test_the_secret_from_the_standard_input_and_events_as_json_lines() -> None:
    with listening("--secret-stdin", "--json", "--count", "1", secret=None) as (process, url):
        assert post(url, ENVELOPE) == 200
        out, _ = process.communicate(timeout=PATIENCE)
    assert json.loads(out) == ENVELOPE
    assert (out.isascii(), out.count("\n"), out[-1]) == (True, 1, "\n")


def test_the_listener_stops_on_request() -> None:
    with listening() as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    with listening() as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130


def refused(*options: str, **environment: Any) -> tuple[int, str]:
    """The exit code and the last line of the output."""
    known = {name: value for name, value in os.environ.items() if name != "KRATY_WEBHOOK_SECRET"}
    result = subprocess.run(
        [*LISTEN[:-2], *options],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
        env={**known, **environment},
    )
    assert "Traceback" not in result.stderr
    return result.returncode, result.stderr.splitlines()[-1]


def test_an_unusable_listen_address_is_reported(tmp_path: Path) -> None:
    assert refused() == (
        2,
        "Error: the secret of the endpoint is needed: set KRATY_WEBHOOK_SECRET, or give it by --secret-stdin",
    )
    assert refused("--secret-stdin")[0] == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        assert refused("--listen", where, KRATY_WEBHOOK_SECRET=SECRET) == (
            1,
            f"Error: cannot listen on {where}: Address already in use",
        )
