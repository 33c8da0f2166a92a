"""`kraty-console backend serve` as a process: what it says, what it writes, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from kraty_console import __version__
from kraty_console.backend.storage.vault import SECRET_VARIABLE
from kraty_console.contract.session import ROLE_PERMISSIONS
from tests.harness.cli.program_runs import ForkServer, run_of
from tests.harness.databases import PostgresqlServer, SqliteFiles
from tests.harness.e2e.demo_backend import demo_options
from tests.harness.ports import reserved_port

PATIENCE = 100
PROGRAM = [sys.executable, "-m", "kraty_console"]
SERVE = [*PROGRAM, "backend", "serve"]


def serve(folder: Path, *options: str, database: str | None = None) -> list[str]:
    url = database or f"sqlite:///{folder / 'kraty.db'}"
    return [*SERVE, "--database", url, "--listen", "127.0.0.1:0", *options]


@contextmanager
def started(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process once it listens, and the URL it names."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline().strip()
            assert line.startswith("listening on http://127.0.0.1:"), (line, process.stderr)
            yield process, line.removeprefix("listening on ")
        finally:
            process.kill()


def told(url: str, token: str) -> dict[str, object]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_the_demo_comes_with_credentials_that_work_again_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text("an older one")
    file.chmod(0o644)
    seen = []
    for _ in range(2):
        with started(serve(tmp_path, "--demo", "--credentials-out", str(file))) as (process, url):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            written = json.loads(file.read_text(encoding="utf-8"))
            assert list(written) == ["baseUrl", "studioId", "gameId", "sessions", "keys", "otherStudio"]
            assert set(written["sessions"]) == set(ROLE_PERMISSIONS)
            assert set(written["keys"]) == {"server_integration", "client_sdk"}
            assert set(written["otherStudio"]) == {"studioId", "gameId", "session", "server_integration"}
            assert written["baseUrl"] == url
            game = f"{url}/admin/v1/studios/{written['studioId']}/games/{written['gameId']}"
            for token in written["sessions"].values():
                found = told(f"{game}/players/alice_42", token)["data"]
                assert isinstance(found, dict)
                seen.append(found["player"]["id"])
            assert told(f"{url}/server/v1/ping", written["keys"]["server_integration"])["ok"] is True
            assert told(f"{url}/admin/v1/me", written["otherStudio"]["session"])["data"]
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
            assert (process.returncode, out, err) == (0, "", "")
    assert len(set(seen)) == 1
    assert not list(tmp_path.glob(".credentials*"))


def test_a_reduced_kraty_serves_the_demo(tmp_path: Path, kept_demo: Path) -> None:
    file = tmp_path / "credentials.json"
    options = demo_options(tmp_path, kept_demo)
    command = ["env", f"{SECRET_VARIABLE}=", *serve(tmp_path, *options, "--only", "published")]
    with started(command) as (_, url):
        written = json.loads(file.read_text(encoding="utf-8"))
        token = written["sessions"]["GAME_ADMIN"]
        assert told(f"{url}/admin/v1/health", token) == {"ok": True, "version": __version__}
        game = f"{url}/admin/v1/studios/{written['studioId']}/games/{written['gameId']}"
        found = told(f"{game}/players/bob_7", token)["data"]
        assert isinstance(found, dict)
        assert list(found) == ["player", "attempts", "grants", "lobbies", "summary"]
        with pytest.raises(urllib.error.HTTPError) as missing:
            told(f"{url}/admin/v1/me", token)
        with missing.value as answer:
            assert answer.code == 404


@pytest.mark.parametrize("way", ["SIGINT", "SIGHUP", "its parent's end"])
def test_serve_stops_cleanly_on_every_stop_request(tmp_path: Path, way: str) -> None:
    with started(serve(tmp_path, "--exit-with-parent", database=SqliteFiles(tmp_path).fresh())) as (process, _):
        if way.startswith("SIG"):
            process.send_signal(signal.Signals[way])
            assert process.wait(PATIENCE) == 0
        else:
            assert process.stdin
            process.stdin.close()
            assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_a_cancelled_start_ends_at_once(tmp_path: Path) -> None:
    command = serve(tmp_path, "--demo", "--exit-with-parent")
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


class Refusals(Protocol):
    """Runs a command that is refused."""

    def __call__(self, *command: str, **environment: str) -> tuple[int, str]:
        """The exit code and the last line of the output, which must not be a traceback."""


@pytest.fixture
def refused(fork_server: ForkServer, tmp_path: Path) -> Refusals:
    def refused(*command: str, **environment: str) -> tuple[int, str]:
        assert list(command[: len(PROGRAM)]) == PROGRAM
        run = run_of(*command[len(PROGRAM) :])
        [done] = fork_server.run_all([run], tmp_path, {**os.environ, **environment})
        assert "Traceback" not in done.err
        assert done.out == ""
        return done.code, done.err.splitlines()[-1]

    return refused


@pytest.mark.parametrize("host", ["*", "0.0.0.0", "[::1]", "localhost"])
def test_the_address_it_names_can_be_called(tmp_path: Path, host: str) -> None:
    command = [*SERVE, "--database", SqliteFiles(tmp_path).fresh(), "--listen", f"{host}:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip().removeprefix("listening on ")
            assert "*" not in url
            with urllib.request.urlopen(f"{url}/admin/v1/health", timeout=PATIENCE) as answer:
                assert json.load(answer)["ok"] is True
        finally:
            process.kill()


def test_an_address_in_use_is_reported_in_words(tmp_path: Path, refused: Refusals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [*SERVE, "--database", f"sqlite:///{tmp_path}/kraty.db", "--listen", f"127.0.0.1:{port}"]
        assert refused(*command) == (1, f"Error: 127.0.0.1:{port} is in use; choose another with --listen")
        numbers = serve(tmp_path, "--metrics", f"127.0.0.1:{port}")
        assert refused(*numbers) == (1, f"Error: 127.0.0.1:{port} is in use; choose another with --metrics")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--database", "mysql://host/db"], 2, "mysql"),
        (["--database", "nonsense"], 2, "not a database URL"),
        (["--database", "sqlite:///:memory:"], 2, "named by its file"),
        (["--database", "sqlite:///file::memory:?cache=shared&uri=true"], 2, "named by its file"),
        (
            ["--database", "postgresql://kraty:hidden@127.0.0.1:5432x/kraty"],
            2,
            "the port in the database URL is not a number",
        ),
        (["--database", "postgresql://127.0.0.1:99999/kraty?password=hidden"], 2, "not a number from 1 to 65535"),
        (
            ["--database", "postgresql://127.0.0.1:1/kraty?user=u&password=hidden"],
            1,
            "postgresql://127.0.0.1:1/kraty does",
        ),
        (["--database", "postgresql://kraty:x@hidden@127.0.0.1:1/kraty"], 2, "as %40"),
        (["--database", "postgresql://kraty:x@hidden/a@127.0.0.1:1/kraty"], 2, "as %40"),
        (["--listen", "8080"], 2, "is not HOST:PORT"),
        (["--listen", "127.0.0.1:99999"], 2, "is not HOST:PORT"),
        (["--rate", "fast"], 2, "is not RATE"),
        (["--credentials-out", "file.json"], 2, "--demo"),
        (
            ["--only", "published,gifts"],
            2,
            "--only: 'gifts' is not an operation; choose from published, health, me, ",
        ),
        (["--only", "Published"], 2, "'Published' is not an operation"),
        (["--only", ""], 2, "'' is not an operation"),
        (["--database", "sqlite:////nowhere/at/all/kraty.db"], 1, "does not answer"),
        (["--database", "postgresql://kraty:hidden@127.0.0.1:1/kraty"], 1, "kraty:•••@127.0.0.1:1/kraty"),
    ],
)
def test_an_unusable_option_of_serve_is_reported_in_words(
    refused: Refusals, options: list[str], code: int, words: str
) -> None:
    found, said = refused(*SERVE, *(["--listen", "127.0.0.1:0"] if "--listen" not in options else []), *options)
    assert found == code
    assert words in said
    assert "hidden" not in said


def test_a_foreign_or_newer_database_is_refused_with_a_message(tmp_path: Path, refused: Refusals) -> None:
    other = tmp_path / "letter.db"
    other.write_text("Dear reader, this is no database. " * 100)
    code, said = refused(*serve(tmp_path, database=f"sqlite:///{other}"))
    assert (code, "file is not a database" in said) == (1, True)
    later = SqliteFiles(tmp_path).fresh()
    with closing(sqlite3.connect(later.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'r9999'")
        connection.commit()
    code, said = refused(*serve(tmp_path, database=later))
    assert (code, "newer version" in said) == (1, True)


def test_a_missing_database_is_reported_in_words(
    tmp_path: Path, postgresql: PostgresqlServer, refused: Refusals
) -> None:
    url = re.sub(r"/kraty_\d+\?", "/nowhere?", postgresql.fresh())
    code, said = refused(*serve(tmp_path, database=url))
    assert (code, 'database "nowhere" does not exist' in said) == (1, True)


def test_the_rate_comes_from_the_environment(tmp_path: Path, refused: Refusals) -> None:
    code, said = refused(*serve(tmp_path), KRATY_BACKEND_RATE="many")
    assert (code, "many" in said) == (2, True)


def test_a_database_with_a_password_is_named_where_others_cannot_read_it(refused: Refusals) -> None:
    url = "postgresql://kraty:hidden@127.0.0.1:1/kraty"
    code, said = refused(*SERVE, "--listen", "127.0.0.1:0", KRATY_BACKEND_DATABASE=url)
    assert (code, "postgresql://kraty:•••@127.0.0.1:1/kraty" in said) == (1, True)
    assert "hidden" not in said


def test_without_a_database_it_keeps_one_in_the_data_folder(tmp_path: Path) -> None:
    command = ["env", f"XDG_DATA_HOME={tmp_path}", f"HOME={tmp_path}", *SERVE, "--listen", "127.0.0.1:0"]
    with started(command) as (process, _):
        process.terminate()
        assert process.wait(PATIENCE) == 0
    [folder] = [each for each in tmp_path.rglob("kraty-console") if each.is_dir()]
    assert (folder / "backend.sqlite").is_file()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def until_it_answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the backend at the port is healthy; polled until it answers or its process ends."""
    while process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/v1/health") as answer:
            return bool(json.load(answer)["ok"])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)  # leaves the processor to it
    return False


