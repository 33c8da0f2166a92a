"""`queue` on a real backend: groups, previews, one change for a group, and the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.contract.session import GAME_ADMIN, GAME_VIEWER
from tests.harness.cli.incident import make_incident, rolls_of
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

ROLL = ("--group", "roll_failed", "--action", "retry-roll", "--reason", "the table was archived")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("queue")).fresh(), Rate(0)).running() as running:
        yield running


@pytest.fixture
def world(backend: Backend) -> TroubledGame:
    """A game of its own, with three failed rolls and three good ones."""
    world = make_troubled_game(backend)
    make_incident(world, 3, 3)
    return world


@pytest.fixture
def member(
    world: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, world, GAME_ADMIN)
    monkeypatch.chdir(tmp_path)
    return Member(capsys)


def waiting(member: Member) -> str:
    """The group of players with a grant that waits: by this machine's clock it may be past its expiry."""
    (group,) = member.run("queue", listed("fine_0", name="one.txt"), "--json").json["groups"]
    assert group["group"] in ("grant_pending", "grant_overdue")
    return str(group["group"])


def listed(*lines: str, name: str = "players.txt") -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def test_players_are_grouped_by_what_is_wrong(member: Member) -> None:
    group = waiting(member)
    source = listed("player_id,level", "hit_0,1", "hit_1,1", "fine_0,2", "alicia,3", "ghost,4", "hit_0,5")
    result = member.run("queue", source)
    assert result.code == 9
    rows = [line.split() for line in result.out.splitlines()]
    assert ["roll_failed", "2", "2", "retry-roll", "the", "reward", "roll", "failed"] in rows
    assert any(row[:3] == [group, "1", "1"] for row in rows)
    assert ["fine", "1", "nothing", "is", "known", "to", "be", "wrong"] in rows
    assert "line 6: ghost: no player has exactly this id or e-mail" in result.err
    assert "column player_id" in result.err
    told = member.run("queue", source, "--json").json
    assert [(each["group"], each["players"]) for each in told["groups"]] == [
        ("roll_failed", 2),
        (group, 1),
        ("fine", 1),
    ]
    assert [each["groups"] for each in told["rows"]] == [
        ["roll_failed"],
        ["roll_failed"],
        [group],
        ["fine"],
        [],
        ["roll_failed"],
    ]
    assert member.run("queue", listed("hit_0", "fine_0")).code == 0


def test_emails_and_marks_around_ids_are_found(member: Member) -> None:
    told = member.run("queue", listed("e-mail", "OTHER@example.org", "'alicia'", "<alicia>"), "--json").json
    assert [each["externalPlayerId"] for each in told["rows"]] == ["alicia"] * 3
    assert told["players"] == 1


def test_a_dry_run_shows_every_row_and_sends_nothing(world: TroubledGame, member: Member) -> None:
    before = world.backend.counts()
    result = member.run("queue", listed("hit_0", "hit_1", "fine_0"), *ROLL, "--dry-run")
    assert result.code == 0
    assert "grants: none → what the roll gives" in result.out
    assert [line.split()[0] for line in result.out.splitlines() if line.startswith("  ")] == ["hit_0", "hit_1"]
    assert "2 changes for 2 players." in result.err
    told = member.run("queue", "players.txt", *ROLL, "--dry-run", "--json").json
    assert (told["count"], told["refused"]) == (2, [])
    assert {each["operation"] for each in told["changes"]} == {"retry_roll"}
    assert world.backend.counts() == before
    assert member.run("queue", "--list", "--json").json == {"queues": []}


def test_what_the_state_rules_out_is_refused_in_the_preview(member: Member) -> None:
    order = ("--group", waiting(member), "--action", "grant.force_claim", "--reason", "receiver down")
    result = member.run("queue", listed("fine_0", "fine_1", "alice"), *order, "--dry-run", "--json")
    told = result.json
    assert result.code == 0
    assert told["totals"] == [
        {"type": "currency", "key": "gold", "count": 307},
        {"type": "item", "key": "sword", "count": 1},
    ]
    result = member.run(
        "queue", "players.txt", "--group", "all", "--action", "force-complete", "--reason", "late", "--dry-run"
    )
    assert result.code == 9
    assert "refused: this attempt is already complete" in result.out


