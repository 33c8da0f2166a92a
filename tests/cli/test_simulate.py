"""`backend simulate`: calls to a real backend, counters, seeds and limits."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.cli.main import run
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import HOUR, TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

FAST = ("--rate", "1000000")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("simulate")).fresh(), Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> TroubledGame:
    """A game with a race to win, and one without a target; its client key is in the environment."""
    game = make_troubled_game(backend)
    game.mend_table()

    async def work(tx: Transaction) -> None:
        ctx = game.context()
        metrics = [{"key": "steps"}]
        await catalog.put_event(tx, ctx, "walk", name="Walk", metrics=metrics, reward_policy={"type": "none"})
        for event in ("race", "walk"):
            await catalog.put_window(tx, ctx, event, starts_at=ctx.now_ms - HOUR, ends_at=ctx.now_ms + HOUR)

    backend.run(work)
    monkeypatch.setenv("KRATY_URL", f"http://127.0.0.1:{backend.port}")
    monkeypatch.setenv("KRATY_CLIENT_KEY", game.keys["client_sdk"])
    return game


def simulated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code = run(("backend", "simulate", *FAST, "--json", *arguments))
    output = capsys.readouterr()
    assert (code, output.err) == (0, "")
    result: dict[str, Any] = json.loads(output.out)
    return result


def rows(world: TroubledGame, table: sa.Table) -> list[dict[str, Any]]:
    """The game's rows of players that were simulated."""
    ids = sa.select(tables.players.c.player_id).where(tables.players.c.external_player_id.startswith("sim_"))
    mine = sa.select(table).where(table.c.game_id == world.tenant.game_id, table.c.player_id.in_(ids))
    return world.backend.run(lambda tx: tx.all(mine))


def test_the_summary_matches_the_backend(world: TroubledGame, capsys: pytest.CaptureFixture[str]) -> None:
    output = simulated(capsys, "--players", "5", "--calls", "120", "--seed", "7")
    assert (output["players"], output["calls"], output["failed"]) == (5, 120, {})
    names = {row["external_player_id"] for row in rows(world, tables.players)}
    assert names == {f"sim_7_{number:04}" for number in range(1, 6)}
    attempts = rows(world, tables.attempts)
    assert len(attempts) == output["started"]
    over = sum(attempt["status"] != "in_progress" for attempt in attempts)
    assert output["finished"] - 5 <= over <= output["finished"] + 5
    claimed = [grant for grant in rows(world, tables.grants) if grant["status"] == "claimed"]
    assert len(claimed) == output["claimed"] + output["opened"] > 0
    assert {row["last_context"]["country"] for row in rows(world, tables.players) if row["last_context"]}


def test_the_same_seed_gives_the_same_calls(
    backend: Backend, world: TroubledGame, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = ("--players", "1", "--calls", "30")
    first = simulated(capsys, *alone, "--seed", "3")
    second = simulated(capsys, *alone, "--seed", "3")
    other = simulated(capsys, *alone, "--seed", "4")
    counted = ("started", "finished", "crashed", "claimed")
    assert {row["external_player_id"] for row in rows(world, tables.players)} == {
        "sim_3_0001", "sim_3_0001_2", "sim_4_0001"
    }  # fmt: skip
    assert abs(first["started"] - second["started"]) <= 1  # the second run spends a call on a name that is taken
    assert [first[name] for name in counted] != [other[name] for name in counted]


def test_ctrl_c_stops_and_prints_the_summary(world: TroubledGame, capsys: pytest.CaptureFixture[str]) -> None:
    def watch() -> None:
        while len(rows(world, tables.attempts)) < 3:
            pass
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    code = run(("backend", "simulate", "--players", "3", "--rate", "500"))
    watcher.join()
    output = capsys.readouterr()
    assert (code, output.err) == (0, "")
    assert output.out.startswith("3 players made ")
    assert "attempts started" in output.out


def test_a_terminal_shows_progress(
    world: TroubledGame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("kraty_console.cli.backend_simulate._EVERY_SECONDS", 0.001)
    assert run(("backend", "simulate", *FAST, "--players", "2", "--calls", "10")) == 0
    output = terminal.getvalue()
    assert re.search(r"\r2 players · \d+ calls · \d+ started · ", output)
    assert output.endswith("\r")
    assert "\x1b" not in output
    assert capsys.readouterr().out.startswith("2 players made 10 calls in ")


def test_it_stops_after_a_time_limit_and_keeps_the_rate(
    world: TroubledGame, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(("backend", "simulate", "--players", "2", "--rate", "0.001", "--for", "0.2", "--json"))
    output = json.loads(capsys.readouterr().out)
    assert (code, output["calls"]) == (0, 1)


def test_banned_players_stop_and_others_go_on(world: TroubledGame, capsys: pytest.CaptureFixture[str]) -> None:
    world.register("sim_5_0001")
    world.post(f"{world.player('sim_5_0001')}/ban", {"reason": "cheating", "idempotencyKey": "ban-0001"})
    output = simulated(capsys, "--players", "2", "--calls", "30", "--seed", "5")
    assert (output["players"], output["refused"]["player_banned"], output["calls"]) == (1, 1, 30)


def test_address_and_key_sources(
    world: TroubledGame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ended(*arguments: str) -> tuple[int, str]:
        code = run(("backend", "simulate", "--calls", "1", *arguments))
        return code, capsys.readouterr().err

    monkeypatch.setenv("KRATY_CLIENT_KEY", world.keys["server_integration"])
    code, words = ended()
    assert (code, "client_sdk" in words) == (4, True)
    assert ended("--url", "http://127.0.0.1:1")[0] == 5
    monkeypatch.delenv("KRATY_CLIENT_KEY")
    assert ended()[0] == 2
    demo = tmp_path / "demo.json"
    assert ended("--credentials", str(demo))[0] == 2
    demo.write_text("{}")
    assert ended("--credentials", str(demo))[0] == 2
    keys = {"client_sdk": world.keys["client_sdk"]}
    demo.write_text(json.dumps({"baseUrl": f"http://127.0.0.1:{world.backend.port}", "keys": keys}))
    monkeypatch.delenv("KRATY_URL")
    assert ended()[0] == 2
    assert ended("--credentials", str(demo)) == (0, "")
    monkeypatch.setenv("KRATY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("KRATY_CLIENT_KEY", "another's")
    assert ended("--credentials", str(demo)) == (0, "")
