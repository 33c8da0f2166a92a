"""`worklog`: what `act` and the console recorded under a ticket, without asking the backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.contract.session import GAME_ADMIN
from tests.harness.cli.acts import WHY
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    database = SqliteFiles(tmp_path_factory.mktemp("worklog")).fresh()
    with Backend(database, Rate(0)).running() as running:
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


def test_the_worklog_of_a_ticket(world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    assert member.run("worklog").code == 3
    assert member.run("act", "force-claim", world.grants["pending"], *WHY).code == 0
    assert member.run("act", "retry-roll", world.attempts["unrolled"], "--ticket", "ZD-7").code == 6
    assert member.run("act", "note", "alice", "--text", "rude on the phone", "--ticket", "ZD-8").code == 0
    assert member.run("act", "credit", "alice", "gold=5", "--reason", "no ticket").code == 0
    monkeypatch.delenv("KRATY_TOKEN")  # the backend is not asked
    listed = member.run("worklog")
    assert [line.partition("UTC  ")[2] for line in listed.out.splitlines()] == [
        "ZD-8  1 player, 1 change",
        "ZD-7  1 player, 1 change",
    ]
    assert [each["ticket"] for each in member.run("worklog", "--json").json["tickets"]] == ["ZD-8", "ZD-7"]
    told = member.run("worklog", "ZD-7")
    claim, audit, roll, request = told.out.splitlines()[2:]
    assert claim.endswith(": pending → claimed, delivered gold +7 and sword +1")
    assert audit.startswith("  - audit: http://127.0.0.1")
    assert "**Retry roll** · alice (race, attempt " in roll
    assert "**not applied**: conflict: " in roll
    assert request.startswith("  - request: ")
    records = member.run("worklog", "ZD-7", "--json").json["records"]
    assert [(each["change"], each["outcome"]) for each in records] == [
        ("Force-claim", "applied"),
        ("Retry roll", "refused"),
    ]
    reply = member.run("worklog", "ZD-7", "--reply")
    assert "We delivered your reward: 7 gold and 1 sword." in reply.out
    assert member.run("worklog", "ZD-8", "--reply").code == 3
    assert "rude" not in member.run("worklog", "ZD-8").out
    assert member.run("worklog", "ZD-9").code == 3
    assert member.run("worklog", "--reply").code == 2