def test_a_confirmed_change_is_made_once_and_reported_in_order(world: TroubledGame, member: Member) -> None:
    source = listed("hit_1", "ghost", "fine_0", "hit_0", "alicia", "hit_1")
    result = member.run("queue", source, *ROLL, "--ticket", "ZD-7", "--confirm", "2", "--report", "r.jsonl")
    assert result.code == 9
    assert "2 done, 1 nothing wrong, 1 not in the group, 1 not found" in result.out
    rows = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    told = [(each["line"], each["externalPlayerId"], each["state"], each["sameAsLine"]) for each in rows]
    assert told == [
        (1, "hit_1", "done", None),
        (2, None, "not_found", None),
        (3, "fine_0", "not_in_group", None),
        (4, "hit_0", "done", None),
        (5, "alicia", "healthy", None),
        (6, "hit_1", "done", 1),
    ]
    assert "the roll granted" in rows[0]["words"]
    assert rolls_of(world)["hit_0"] == rolls_of(world)["hit_1"] == 1
    audit = world.audit_rows(ticket="ZD-7")
    assert {each["player"]["externalPlayerId"] for each in audit} == {"hit_0", "hit_1"}
    assert {each["reason"] for each in audit} == {"the table was archived"}
    assert rows[0]["audit"][0].endswith(next(a["id"] for a in audit if a["player"]["externalPlayerId"] == "hit_1"))