@pytest.mark.parametrize(
    ("workers", "streams"),
    [("1", "<&- >&- 2>&-"), ("1", ">&-"), ("1", ">/dev/full 2>/dev/full"), ("2", "<&- >&-"), ("2", "2>/dev/full")],
)
def test_serve_works_without_standard_streams(tmp_path: Path, streams: str, workers: str) -> None:
    """And no file or socket takes their place, which would then be printed into."""
    errors = tmp_path / "errors"
    errors.touch()
    with reserved_port() as port:
        database = SqliteFiles(tmp_path).fresh()
        command = [*SERVE, "--database", database, "--listen", f"127.0.0.1:{port}"]
        script = f'exec "$@" {streams if "2>" in streams else f"{streams} 2>{errors}"}'
        with subprocess.Popen(["sh", "-c", script, "sh", *command, "--workers", workers, "--log-calls"]) as process:
            try:
                assert until_it_answers(process, port)
                process.terminate()
                assert process.wait(PATIENCE) == 0
            finally:
                process.kill()
    assert "Traceback" not in errors.read_text()
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_secret_shown_once_is_not_created_without_an_output(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kraty.db"
    game = [*SERVE[:-1], "game", "create", "Rush", "--studio", "Burrow", "--database", url]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *game], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1][:38]) == (2, "Error: the standard output is closed, ")
    assert not (tmp_path / "kraty.db").exists()


def test_without_a_home_it_says_what_to_set(tmp_path: Path) -> None:
    code = (
        "import os, pwd, sys; del os.environ['HOME']; pwd.getpwuid = lambda uid: {}[uid];"
        " from kraty_console.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    command = [sys.executable, "-c", code, "backend"]
    done = subprocess.run(
        [*command, "game", "list"], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "set HOME or XDG_DATA_HOME" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
    environment |= dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "")
    create = [*command, "game", "create", "Rush", "--studio", "Burrow", "--database", f"sqlite:///{tmp_path}/kraty.db"]
    done = subprocess.run(create, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
