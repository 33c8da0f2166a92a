"""An incident through `queue`: killed, interrupted, stopped, raced and cut off; each player exactly once."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.contract.session import GAME_ADMIN
from tests.harness.cli.incident import FAILED, make_incident, rolls_of
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles
from tests.harness.e2e.demo_backend import KRATY_CONSOLE
from tests.harness.terminal.program import Terminal

TICKET = "INC-1"
ROLL = ("--group", "roll_failed", "--action", "retry-roll", "--reason", "the table was archived", "--ticket", TICKET)

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class Meddler:
    """A layer around the backend that a test may have meddle with changes."""

    def __init__(self) -> None:
        self.act: Callable[[Application, Scope, Any, Any], Awaitable[None]] | None = None

    def __call__(self, app: Application) -> Application:
        async def layer(scope: Scope, receive: Any, send: Any) -> None:
            if self.act is not None and scope["type"] == "http" and scope["method"] == "POST":
                await self.act(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return layer


@pytest.fixture(scope="module")
def meddler() -> Meddler:
    return Meddler()


@pytest.fixture(scope="module", params=KINDS)
def databases(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def backend(
    databases: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, meddler: Meddler
) -> Iterator[Backend]:
    if databases == "sqlite":
        url = SqliteFiles(tmp_path_factory.mktemp("incident")).fresh()
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        url = server.fresh()
    with Backend(url, Rate(0), wrap=meddler).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend, meddler: Meddler) -> Iterator[TroubledGame]:
    yield make_troubled_game(backend)
    meddler.act = None


@pytest.fixture
def member(
    world: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, world, GAME_ADMIN)
    monkeypatch.chdir(tmp_path)
    return Member(capsys)


def incident(world: TroubledGame, failed: int, rolled: int = 0) -> str:
    """The file that names the players."""
    Path("players.csv").write_text("player_id\n" + "\n".join(make_incident(world, failed, rolled)) + "\n")
    return "players.csv"


def terminal(*arguments: str) -> Terminal:
    """The command on a terminal, in a process of its own."""
    env = {name: value for name, value in os.environ.items() if name.startswith("KRATY_")}
    return Terminal([*KRATY_CONSOLE, "queue", *arguments], env=env, cwd=Path.cwd(), patience=240)


def states(report: str = "r.jsonl") -> Counter[str]:
    return Counter(json.loads(line)["state"] for line in Path(report).read_text().splitlines())


def rolled_once(world: TroubledGame, count: int) -> None:
    """Each player of the incident has one grant, and one audit row of its roll."""
    rolls = {name: number for name, number in rolls_of(world).items() if name.startswith(FAILED)}
    assert (len(rolls), set(rolls.values())) == (count, {1})
    rows: list[Any] = []
    for page in range(0, count, 200):
        query = f"{world.log}?ticket={TICKET}&limit=200"
        cursor = f"&cursor={rows[-1]}" if page else ""
        data = world.get(query + cursor).data
        rows = [*rows[:-1], *(each["player"]["externalPlayerId"] for each in data["rows"]), data["nextCursor"]]
    assert Counter(rows[:-1]) == Counter(dict.fromkeys(rolls, 1))


def test_five_hundred_players_are_rolled_once_each_though_it_is_killed_twice(
    world: TroubledGame, member: Member, meddler: Meddler, databases: str
) -> None:
    """Half of them have a failed roll; killed during the look-up, and with changes under way that nobody hears of."""
    half = 250 if databases == "sqlite" else 40
    source = incident(world, half, half)
    with terminal(source, *ROLL, "--confirm", str(half)) as first:
        first.wait_for("players looked up")
        first.signal(signal.SIGKILL)
        assert first.wait_exit() == -signal.SIGKILL
    (queue,) = member.run("queue", "--list", "--json").json["queues"]
    assert (queue["state"], queue["rows"]) == ("not confirmed", 2 * half)
    second = terminal("--resume")
    heard: list[str] = []

    async def kill(app: Application, scope: Scope, receive: Any, send: Any) -> None:
        heard.append(scope["path"])
        if len(heard) == half // 2:
            second.signal(signal.SIGKILL)
        await app(scope, receive, send)

    meddler.act = kill
    with second:
        assert second.wait_exit() == -signal.SIGKILL
    meddler.act = None
    assert re.search(rb"\d+ of %d changes" % half, second.sent)
    (queue,) = member.run("queue", "--list", "--json").json["queues"]
    assert queue["state"] == "unfinished"
    assert half // 2 <= queue["left"] < half
    result = member.run("queue", "--resume", queue["id"], "--report", "r.jsonl")
    assert result.code == 0, result
    assert f"{half} done" in result.out
    assert states() == {"done": half, "not_in_group": half}
    rolled_once(world, half)
    assert [json.loads(line)["externalPlayerId"] for line in Path("r.jsonl").read_text().splitlines()] == (
        Path(source).read_text().split()[1:]
    )
    before = world.backend.counts()
    assert member.run("queue", "--resume", queue["id"]).code == 0
    assert world.backend.counts() == before


def test_a_row_that_a_colleague_changes_after_the_preview_is_skipped(world: TroubledGame, member: Member) -> None:
    source = incident(world, 3)
    attempt = world.get(world.player("hit_1")).data["attempts"][0]["id"]
    with terminal(source, *ROLL, "--report", "r.jsonl") as console:
        console.wait_for("Type 3 to send them")
        body = {"reason": "by hand", "idempotencyKey": "colleague-1"}
        assert world.post(f"{world.game}/attempts/{attempt}/retry-reward-roll", body).status == 200
        console.type("3")
        console.press("Enter")
        console.wait_for("it changed after the preview")
        assert console.wait_exit() == 9
    assert states() == {"done": 2, "skipped": 1}
    skipped = next(json.loads(line) for line in Path("r.jsonl").read_text().splitlines() if "skipped" in line)
    assert skipped["externalPlayerId"] == "hit_1"
    rolls = rolls_of(world)
    assert [rolls[f"hit_{n}"] for n in range(3)] == [1, 1, 1]
    assert member.run("queue", "--list", "--json").json["queues"][0]["state"] == "finished"


@pytest.mark.no_database
def test_another_number_on_the_terminal_sends_nothing(world: TroubledGame, member: Member) -> None:
    source = incident(world, 2)
    with terminal(source, *ROLL) as console:
        console.wait_for("Type 2 to send them")
        console.type("3")
        console.press("Enter")
        assert console.wait_exit() == 1
        assert "Nothing was sent" in console.text()
    assert not [name for name in rolls_of(world) if name.startswith(FAILED)]
    assert member.run("queue", "--list", "--json").json["queues"] == []


@pytest.mark.no_database
def test_five_failures_in_a_row_stop_it(world: TroubledGame, member: Member) -> None:
    source = incident(world, 30)
    world.backend.run(lambda tx: catalog.archive_table(tx, world.context(), "loot"))
    result = member.run("queue", source, *ROLL, "--confirm", "30", "--report", "r.jsonl")
    assert result.code == 9
    assert "Stopped: 5 changes failed one after the other." in result.err
    told = states()
    assert 5 <= told["refused"] <= 8
    assert told["not_sent"] == 30 - told["refused"]
    assert "archived" in result.out
    world.mend_table()
    again = member.run("queue", "--resume", "--report", "r.jsonl")
    assert again.code == 9
    assert states() == {"refused": told["refused"], "done": told["not_sent"]}


@pytest.mark.no_database
def test_ctrl_c_sends_nothing_new_and_awaits_what_is_under_way(
    world: TroubledGame, member: Member, meddler: Meddler
) -> None:
    source = incident(world, 24)
    under_way: list[str] = []
    console = terminal(source, *ROLL, "--confirm", "24", "--report", "r.jsonl")

    async def interrupt(app: Application, scope: Scope, receive: Any, send: Any) -> None:
        under_way.append(scope["path"])
        if len(under_way) == 6:
            console.signal(signal.SIGINT)
        await app(scope, receive, send)

    meddler.act = interrupt
    with console:
        assert console.wait_exit() == 130
        assert b"Nothing more is sent" in console.sent
    told = states()
    assert told["done"] == len(under_way) < 24
    assert told == {"done": len(under_way), "not_sent": 24 - len(under_way)}
    meddler.act = None
    assert member.run("queue", "--resume", "--report", "r.jsonl").code == 0
    assert states() == {"done": 24}
    rolled_once(world, 24)


@pytest.mark.no_database
def test_lost_answers_are_looked_for_and_pauses_are_kept(world: TroubledGame, member: Member, meddler: Meddler) -> None:
    source = incident(world, 12)
    heard = Counter[str]()

    async def meddle(app: Application, scope: Scope, receive: Any, send: Any) -> None:
        heard["all"] += 1
        if heard["all"] % 3 == 0:  # it takes effect, and a proxy answers
            await app(scope, receive, _nowhere)
            await _answer(send, 502, b"<html>bad gateway</html>", {})
        elif heard["all"] % 5 == 0:
            error = {"code": "rate_limited", "message": "slow down", "details": {}}
            sent = dict(scope["headers"])[b"x-request-id"]
            await _answer(
                send, 429, json.dumps({"error": error}).encode(), {b"retry-after": b"0.01", b"x-request-id": sent}
            )
            heard["limited"] += 1
        else:
            await app(scope, receive, send)

    meddler.act = meddle
    result = member.run("queue", source, *ROLL, "--confirm", "12", "--report", "r.jsonl")
    assert result.code == 0, result
    assert states() == {"done": 12}
    assert heard["limited"] > 0
    rolled_once(world, 12)


@pytest.mark.no_database
def test_wherever_its_file_ends_a_resumed_queue_makes_each_change_once(
    world: TroubledGame, member: Member, tmp_path: Path
) -> None:
    source = incident(world, 3)
    assert member.run("queue", source, *ROLL, "--confirm", "3").code == 0
    (path,) = (tmp_path / "state" / "queues").iterdir()
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    confirmed = next(n for n, line in enumerate(lines) if b'"confirmed"' in line) + 1
    before = world.backend.counts()
    for kept in range(confirmed, len(lines) + 1):
        path.write_bytes(b"".join(lines[:kept]) + lines[kept - 1][:9])
        result = member.run("queue", "--resume", path.stem)
        assert (result.code, "3 done" in result.out) == (0, True), result
    (tmp_path / "state" / "journal.sqlite").unlink()
    path.write_bytes(b"".join(lines[:confirmed]))
    assert member.run("queue", "--resume").code == 0  # the keys are answered as before
    assert world.backend.counts() == before
    rolled_once(world, 3)
    path.write_bytes(data.replace(b'"kind":"input"', b'"kind":"inp', 1))
    result = member.run("queue", "--resume", path.stem)
    assert (result.code, "damaged" in result.err) == (1, True)


@pytest.mark.no_database
def test_a_queue_stays_with_its_game(world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    source = incident(world, 1)
    assert member.run("queue", source, *ROLL, "--confirm", "1").code == 0
    monkeypatch.setenv("KRATY_ENVIRONMENT", "test")
    result = member.run("queue", "--resume")
    assert result.code != 0
    assert "belongs to another backend, game or environment" in result.err


async def _nowhere(_message: Any) -> None:
    """An answer that is lost."""


async def _answer(send: Any, status: int, body: bytes, headers: dict[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})
