"""`diagnose`: the faults of a player as the console sees them, on a real backend, and what it does not claim."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.contract.session import GAME_VIEWER
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.client.scripted_server import ok, wired
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TroubledGame]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("diagnose")).fresh(), Rate(0)).running() as running:
        world = make_troubled_game(running)
        ban = {"reason": "cheating\x1b[31m", "idempotencyKey": "ban-0001"}
        world.register("banned")
        assert world.post(f"{world.player('banned')}/ban", ban).status == 200
        credit = {"amount": 50, "reason": "lost race", "ticket": "ZD-7", "idempotencyKey": "credit-0001"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", credit).status == 200
        yield world


@pytest.fixture
def member(
    troubled: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, troubled, GAME_VIEWER)
    return Member(capsys)


def test_each_fault_names_its_row_and_one_step(troubled: TroubledGame, member: Member) -> None:
    result = member.run("diagnose", "alice", "--json")
    report = result.json
    assert (result.code, result.err, report["wrong"]) == (10, "", True)
    faults = {each["rowId"]: each for each in report["faults"]}
    failed = faults[troubled.attempts["unrolled"]]
    assert (failed["fault"], failed["pane"], failed["severity"]) == ("roll_failed", "attempts", "wrong")
    assert failed["action"]["title"] == "Retry roll"
    assert failed["action"]["operation"] == "retry_roll"
    assert "loot" in failed["evidence"]["roll error"]
    assert failed["since"] == failed["evidence"]["rolled at"]
    assert {each["id"]: each["reason"] for each in failed["excluded"]} == {
        "attempt.force_complete": "this attempt is already complete"
    }
    late = faults[troubled.attempts["late"]]
    assert (late["fault"], late["action"]["id"]) == ("never_finished", "attempt.force_complete")
    assert any(each["id"] == "attempt.retry_roll" for each in late["excluded"])
    pending = faults[troubled.grants["pending"]]
    assert (pending["pane"], pending["action"]["title"]) == ("grants", "Force-claim")
    assert pending["evidence"]["contents"] == "7 gold and 1 sword"
    assert report["faults"][0]["fault"] == "roll_failed"
    assert troubled.attempts["done"] not in faults


def test_in_words_it_says_the_same(troubled: TroubledGame, member: Member) -> None:
    result = member.run("diagnose", "alice")
    assert result.code == 10
    report = member.run("diagnose", "alice", "--json").json
    assert f"alice: {len(report['faults'])} faults." in result.out
    for fault in report["faults"]:
        assert f"{fault['pane']} {fault['rowId']}" in result.out
        assert fault["advice"] in result.out
    unrolled = troubled.attempts["unrolled"]
    assert f"action    Retry roll: kraty-console act retry-roll {unrolled} --reason …" in result.out
    assert "not       Force-complete: this attempt is already complete" in result.out


def test_a_player_is_found_as_show_finds_them(member: Member) -> None:
    assert member.run("diagnose", "'alicia'").code == 0
    for words in ("other@example.org", "please look at alicia, other@example.org", "ghost"):
        told, shown = member.run("diagnose", words), member.run("show", words)
        assert (told.code, told.err) == (shown.code, shown.err)
    assert shown.code == 3


def test_nothing_wrong_ends_with_0(member: Member) -> None:
    result = member.run("diagnose", "alicia")
    assert result.code == 0
    assert "Nothing can be wrong here" in result.out
    assert member.run("diagnose", "alicia", "--json").json["faults"] == []


def test_what_was_paid_under_the_ticket_holds_the_roll_back(troubled: TroubledGame, member: Member) -> None:
    def failed_roll(*options: str) -> dict[str, Any]:
        faults = member.run("diagnose", "alice", "--json", *options).json["faults"]
        return next(each for each in faults if each["rowId"] == troubled.attempts["unrolled"])

    other, ours = failed_roll("--ticket", "ZD-8"), failed_roll("--ticket", "ZD-7")
    assert other["action"]["command"] == ["kraty-console", "act", "retry-roll", troubled.attempts["unrolled"]]
    for fault, stops in ((other, False), (ours, True)):
        (paid,) = fault["cautions"]
        assert (paid["rule"], paid["tickets"], paid["stops"]) == ("paid_by_hand", ["ZD-7"], stops)
        assert "50 gold credited" in paid["words"]
        assert len(paid["rows"]) == 1
    assert ours["action"] is None
    assert ours["advice"].startswith("Do not pay twice: 50 gold credited")
    assert ours["evidence"]["earlier changes"] == paid["rows"][0]
    text = member.run("diagnose", "alice").out
    assert "Do not pay twice: 50 gold credited" in text
    assert f"(row {paid['rows'][0]})" in text


def test_a_ban_is_something_wrong(member: Member) -> None:
    result = member.run("diagnose", "banned")
    assert result.code == 10
    assert 'The player is banned ("cheating' in result.out


def test_it_claims_no_more_than_was_loaded(troubled: TroubledGame, member: Member) -> None:
    result = member.run("diagnose", "alice", "--limit", "1")
    assert " in the 1 of 5 attempts" in result.out
    assert member.run("diagnose", "alice", "--limit", "1", "--json").json["loaded"]["attempts"] == {
        "rows": 1,
        "total": 5,
        "unreadable": 0,
        "provided": True,
    }


@pytest.mark.parametrize("value", [[{"status": "completed"}], "none"])
async def test_what_could_not_be_read_is_not_fine(
    member: Member, monkeypatch: pytest.MonkeyPatch, value: Any, troubled: TroubledGame
) -> None:
    player = {"player": {"externalPlayerId": "x", "ban": None}, "attempts": value, "grants": []}
    me = {
        "member": {"id": "m"},
        "studios": [
            {"id": troubled.tenant.studio_id, "name": "S", "games": [{"id": troubled.tenant.game_id, "slug": "g"}]}
        ],
    }
    async with wired(ok(me), ok(player), ok(me), ok(player)) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        told = await asyncio.to_thread(member.run, "diagnose", "x")
        raw = await asyncio.to_thread(member.run, "diagnose", "x", "--json")
    assert (told.code, raw.code) == (1, 1)
    assert "could not be read" in told.out
    assert "Nothing is wrong" not in told.out
    assert "could not be read" in raw.err
    assert raw.json["unknown"]


async def test_a_complete_list_without_faults_counts_what_was_loaded(
    member: Member, monkeypatch: pytest.MonkeyPatch, troubled: TroubledGame
) -> None:
    attempts = [{"id": f"a-{n}", "status": "completed", "rewardPolicy": "none", "roll": None} for n in range(2)]
    player = {
        "player": {"externalPlayerId": "x", "ban": None, "email": "x@example.com"},
        "attempts": attempts,
        "grants": [],
        "lobbies": [],
        "summary": {"attemptCount": 69},
    }
    me = {
        "member": {"id": "m"},
        "studios": [
            {"id": troubled.tenant.studio_id, "name": "S", "games": [{"id": troubled.tenant.game_id, "slug": "g"}]}
        ],
    }
    async with wired(ok(me), ok(player)) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        told = await asyncio.to_thread(member.run, "diagnose", "x")
    assert told.code == 0
    assert "Nothing is wrong in the 2 of 69 attempts loaded" in told.out
