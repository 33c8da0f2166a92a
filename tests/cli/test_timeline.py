"""`timeline`: every event of a player on one line, on a real backend, page by page to the last one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.contract.session import GAME_VIEWER
from kraty_console.contract.timeline_kinds import TimelineKind
from tests.data import load_hostile
from tests.harness.cli.member_runs import Member, become_member
from tests.harness.client.scripted_server import Act, failed, ok, wired
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.contract.webhooks import deliver, make_endpoint
from tests.harness.databases import SqliteFiles

CREDITS = 230
"""More than a page."""


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TroubledGame]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("timeline")).fresh(), Rate(0)).running() as running:
        world = make_troubled_game(running)
        world.backend.clock.ms += 1
        ban = {"reason": "cheating", "ticket": "ZD-1", "idempotencyKey": "ban-0001"}
        assert world.post(f"{world.player('alice')}/ban", ban).status == 200
        endpoint = make_endpoint(world)["endpoint"]["id"]
        world.backend.clock.ms += 1
        credit = {"amount": 5, "reason": "goodwill", "idempotencyKey": "credit-0001"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", credit).status == 200
        deliver(world, endpoint, Outcome(3, 200, None, "ok"))
        for number in range(CREDITS):
            world.backend.clock.ms += 1
            credit = {"amount": 1, "reason": f"make-good {number}", "idempotencyKey": f"credit-b-{number:04}"}
            assert world.post(f"{world.player('alicia')}/wallet/gold/credit", credit).status == 200
        yield world


@pytest.fixture
def member(
    eventful: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, eventful, GAME_VIEWER)
    return Member(capsys)


def rows_of(world: TroubledGame, player: str) -> list[Any]:
    rows: list[Any] = []
    cursor = ""
    while True:
        page = world.get(f"{world.player(player)}/timeline?limit=200{cursor}").data
        rows += page["rows"]
        if page["nextCursor"] is None:
            return rows
        cursor = f"&cursor={page['nextCursor']}"


def test_each_event_is_a_line_newest_first(eventful: TroubledGame, member: Member) -> None:
    result = member.run("timeline", "alice")
    rows = rows_of(eventful, "alice")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(row["at"][:19].replace("T", " ") + " UTC  ")
        assert line.split()[3:5] == [row["kind"], row["id"]]
    (ban,) = [line for line in lines if line.split()[3] == "ban"]
    assert ban.endswith("reason cheating, ticket ZD-1  by game_admin@studio.example")
    assert any("gold +5, 5 after it, reason goodwill" in line and line.endswith("by an admin") for line in lines)
    assert any("roll failed: " in line and eventful.attempts["unrolled"] in line for line in lines)
    assert any("wallet.changed to https://" in line and ": delivered, 1 attempt" in line for line in lines)


def test_all_reads_every_page_and_a_limit_says_that_there_is_more(eventful: TroubledGame, member: Member) -> None:
    rows = rows_of(eventful, "alicia")
    assert len(rows) == 2 * CREDITS
    result = member.run("timeline", "alicia", "--all", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json_lines == rows
    part = member.run("timeline", "alicia", "--json")
    assert part.json_lines == rows[:50]
    assert part.err == "Only the newest 50 events: --all prints the older ones too.\n"
    assert member.run("timeline", "alicia", "--limit", "205", "--json").json_lines == rows[:205]
    assert member.run("timeline", "alicia", "--limit", str(len(rows))).err == ""


def test_kinds_narrow_it(eventful: TroubledGame, member: Member) -> None:
    rows = [row for row in rows_of(eventful, "alice") if row["kind"] in ("ban", "attempt")]
    assert member.run("timeline", "alice", "--kinds", "ban,attempt", "--json").json_lines == rows
    assert member.run("timeline", "alice", "--kinds", "ban", "--kinds", "attempt", "--json").json_lines == rows
    nothing = member.run("timeline", "alicia", "--kinds", "lobby")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing of these kinds happened.\n")
    wrong = member.run("timeline", "alicia", "--kinds", "lobby,party")
    assert wrong.code == 2
    assert "'party' is none of attempt, grant, wallet" in wrong.err


def test_a_player_is_found_as_show_finds_them(member: Member) -> None:
    told, shown = member.run("timeline", "other@example.org"), member.run("show", "other@example.org")
    assert (told.code, told.err.splitlines()[:1]) == (shown.code, shown.err.splitlines()[:1])
    assert member.run("timeline", "'alicia'", "--limit", "1", "--json").code == 0
    assert member.run("timeline", "alice", "--all", "--limit", "3").code == 2


def test_a_backend_without_the_route_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = SqliteFiles(tmp_path).fresh()
    with Backend(url, Rate(0), only="published").running() as running:
        become_member(monkeypatch, tmp_path, make_troubled_game(running), GAME_VIEWER)
        result = Member(capsys).run("timeline", "alice")
    assert (result.code, result.out) == (1, "")
    assert "no route GET …/timeline" in result.err
    assert "kraty-console show" in result.err


def around(world: TroubledGame, *acts: Act) -> tuple[Act, ...]:
    """The answers to one run: who we are, the player, and then these."""
    game = {"id": world.tenant.game_id, "slug": "g"}
    me = {"member": {"id": "m"}, "studios": [{"id": world.tenant.studio_id, "name": "S", "games": [game]}]}
    return (ok(me), ok({"player": {"externalPlayerId": "x"}}), *acts)


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "wallet", "at": "2026-06-11T12:00:00.000Z", "id": f"row-{number}", **more}


async def test_lines_are_printed_as_pages_arrive(
    eventful: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ok({"rows": [event(1), event(2)], "nextCursor": "c-1"})
    async with wired(*around(eventful, first, failed(400, "validation_failed", "cursor: too old"))) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        result = await asyncio.to_thread(member.run, "timeline", "x", "--all")
    assert result.code == 1
    assert [line.split()[4] for line in result.out.splitlines()] == ["row-1", "row-2"]
    assert "too old" in result.err


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"nextCursor": None}, "could not be read"),
        ({"rows": "none", "nextCursor": None}, "could not be read"),
        ({"rows": [], "nextCursor": {"at": 1}}, "could not be read"),
        ({"rows": [event(3)], "nextCursor": "c-1"}, "no end"),
    ],
)
async def test_a_page_that_cannot_be_read_is_not_the_end(
    eventful: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch, page: Any, words: str
) -> None:
    first = ok({"rows": [event(1)], "nextCursor": "c-1"})
    async with wired(*around(eventful, first, ok(page))) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        result = await asyncio.to_thread(member.run, "timeline", "x", "--all")
    assert result.code == 1
    assert words in result.err
    assert "row-1" in result.out


async def test_unreadable_events_are_counted_and_unknown_ones_are_shown(
    eventful: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [event(1, wallet=7), event(2, kind="party"), "nothing", event(4, kind=None)]
    async with wired(*around(eventful, ok({"rows": rows, "nextCursor": None}))) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        result = await asyncio.to_thread(member.run, "timeline", "x")
    assert result.code == 0
    assert result.err == "1 event could not be read.\n"
    assert "its content could not be read" in result.out
    assert "does not know this kind" in result.out
    assert len(result.out.splitlines()) == 3


async def test_hostile_texts_stay_on_their_lines(
    eventful: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [each.value[:500] for each in load_hostile() if each.raw is None and each.value]
    rows = [
        {"kind": kind, "id": value, "at": "2026-06-11T12:00:00.000Z", **({kind: content} if content else {})}
        for value in values
        for kind, content in (
            ("attempt", {"id": value, "eventKey": value, "status": value}),
            ("grant", {"id": value, "kind": value, "status": value, "sourceKind": value, "attemptId": value}),
            ("item", {"itemKey": value, "reason": value, "origin": value, "sourceRefId": value}),
            ("lobby", {"id": value, "eventKey": value, "status": value}),
            ("audit", {"id": value, "action": value, "outcome": value, "reason": value, "ticket": value}),
            ("webhook", {"id": value, "eventName": value, "status": value, "endpoint": {"id": "e", "url": value}}),
            (value if value not in tuple(TimelineKind) else "x", {}),
        )
    ]
    async with wired(*around(eventful, ok({"rows": rows, "nextCursor": None}))) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        result = await asyncio.to_thread(member.run, "timeline", "x", "--all")
    assert result.code == 0
    assert len(result.out.splitlines()) == len(rows)
