"""`kraty-console server` against a real backend: output and exit codes."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.cli import server
from kraty_console.cli.main import run
from kraty_console.contract.characters import invisible_part
from tests.data import load_hostile
from tests.harness.client.scripted_server import answers, wired
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


WHY = ("--reason", "the same person")


@dataclass(frozen=True)
class RunResult:
    """The exit code and output of a run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out.isascii()
        return json.loads(self.out)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("server")).fresh(), Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TroubledGame:
    """A game whose server key is in the environment."""
    for name in ("KRATY_STUDIO", "KRATY_GAME", "KRATY_PROFILE", "KRATY_ENVIRONMENT", "KRATY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    game = make_troubled_game(backend)
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KRATY_URL", f"http://127.0.0.1:{backend.port}")
    monkeypatch.setenv("KRATY_SERVER_KEY", game.keys["server_integration"])
    return game


@pytest.fixture
def run_server(capsys: pytest.CaptureFixture[str]) -> Any:
    def run_with(*arguments: str) -> RunResult:
        code = run(("server", *arguments))
        captured = capsys.readouterr()
        assert not CONTROL.search(captured.out + captured.err)
        return RunResult(code, captured.out, captured.err)

    return run_with


def test_get_and_ping(world: TroubledGame, run_server: Any) -> None:
    shown = run_server("get", "alice")
    assert (shown.code, shown.err) == (0, "")
    assert "alice" in shown.out
    assert run_server("get", "alice", "--json", "--limit", "2").json["player"]["externalPlayerId"] == "alice"
    captured = run_server("ping")
    assert world.keys["server_integration"][:8] in captured.out
    assert world.keys["server_integration"] not in captured.out
    assert run_server("ping", "--json").json["apiKey"]["permissionSet"] == "server_integration"


def test_grants_credits_and_debits(world: TroubledGame, run_server: Any) -> None:
    result = run_server("grant", "new/player", "currency:gold=50", "item:sword=2", "--reference", "r-1")
    assert (result.code, result.err) == (0, "")
    assert re.search(r"new/player is given 50 gold and 2 sword: grant [0-9a-f-]{36}, pending", result.out)
    once = ("credit", "new/player", "gold", "30", "--reason", "iap", "--idempotency-key", "receipt-1")
    assert run_server(*once).out == "new/player has 30 gold\n"
    assert run_server(*once).out == "new/player has 30 gold; this was already done, nothing was changed\n"
    assert run_server("debit", "new/player", "gold", "10", "--json").json["balance"] == 20
    short = run_server("debit", "new/player", "gold", "21")
    assert (short.code, short.out) == (1, "")
    assert "has 20 gold, 21 are needed" in short.err
    assert run_server("give-item", "new/player", "sword", "3").out == "new/player has 3 sword\n"
    assert run_server("take-item", "new/player", "sword", "1", "--json").json["quantity"] == 2
    [row] = world.audit_rows(action="wallet.credit")
    assert (row["reason"], row["idempotencyKey"]) == ("iap", "receipt-1")


def test_a_merge_is_shown_before_it_is_made(world: TroubledGame, run_server: Any) -> None:
    run_server("credit", "alice", "gold", "30")
    run_server("credit", "alicia", "gold", "500")
    before = world.backend.counts()
    dry = run_server("merge", "alice", "alicia", "--dry-run")
    assert dry.code == 0
    lines = {
        line.split()[0]: line.split()[1:] for line in dry.out.splitlines() if line.startswith(("gold", "attempts "))
    }
    assert lines["gold"] == ["30", "500", "530"]
    assert "alice into alicia; nothing was changed" in dry.out
    sums = {
        each["what"]: each["together"]
        for each in run_server("merge", "alice", "alicia", "--dry-run", "--json").json["sums"]
    }
    assert (sums["attempts"], sums["gold"]) == (5, 530)
    assert world.backend.counts() == before
    result = run_server("merge", "alice", "alicia", "--reason", "signed in today", "--ticket", "ZD-9")
    assert (result.code, result.err) == (0, "")
    assert "alice is merged into alicia: 5 attempts" in result.out
    assert "The id alice is free." in result.out
    for row in world.audit_rows(action="player.merge"):
        assert (row["reason"], row["ticket"]) == ("signed in today", "ZD-9")
    again = run_server("merge", "alice", "alicia", *WHY)
    assert (again.code, "nothing was changed" in again.out) == (0, True)
    assert run_server("merge", "alice", "alicia", *WHY, "--json").json["status"] == "no_op_already_merged"
    after = {row["economyKey"]: row["balance"] for row in run_server("get", "alicia", "--json").json["wallet"]}
    assert after["gold"] == 530


def test_a_merge_that_would_be_refused(world: TroubledGame, run_server: Any) -> None:
    run_server("ban", "alicia", "--reason", "cheating")
    dry = run_server("merge", "alice", "alicia", "--dry-run")
    assert (dry.code, "It would be refused: alicia is banned: lift the ban first." in dry.out) == (1, True)
    real = run_server("merge", "alice", "alicia", *WHY)
    assert (real.code, real.out) == (1, "")
    assert "banned" in real.err
    other = run_server("merge", "alicia", "alice", "--dry-run")
    assert "Note: alicia is banned (cheating): the ban moves to the target." in other.out
    assert run_server("unban", "alicia", *WHY, "--ticket", "ZD-9").out == "alicia may play again\n"
    (lifted,) = world.audit_rows(action="player.unban")
    assert (lifted["reason"], lifted["ticket"]) == (WHY[1], "ZD-9")
    for how in (WHY, ("--dry-run",)):
        assert run_server("merge", "alice", "alice", *how).code == 1
        assert run_server("merge", "ghost", "alice", *how).code == 3


def test_erasing_needs_confirmation(world: TroubledGame, run_server: Any) -> None:
    assert run_server("delete", "alice").code == 2
    export = run_server("export", "alice").json
    assert (export["schemaVersion"], len(export["attempts"])) == (1, 5)
    gone = run_server("delete", "alice", "--yes")
    assert re.fullmatch(r"alice is erased; the anonymous rest is under __deleted_[0-9a-f-]{36}__\n", gone.out)
    assert "already" in run_server("delete", "alice", "--yes").out
    assert "No player ever had the id ghost" in run_server("delete", "ghost", "--yes").out
    assert run_server("delete", "ghost", "--yes", "--json").json["status"] == "no_op_never_existed"
    assert run_server("get", "alice").code == 3


def test_an_unknown_key(world: TroubledGame, run_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRATY_SERVER_KEY", world.keys["client_sdk"])
    wrong = run_server("get", "alice")
    assert (wrong.code, wrong.out) == (4, "")
    assert "server_integration" in wrong.err
    monkeypatch.setenv("KRATY_SERVER_KEY", "sUUVdrM8." + "k" * 43)
    unknown = run_server("get", "alice")
    assert (unknown.code, unknown.out) == (4, "")
    assert "the key is not known here" in unknown.err
    monkeypatch.delenv("KRATY_SERVER_KEY")
    missing = run_server("get", "alice")
    assert (missing.code, "KRATY_SERVER_KEY" in missing.err) == (2, True)


def test_sources_of_the_key(
    world: TroubledGame, run_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KRATY_SERVER_KEY")
    key = world.keys["server_integration"]
    monkeypatch.setattr("sys.stdin", io.StringIO(key + "\n"))
    assert run_server("ping", "--key-stdin").code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "has no key" in run_server("ping", "--key-stdin").err
    monkeypatch.delenv("KRATY_URL")
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    for source in (f'server_key_file = "{tmp_path / "key"}"', f"server_key_command = ['cat', '{tmp_path / 'key'}']"):
        (tmp_path / "config.toml").write_text(
            f'[profiles.live]\nurl = "http://127.0.0.1:{world.backend.port}"\n{source}\n'
        )
        assert run_server("ping").code == 0
    (tmp_path / "key").chmod(0o644)
    (tmp_path / "config.toml").write_text(
        f'[profiles.live]\nurl = "http://127.0.0.1:1"\nserver_key_file = "{tmp_path}/key"'
    )
    assert "chmod 600" in run_server("ping").err
    monkeypatch.setenv("KRATY_URL", "http://127.0.0.1:2")
    assert "there is no server key" in run_server("ping").err


USAGE = [
    ("grant", "alice"),
    ("grant", "alice", "gold=5"),
    ("grant", "alice", "currency:gold"),
    ("grant", "alice", "currency:gold=0"),
    ("grant", "alice", "currency:gold=1.5"),
    ("grant", "alice", "money:gold=1"),
    ("grant", "alice", "currency:=1"),
    ("credit", "alice", "gold", "0"),
    ("credit", "alice", "gold", "-1"),
    ("credit", "alice", "gold", "1000000001"),
    ("merge", "alice"),
    ("merge", "alice", "alicia"),
    ("merge", "alice", "alicia", "--reason", "  x "),
    ("ban", "alice"),
    ("unban", "alice"),
    ("get", ""),
    ("get", "alice", "--limit", "201"),
    ("nonsense",),
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_usage_errors_end_with_2_and_send_nothing(
    world: TroubledGame, run_server: Any, arguments: tuple[str, ...]
) -> None:
    before = world.backend.counts()
    result = run_server(*arguments)
    assert (result.code, result.out) == (2, "")
    assert world.backend.counts() == before


def test_a_read_only_profile_reads_and_changes_nothing(
    world: TroubledGame, run_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRATY_READ_ONLY", "1")
    before = world.backend.counts()
    for arguments in (
        ("merge", "alice", "alicia", *WHY),
        ("credit", "alice", "gold", "1"),
        ("delete", "alice", "--yes"),
    ):
        result = run_server(*arguments)
        assert (result.code, "read-only" in result.err) == (2, True)
    assert run_server("merge", "alice", "alicia", "--dry-run").code == run_server("get", "alice").code == 0
    assert world.backend.counts() == before


def test_hostile_ids_and_names_are_sent_unchanged(world: TroubledGame, run_server: Any) -> None:
    names = [each.value for each in load_hostile() if each.can_be_text and 0 < len(each.value) <= 100]
    for name in [each for each in names if "\0" not in each and not each.startswith("-")][::20]:
        assert run_server("credit", "--json", "--", "alice", "gold", "1").code == 0
        assert run_server("grant", "--exact", name, "currency:gold=1").code == 0
        shown = run_server("merge", "--exact", name, "alicia", "--dry-run")
        assert shown.code == 0
        assert run_server("merge", "--exact", name, "alicia", *WHY, "--json").json["fromExternalPlayerId"] == name


@pytest.mark.parametrize("status", [200, 403, 409])
async def test_an_unknown_outcome_names_the_idempotency_key(
    status: int, world: TroubledGame, capsys: pytest.CaptureFixture[str]
) -> None:
    async with wired(answers(status, b"<html>")) as wire:
        code = await asyncio.to_thread(
            run, ("server", "credit", "a", "gold", "1", "--url", wire.url, "--idempotency-key", "mine")
        )
    captured = capsys.readouterr()
    assert (code, captured.out) == (1, "")
    assert "Run the command again with --idempotency-key mine" in captured.err
    assert {request.json["idempotencyKey"] for request in wire.heard} == {"mine"}


async def test_the_headers_of_the_profile_are_sent(
    world: TroubledGame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KRATY_URL")
    monkeypatch.setenv("GATE", "open sesame")
    async with wired(answers(401, {"error": {"code": "session_invalid", "message": "no"}})) as wire:
        (tmp_path / "config.toml").write_text(
            f'[profiles.a]\nurl = "{wire.url}"\n[profiles.a.headers]\nX-Gate = {{ env = "GATE" }}\n'
        )
        assert await asyncio.to_thread(run, ("server", "ban", "a", "--reason", "cheats", "--profile", "a")) != 0
    assert [request.headers["x-gate"] for request in wire.heard] == ["open sesame"]
    assert "sesame" not in "".join(capsys.readouterr())


GHOSTS = [
    *(
        "judy\r",
        "judy ",
        " judy",
        "judy\t",
        "judy\n",
        "\u200bjudy",
        "judy\u200b",
        "ju\u200bdy",
        "judy\ufeff",
        "\u2060judy",
    ),
    *("judy\u00a0", "judy\u2800", "\u3164judy", "ju\x07dy", "judy\u200d", "\u202ejudy", "ju\u00addy", "judy\u2028"),
]
"""Ids that look like `judy`."""

NAMING_A_PLAYER = {
    "grant": lambda ghost: ("grant", ghost, "currency:gold=1"),
    "credit": lambda ghost: ("credit", ghost, "gold", "1"),
    "debit": lambda ghost: ("debit", ghost, "gold", "1"),
    "give-item": lambda ghost: ("give-item", ghost, "sword", "1"),
    "take-item": lambda ghost: ("take-item", ghost, "sword", "1"),
    "get": lambda ghost: ("get", ghost),
    "export": lambda ghost: ("export", ghost),
    "delete": lambda ghost: ("delete", ghost, "--yes"),
    "ban": lambda ghost: ("ban", ghost, "--reason", "cheating"),
    "unban": lambda ghost: ("unban", ghost),
    "merge from": lambda ghost: ("merge", ghost, "alice"),
    "merge into": lambda ghost: ("merge", "alice", ghost),
}


class TestIdsThatLookLikeAnothers:
    @pytest.mark.parametrize("command", NAMING_A_PLAYER)
    def test_every_command_refuses_them(self, world: TroubledGame, run_server: Any, command: str) -> None:
        before = world.backend.counts()
        for ghost in GHOSTS:
            result = run_server(*NAMING_A_PLAYER[command](ghost))
            assert result.code == 2, ghost
            assert "which is invisible" in result.err
            assert "--exact" in result.err
        assert world.backend.counts() == before

    @pytest.mark.parametrize("place", ["before", "behind"])
    def test_exact_accepts_invisible_characters(self, world: TroubledGame, run_server: Any, place: str) -> None:
        named = ("judy\u200b", "currency:gold=1")
        result = run_server("grant", "--exact", *named) if place == "before" else run_server("grant", *named, "--exact")
        assert result.code == 0
        assert run_server("get", "judy\u200b", "--exact").code == 0
        assert run_server("get", "judy").code == 3

    def test_every_command_that_names_a_player_is_among_these(self) -> None:
        tried = {name.partition(" ")[0] for name in NAMING_A_PLAYER}
        assert tried == set(server._COMMANDS) - {"ping"}

    @pytest.mark.parametrize(
        "plain", ["judy d", "dave.k", "a\u0301", "\u2764\ufe0f", "\U0001f469\u200d\U0001f680", "\u05d0\u05d1", "x"]
    )
    def test_visible_ids_are_accepted(self, plain: str) -> None:
        assert invisible_part(plain) is None
