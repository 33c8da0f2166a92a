"""`kraty-console backend game|member|token|key|backup`: output, effects and exit codes."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kraty_console.backend.storage import tables
from kraty_console.cli.backend_database import run_in_transaction
from kraty_console.cli.database_url import database_url
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.main import run
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles

EMAIL = "ann@burrow.example"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("operating")).fresh()
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.fresh()


@pytest.fixture
def command(url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: its exit code, its output, its words."""
    monkeypatch.setenv("KRATY_BACKEND_DATABASE", url)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["backend", *arguments])
        out, err = capfd.readouterr()
        return code, out.strip(), err.strip()

    return command


def test_from_an_empty_database_to_a_member_with_access(command: Command) -> None:
    assert command("game", "list") == (3, "", "There is no game yet.")
    assert command("member", "add", EMAIL, "--role", "GAME_ADMIN")[0] == 3
    code, game_id, _ = command("game", "create", "Rabbit Rush", "--studio", "Burrow")
    assert code == 0
    [game] = json.loads(command("game", "list", "--json")[1])
    assert (game["gameId"], game["slug"], game["studio"]) == (game_id, "rabbit-rush", "Burrow")
    assert command("game", "create", "Rabbit  rush!", "--studio", "Burrow")[0] == 1
    assert command("game", "create", "Owl Express", "--studio", game["studioId"])[0] == 0
    assert {each["studioId"] for each in json.loads(command("game", "list", "--json")[1])} == {game["studioId"]}

    assert command("member", "add", EMAIL, "--role", "GAME_ADMIN")[:2] == (1, "")  # which of the two games?
    code, member_id, words = command("member", "add", EMAIL, "--role", "GAME_ADMIN", "--game", "rabbit-rush")
    assert (code, words) == (0, f"{EMAIL} is GAME_ADMIN in Rabbit Rush.")
    again = command("member", "add", EMAIL.upper(), "--role", "GAME_VIEWER", "--game", "owl-express")
    assert again[:2] == (0, member_id)
    code, token, words = command("token", "issue", EMAIL, "--days", "1")
    assert (code, len(token), token in words) == (0, 47, False)
    code, key, _ = command("key", "create", "server_integration", "--game", game_id)
    assert (code, len(key), key[0]) == (0, 52, "s")

    for listed in (command("token", "list"), command("token", "list", "--json"), command("key", "list")):
        assert listed[0] == 0
        assert token not in listed[1]
        assert key not in listed[1]
    assert json.loads(command("key", "list", "--json")[1])[0]["prefix"] == key[:8]


def test_a_game_is_defined_by_a_document(command: Command, tmp_path: Path) -> None:
    command("game", "create", "Defined", "--studio", "Definers")
    example = Path(__file__).parents[1] / "data" / "game.toml"
    code, out, words = command("game", "define", str(example), "--game", "defined")
    assert (code, out, words[:40]) == (0, "", "Defined in Defined: 3 currencies, 1 item")
    assert words[40:42] == ", "
    data = json.loads(command("game", "define", str(example), "--game", "defined", "--json")[1])
    assert (data["leaderboards"], data["windows"]) == (2, 0)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"leaderboards": [{"key": "k", "name": "K", "rankedBy": "nothing"}]}', encoding="utf-8")
    code, out, words = command("game", "define", str(wrong), "--game", "defined")
    assert (code, out) == (1, "")
    assert "leaderboards[0].rankedBy: there is no currency 'nothing'" in words
    for content in (b"{", b"\xff"):
        wrong.write_bytes(content)
        assert command("game", "define", str(wrong), "--game", "defined")[0] == 1


