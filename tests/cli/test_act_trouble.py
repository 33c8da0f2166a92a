"""`act` where answers are lost, rows change meanwhile, and a person interrupts: what is said is true."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.console.headless_change import AskedChange, perform_asked
from kraty_console.contract.session import GAME_ADMIN
from tests.harness.cli.acts import WHY, done, status_of
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.client.cutting_proxy import cutting
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles


class Gateway:
    """Stands before the backend, and does one thing to the next change."""

    def __init__(self) -> None:
        self.does = ""
        """`interrupt` this process when the change is in the database, before its answer is sent, or `lose` it."""
        self.hides_features = False
        """Whether the backend no longer says that it keeps idempotency keys."""

    def around(self, app: Any) -> Any:
        async def layer(scope: Any, receive: Any, send: Any) -> None:
            if self.hides_features and scope["path"] == "/admin/v1/health":
                await _answer(send, 200, b'{"data": {"status": "ok", "features": []}}')
                return
            does = self.does if scope["method"] == "POST" else ""
            if does:
                self.does = ""
            if does == "lose":
                await _answer(send, 502, b"the gateway lost it")
            elif does == "interrupt":
                await app(scope, receive, _keep)
                os.kill(os.getpid(), signal.SIGINT)
                with suppress(ConnectionError):
                    while (await receive())["type"] != "http.disconnect":
                        pass
            else:
                await app(scope, receive, send)

        return layer


async def _keep(message: Any) -> None:
    del message


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory, gateway: Gateway) -> Iterator[Backend]:
    database = SqliteFiles(tmp_path_factory.mktemp("act-trouble")).fresh()
    with Backend(database, Rate(0), wrap=gateway.around).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    return make_troubled_game(backend)


@pytest.fixture
def member(
    world: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, world, GAME_ADMIN)
    return Member(capsys)


def test_a_row_that_changed_since_it_was_read_is_not_touched(
    world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague revokes the grant between the look and the change."""
    grant = world.grants["pending"]
    body = {"reason": "a mistake", "idempotencyKey": "colleague"}

    async def overtaken(workspace: Any, asked: AskedChange, _before_send: Any) -> Any:
        def revoke_it() -> None:
            assert world.post(f"{world.game}/grants/{grant}/revoke", body).status == 200

        return await perform_asked(workspace, asked, revoke_it)

    monkeypatch.setattr("kraty_console.cli.act_change.perform_asked", overtaken)
    result = member.run("act", "force-claim", grant, *WHY, "--json")
    assert (result.code, result.json["outcome"], result.json["changed"]) == (7, "stale", ["status pending → revoked"])
    assert status_of(world, "grants", grant) == "revoked"


@pytest.mark.parametrize("answer_bytes", [0, 40])
async def test_a_lost_answer_is_looked_up(
    world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch, answer_bytes: int
) -> None:
    async with cutting(world.backend.port) as cutter:
        cutter.answer_bytes = answer_bytes
        monkeypatch.setenv("KRATY_URL", cutter.url)
        result = await asyncio.to_thread(member.run, "act", "credit", "alice", "gold=5", *WHY)
    assert (result.code, len(done(world))) == (0, 1), result.err
    assert "The answer was lost; it did take effect, once." in result.out
    assert done(world)[0]["id"] in result.out


def test_an_interruption_says_how_to_settle_what_was_sent(
    world: TroubledGame, member: Member, gateway: Gateway
) -> None:
    gateway.does = "interrupt"
    asked = ("act", "credit", "alice", "gold=5", *WHY)
    stopped = member.run(*asked)
    assert stopped.code == 130
    assert "Interrupted. The journal has the change, and its outcome is not known" in stopped.err
    key = stopped.err.partition("--idempotency-key ")[2].split()[0]
    settled = member.run(*asked, "--idempotency-key", key)
    assert (settled.code, len(done(world))) == (0, 1), settled.err
    assert done(world)[0]["idempotencyKey"] == key
    assert done(world)[0]["id"] in settled.out


def test_what_cannot_be_found_out_is_said_and_is_settled_later(
    world: TroubledGame, member: Member, gateway: Gateway
) -> None:
    gateway.does, gateway.hides_features = "lose", True
    asked = ("act", "credit", "alice", "gold=5", *WHY)
    lost = member.run(*asked, "--json")
    assert (lost.code, lost.json["outcome"], done(world)) == (8, "unknown", [])
    assert "It is not known whether it took effect. Nothing is sent again by itself." in lost.err
    key = ("--idempotency-key", lost.json["idempotencyKey"])
    assert member.run(*asked, *key).code == 8, "still without evidence"
    assert member.run("worklog", "ZD-7").out.splitlines()[2].endswith(": **not known** whether it took effect")
    gateway.hides_features = False
    settled = member.run(*asked, *key)
    assert (settled.code, len(done(world))) == (0, 1), settled.err
    assert "gold" in member.run("worklog", "ZD-7", "--reply").out