def test_reports_have_three_forms(member: Member) -> None:
    source = listed("hit_0", "=1+1", "007")
    assert member.run("queue", source, *ROLL, "--ticket", "ZD-8", "--confirm", "1", "--report", "r.csv").code == 9
    rows = list(csv.reader(Path("r.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][:4] == ["line", "input", "externalPlayerId", "state"]
    assert [row[1] for row in rows[1:]] == ["hit_0", "'=1+1", "'007"]
    resumed = member.run("queue", "--resume", "--report", "r.md")
    assert resumed.code == 9
    text = Path("r.md").read_text()
    assert "# ZD-8: retry-roll of roll\\_failed" in text
    assert "| 1 | hit\\_0 | done |" in text
    assert "| 2 | =1+1 | not found |" in text
    assert Path("r.md").stat().st_mode & 0o077 == 0
    listed_queues = member.run("queue", "--list").out
    assert "finished" in listed_queues
    assert "ZD-8" in listed_queues


@pytest.mark.parametrize("number", ["1", "3", None])
def test_nothing_is_sent_without_the_right_number(world: TroubledGame, member: Member, number: str | None) -> None:
    before = world.backend.counts()
    confirm = ("--confirm", number) if number else ()
    result = member.run("queue", listed("hit_0", "hit_1"), *ROLL, *confirm)
    assert (result.code, world.backend.counts()) == (1 if number else 2, before)
    assert ("nothing was sent" in result.err) if number else ("--confirm 2" in result.err)
    assert member.run("queue", "--list", "--json").json == {"queues": []}


def test_credits_have_totals_and_reach_everybody(world: TroubledGame, member: Member) -> None:
    order = ("--group", "all", "--action", "credit", "--set", "economy_key=gold", "--set", "amount=25")
    source = listed("hit_0", "fine_0", "fine_1", "fine_0")
    result = member.run("queue", source, *order, "--reason", "sorry for the outage", "--confirm", "3")
    assert result.code == 0
    assert "total  +75 gold" in result.out
    for name in ("hit_0", "fine_0", "fine_1"):
        wallet = {each["economyKey"]: each["balance"] for each in world.get(world.player(name)).data["wallet"]}
        assert wallet["gold"] == 25, name


def test_a_roll_can_follow_a_completion(world: TroubledGame, member: Member) -> None:
    order = ("--group", "never_finished", "--action", "force-complete", "--set", "then_roll=yes", "--reason", "crashed")
    result = member.run("queue", listed("alice"), *order, "--confirm", "1", "--json")
    assert result.code == 0, result
    row = result.json["rows"][0]
    assert "force-completed" in row["words"]
    assert "the roll granted" in row["words"]
    assert len(row["audit"]) == 2
    late = next(a for a in world.get(world.player("alice")).data["attempts"] if a["id"] == world.attempts["late"])
    assert (late["status"], late["roll"]["status"]) == ("force_completed", "rolled")


def test_a_viewer_changes_nothing(
    world: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    become_member(monkeypatch, tmp_path, world, GAME_VIEWER)
    result = member.run("queue", listed("hit_0"), *ROLL, "--dry-run")
    assert result.code == 9
    assert "refused: needs grant.retry_reward_roll" in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give a file"),
        (("p.txt", "--group", "x", "--action", "ban", "--reason", "abc"), "'x' is none of"),
        (("p.txt", "--group", "all", "--action", "x", "--reason", "abc"), "'x' is none of"),
        (("p.txt", "--group", "all", "--action", "merge", "--reason", "abc"), "'merge' is none of"),
        (("p.txt", "--group", "all", "--action", "ban"), "needs --group, --action and --reason"),
        (("p.txt", "--confirm", "3"), "need --group and --action"),
        (("p.txt", "--resume"), "take no input"),
        (("--fault", "stuck", "--list"), "take no input"),
        (("p.txt", *ROLL, "--report", "r.xls"), "the file ends in one of"),
        (("p.txt", *ROLL, "--report", "none/r.md"), "there is no folder"),
        (("p.txt", *ROLL, "--set", "x"), "is not NAME=VALUE"),
        (("p.txt", "--fault", "stuck"), "give a file"),
        (("p.txt", "--event", "race"), "need --fault"),
        (("--fault", "stuck", "--since", "soon"), "is no time"),
        (("--fault", "odd"), "'odd' is not one of"),
        (("empty.txt",), "the input is empty"),
        (("none.txt",), "No such file"),
    ],
)
def test_mistakes_are_told_before_anything_is_asked(member: Member, arguments: tuple[str, ...], words: str) -> None:
    listed("hit_0", name="p.txt")
    listed("", name="empty.txt")
    result = member.run("queue", *arguments)
    assert result.code in (1, 2)
    assert words in result.err


def test_fields_that_are_not_valid_are_refused_for_every_row(member: Member) -> None:
    order = (
        "--group",
        "all",
        "--action",
        "credit",
        "--set",
        "amount=-5",
        "--set",
        "economy_key=gold",
        "--reason",
        "abc",
    )
    result = member.run("queue", listed("hit_0"), *order, "--confirm", "0")
    assert result.code == 9
    assert "a whole number" in result.out


def test_there_may_be_nobody_to_act_on(member: Member) -> None:
    assert member.run("queue", listed("alicia"), *ROLL, "--confirm", "0").code == 3
    assert member.run("queue", listed("ghost")).code == 3
    result = member.run("queue", "--resume")
    assert (result.code, "There is no queue" in result.err) == (1, True)


def test_an_incident_is_a_queue_of_its_rows(world: TroubledGame, member: Member) -> None:
    told = member.run("queue", "--fault", "roll_failed", "--json").json
    assert {each["externalPlayerId"] for each in told["rows"]} == {"alice", "hit_0", "hit_1", "hit_2"}
    order = ("--action", "retry-roll", "--reason", "the table was archived", "--ticket", "INC-2")
    result = member.run(
        "queue", "--fault", "roll_failed", "--event", "race", "--since", "2026-01-01", *order, "--dry-run"
    )
    assert "4 changes for 4 players." in result.err
    assert member.run("queue", "--fault", "roll_failed", "--event", "training", *order, "--dry-run").code == 3
    result = member.run("queue", "--fault", "roll_failed", *order, "--confirm", "4", "--report", "r.jsonl")
    assert result.code == 0, result
    assert "4 done" in result.out
    rolls = rolls_of(world)
    assert [rolls[f"hit_{n}"] for n in range(3)] == [1, 1, 1]
    assert member.run("queue", "--fault", "roll_failed").code == 3
    assert "roll_failed" in member.run("queue", "--list").out


def test_only_the_rows_of_an_incident_are_meant(world: TroubledGame, member: Member) -> None:
    """Alice has a failed roll at one event, and an attempt at another that nobody asked about."""
    order = ("--group", "all", "--action", "force-complete", "--reason", "crashed", "--dry-run", "--json")
    result = member.run("queue", "--fault", "never_finished", *order)
    (change,) = result.json["changes"]
    assert change["rowId"] == world.attempts["late"]
    older = member.run("queue", "--fault", "never_finished", *order, "--limit", "1").json
    assert (older["count"], older["changes"]) == (0, [])


def test_a_backend_that_does_not_tell_of_faults_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Backend(SqliteFiles(tmp_path).fresh(), Rate(0), only="published").running() as running:
        become_member(monkeypatch, tmp_path, make_troubled_game(running), GAME_VIEWER)
        result = Member(capsys).run("queue", "--fault", "stuck")
    assert (result.code, result.out) == (1, "")
    assert "no route GET …/faults" in result.err