def test_credentials_can_be_revoked(command: Command) -> None:
    command("game", "create", "Taking", "--studio", "Takers")
    command("member", "add", "ben@takers.example", "--role", "GAME_DEBUGGER", "--game", "taking")
    for _ in range(2):
        command("token", "issue", "ben@takers.example")
    [one, two] = json.loads(command("token", "list", "--member", "ben@takers.example", "--json")[1])
    assert command("token", "revoke", one["sessionId"]) == (0, "", "Ended 1 session.")
    assert command("token", "revoke", one["sessionId"])[0] == 3
    assert command("token", "revoke", "BEN@takers.example") == (0, "", "Ended 1 session.")
    states = [each["state"] for each in json.loads(command("token", "list", "--json")[1]) if each["email"][0] == "b"]
    assert states == ["revoked", "revoked"]
    assert two["state"] == "live"
    key = command("key", "create", "client_sdk", "--game", "taking", "--environment", "test")[1]
    assert command("key", "revoke", key[:8])[0] == 0
    assert command("key", "revoke", key[:8])[0] == 3
    assert command("member", "role", "ben@takers.example", "GAME_VIEWER", "--game", "taking")[0] == 0
    assert "GAME_VIEWER" in command("member", "list", "--game", "taking")[1]
    assert command("member", "role", "ben@takers.example", "none", "--game", "taking")[0] == 0
    assert command("member", "list", "--game", "taking")[0] == 3
    assert command("token", "issue", "ben@takers.example")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["token", "issue", "nobody@x.example"], 3, "there is no member"),
        (["token", "list", "--member", "nobody@x.example"], 3, "there is no member"),
        (["member", "add", "no-mail", "--role", "GAME_ADMIN", "--game", "words"], 1, "not an e-mail address"),
        (["member", "add", EMAIL, "--role", "KING", "--game", "words"], 2, "KING"),
        (["member", "role", "nobody@x.example", "none", "--game", "words"], 3, "no member"),
        (["key", "create", "server_integration", "--game", "nowhere"], 3, "no game nowhere"),
        (["key", "create", "client_sdk", "--game", "words", "--environment", "a b"], 1, "unknown environment"),
        (["game", "create", "Words", "--studio", "Wordy", "--slug", "Words!"], 1, "not a valid slug"),
        (["game", "create", " ", "--studio", "Wordy"], 1, "1 to 200 characters"),
        (["game", "list", "--database", "mysql://x/y"], 2, "use sqlite:///PATH or postgresql://HOST/NAME"),
        (["game", "list", "--database", "postgresql://kraty:hidden@127.0.0.1:1/kraty"], 5, "kraty:•••@127.0.0.1"),
    ],
)
def test_errors_are_reported_as_text(command: Command, arguments: list[str], code: int, words: str) -> None:
    command("game", "create", "Words", "--studio", "Wordy")
    exit_code, out, said = command(*arguments)
    assert (exit_code, out) == (code, "")
    assert words in said
    assert "hidden" not in said


def test_the_audit_log_names_the_operator(command: Command, url: str) -> None:
    command("game", "create", "Logged", "--studio", "Loggers")
    command("member", "add", "eve@log.example", "--role", "GAME_ADMIN", "--game", "logged")
    command("token", "issue", "eve@log.example")
    command("key", "create", "client_sdk", "--game", "logged")
    games = json.loads(command("game", "list", "--json")[1])
    [studio_id] = [each["studioId"] for each in games if each["slug"] == "logged"]
    query = tables.audit.select().where(tables.audit.c.studio_id == studio_id).order_by(tables.audit.c.audit_id)
    rows = run_in_transaction(url, lambda workspace: workspace.tx.all(query))
    assert [row["action"] for row in rows] == ["game.create", "member.role", "session.create", "key.create"]
    assert all(row["actor_label"].startswith("command line (") for row in rows)


def test_a_backup_of_a_busy_database_is_consistent(tmp_path: Path) -> None:
    url = SqliteFiles(tmp_path).fresh()
    source, copy = Path(url.removeprefix("sqlite:///")), tmp_path / "copy.db"
    stop = threading.Event()
    begun = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as connection:
            number = 0
            while not stop.is_set():
                number += 1
                connection.execute("BEGIN IMMEDIATE")
                for half in ("a", "b"):
                    row = (f"{number:032x}", f"{half}{number}")
                    connection.execute(f"INSERT INTO studios VALUES ('{half * 16}{row[0][16:]}', ?, 1)", row[1:])
                connection.execute("COMMIT")
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        assert run(["backend", "backup", str(copy), "--database", url]) == 0
    finally:
        stop.set()
        writer.join()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        halves = dict(connection.execute("SELECT substr(name, 1, 1), count(*) FROM studios GROUP BY 1").fetchall())
    assert halves["a"] == halves["b"] > 0
    assert sorted(each.name for each in tmp_path.glob("*copy*")) == ["copy.db"]


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("postgresql://host/db", 1, "pg_dump"),
        ("nonsense", 2, "not a database URL"),
        ("sqlite:////nowhere/kraty.db", 1, "there is no database"),
    ],
)
def test_refused_backups(tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, code: int, words: str) -> None:
    assert run(["backend", "backup", str(tmp_path / "copy.db"), "--database", url]) == code
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_backup_replaces_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = SqliteFiles(tmp_path).fresh()
    taken = tmp_path / "precious.txt"
    taken.write_text("keep me")
    assert run(["backend", "backup", str(taken), "--database", url]) == 1
    assert "is there already" in capsys.readouterr().err
    assert taken.read_text() == "keep me"


@pytest.mark.parametrize("around", ["{}\n", " {}\r\n", "\t{}"])
def test_a_trailing_newline_in_the_database_url_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], around: str
) -> None:
    file = tmp_path / "backend.sqlite"
    monkeypatch.setenv("KRATY_BACKEND_DATABASE", around.format(f"sqlite:///{file}"))
    assert run(["backend", "game", "list"]) == Exit.NOT_FOUND  # there is none in it yet
    capsys.readouterr()
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"backend.sqlite"}


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_database_url_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert database_url(blank) == f"sqlite:///{tmp_path / 'kraty-console' / 'backend.sqlite'}"
