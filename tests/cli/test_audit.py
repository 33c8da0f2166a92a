"""`audit`: the studio's log filtered, printed and exported to its last row, on a real backend."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import pty
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.cli.main import run
from kraty_console.contract.session import GAME_VIEWER
from tests.harness.cli.member_runs import Member, MemberRun, become_member
from tests.harness.client.scripted_server import Act, cut_at_once, failed, ok, wired
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles
from tests.harness.spreadsheet_cells import read_back

CREDITS = 230
"""More than a page."""

REASONS = ["=1+1", "007", "1E5", "123456789012345678", "@SUM(A1)", "-1\tx", "two\r\nlines", "\u202egoodwill", 'a, "b"']
"""What a spreadsheet would read as something else."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TroubledGame]:
    with Backend(SqliteFiles(tmp_path_factory.mktemp("audit")).fresh(), Rate(0)).running() as running:
        world = make_troubled_game(running)
        credit = f"{world.player('alice')}/wallet/gold/credit"
        for number in range(CREDITS):
            world.backend.clock.ms += 1000
            reason = REASONS[number] if number < len(REASONS) else f"make-good {number}"
            ticket, key = f"T-{number % 2}", f"key-{number:04}"
            body = {"amount": 1, "reason": reason, "ticket": ticket, "idempotencyKey": key}
            assert world.post(credit, body).status == 200
        world.backend.clock.ms += 1000
        ban = {"reason": "cheating", "ticket": "ZD 4821", "idempotencyKey": "ban-0001"}
        assert world.post(f"{world.player('alicia')}/ban", ban).status == 200
        world.backend.clock.ms += 1000
        claim = {"reason": "ack lost", "idempotencyKey": "claim-0001"}
        path = f"{world.game}/grants/{world.grants['pending']}/force-claim"
        assert world.post(path, claim, role="GAME_DEBUGGER").status == 200
        world.backend.clock.ms += 1000
        assert world.post(credit, {"amount": 9, "reason": "goodwill"}, role=GAME_VIEWER).status == 403
        yield world


@pytest.fixture
def member(
    busy: TroubledGame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Member:
    become_member(monkeypatch, tmp_path, busy, GAME_VIEWER)
    return Member(capsys)


def whole_log(world: TroubledGame) -> list[Any]:
    rows: list[Any] = []
    cursor = ""
    while True:
        page = world.get(f"{world.log}?limit=200&gameId={world.tenant.game_id}{cursor}").data
        rows += page["rows"]
        if page["nextCursor"] is None:
            return rows
        cursor = f"&cursor={page['nextCursor']}"


def test_the_table_stops_and_says_so(busy: TroubledGame, member: Member) -> None:
    result = member.run("audit")
    rows = whole_log(busy)
    assert result.code == 0
    head, *lines = result.out.splitlines()
    assert head.split() == ["WHEN", "ACTION", "WHAT", "OUTCOME", "PLAYER", "BY", "TICKET", "REASON", "AUDIT", "ROW"]
    assert [line.split()[-1] for line in lines] == [row["id"] for row in rows[:50]]
    assert lines[0].startswith(rows[0]["occurredAt"][:19].replace("T", " ") + " UTC  wallet.credit")
    assert result.err == "Stopped after 50 audit rows: --all reads on to the last one.\n"
    every = member.run("audit", "--all")
    assert [line.split()[-1] for line in every.out.splitlines()[1:]] == [row["id"] for row in rows]
    assert every.err == ""


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ("action:player.ban", lambda row: row["action"] == "player.ban"),
        ("action:*.manual_*,player.*", lambda row: row["action"].startswith(("grant.manual_", "player."))),
        ("actor:game_debugger", lambda row: row["actor"]["label"] == "game_debugger@studio.example"),
        ("actor:game_admin@studio.example", lambda row: row["actor"]["label"] == "game_admin@studio.example"),
        ("outcome:denied", lambda row: row["outcome"] == "denied"),
        ('ticket:"ZD 4821"', lambda row: row["ticket"] == "ZD 4821"),
        ("ticket:T-1 player:alice outcome:ok,denied", lambda row: row["ticket"] == "T-1"),
        ("ticket:T-0 ticket:T-1", lambda row: (row["ticket"] or "").startswith("T-")),
    ],
)
def test_a_filter_finds_the_rows_of_every_page(busy: TroubledGame, member: Member, line: str, chosen: Any) -> None:
    expected = [row for row in whole_log(busy) if chosen(row)]
    assert expected
    result = member.run("audit", line, "--jsonl", "-")
    assert (result.code, result.json_lines) == (0, expected)


def test_times_and_limits_narrow_it(busy: TroubledGame, member: Member) -> None:
    rows = whole_log(busy)
    since, until = rows[20]["occurredAt"], rows[10]["occurredAt"]
    result = member.run("audit", f"since:{since}", f"until:{until}", "--jsonl", "-")
    assert result.json_lines == rows[11:21]
    part = member.run("audit", "--limit", "3", "--jsonl", "-")
    assert part.json_lines == rows[:3]
    assert part.err == "3 audit rows; the limit ended it.\n"


def test_nothing_found_ends_with_3(member: Member) -> None:
    result = member.run("audit", "ticket:none", "action:player.*")
    assert (result.code, result.out, result.err) == (3, "", "No audit row matches.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("who:maria",), "none of the keys actor:"),
        (("ticket:ZD 4821",), 'ticket:"ZD 4821"'),
        (("since:yesterday",), "give an age such as"),
        (("--csv", "-", "--jsonl", "-"), "different files"),
        (("--all", "--limit", "3"), "exclude each other"),
    ],
)
def test_usage_ends_with_2(member: Member, arguments: tuple[str, ...], words: str) -> None:
    result = member.run("audit", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def as_rows(text: str) -> list[Any]:
    """The rows of an export, as the backend has them."""
    rows = []
    for each in csv.DictReader(io.StringIO(text, newline="")):
        cells = {name: read_back(cell) for name, cell in each.items()}
        data = {name: json.loads(cells.pop(name) or "null") for name in ("metadata", "before", "after")}
        actor = {"kind": cells.pop("actorKind"), "id": cells.pop("actorId"), "label": cells.pop("actor")}
        target = {"kind": cells.pop("targetKind"), "id": cells.pop("targetId")}
        player = {"id": cells.pop("playerId"), "externalPlayerId": cells.pop("externalPlayerId")}
        rows.append({**cells, **data, "actor": actor, "target": target, "player": player})
    return rows


def test_csv_is_complete_and_read_back_exactly(busy: TroubledGame, member: Member, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("an older export")
    result = member.run("audit", "player:alice", "--csv", str(file))
    assert (result.code, result.out) == (0, "")
    expected = [row for row in whole_log(busy) if (row["player"] or {}).get("externalPlayerId") == "alice"]
    assert result.err == f"{len(expected)} audit rows in {file}.\n"
    text = file.read_bytes().decode("utf-8-sig")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    found = as_rows(text)
    for row in (*found, *expected):
        row.pop("denials", None)
        row["target"] = row["target"] or {"kind": None, "id": None}
    assert found == expected
    assert {row["reason"] for row in found} >= set(REASONS)
    assert file.stat().st_mode & 0o777 == 0o600
    assert member.run("audit", "player:alice", "--csv", "-").out == text


def test_both_exports_in_one_run(busy: TroubledGame, member: Member, tmp_path: Path) -> None:
    result = member.run("audit", "--csv", str(tmp_path / "a.csv"), "--jsonl", str(tmp_path / "a.jsonl"))
    rows = whole_log(busy)
    assert result.code == 0
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("ascii").splitlines()] == rows
    assert len(as_rows((tmp_path / "a.csv").read_text("utf-8-sig"))) == len(rows)


def around(world: TroubledGame, *acts: Act) -> tuple[Act, ...]:
    """The answers to one run: who we are, and then these."""
    game = {"id": world.tenant.game_id, "slug": "g"}
    return (
        ok({"member": {"id": "m"}, "studios": [{"id": world.tenant.studio_id, "name": "S", "games": [game]}]}),
        *acts,
    )


FIRST = ok({"rows": [{"id": "a-1", "action": "player.ban", "ticket": "T-1"}], "nextCursor": "c-1"})


async def run_on(member: Member, monkeypatch: pytest.MonkeyPatch, acts: tuple[Act, ...], *arguments: str) -> MemberRun:
    async with wired(*acts) as wire:
        monkeypatch.setenv("KRATY_URL", wire.url)
        return await asyncio.to_thread(member.run, "audit", *arguments)


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (failed(400, "validation_failed", "cursor: too old"), 1, "too old"),
        (failed(403, "forbidden", details={"permission": "audit.read"}), 4, "audit.read"),
        (ok({"rows": [], "nextCursor": "c-1"}), 1, "no end"),
        (ok({"rows": "none", "nextCursor": None}), 1, "could not be read"),
        (ok({"rows": ["none"], "nextCursor": None}), 1, "1 audit row could not be read"),
        (ok({"rows": [{"id": "a-2"}], "nextCursor": None}), 1, "1 audit row lacks what the filter asks for"),
    ],
)
async def test_an_export_that_is_not_complete_leaves_no_file(
    busy: TroubledGame,
    member: Member,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    act: Act,
    code: int,
    words: str,
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    file = folder / "log.csv"
    result = await run_on(member, monkeypatch, around(busy, FIRST, act), "ticket:T-*", "--csv", str(file))
    assert result.code == code
    assert words in result.err
    assert f"{file} was not written" in result.err
    assert list(folder.iterdir()) == []
    file.write_text("an older export")
    await run_on(member, monkeypatch, around(busy, FIRST, act), "ticket:T-*", "--csv", str(file))
    assert file.read_text() == "an older export"


async def test_printed_rows_are_told_to_be_incomplete(
    busy: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = ok({"rows": ["none"], "nextCursor": None})
    printed = await run_on(member, monkeypatch, around(busy, FIRST, last), "--jsonl", "-")
    assert (printed.code, printed.json_lines[0]["id"]) == (1, "a-1")
    assert "1 audit row could not be read: the output is incomplete" in printed.err
    table = await run_on(member, monkeypatch, around(busy, FIRST, last))
    assert (table.code, table.err) == (0, "1 audit row could not be read.\n")


async def test_a_file_that_cannot_be_written_is_told_before_anything_is_read(
    busy: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "gone" / "log.csv"
    result = await run_on(member, monkeypatch, (cut_at_once,), "--csv", str(file))
    assert result.code == 1
    assert f"No such file or directory: {file} was not written" in result.err


async def test_rows_that_the_backend_did_not_filter_are_filtered_here(
    busy: TroubledGame, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": f"a-{n}", "ticket": f"T-{n}", "action": "player.ban"} for n in range(4)]
    acts = around(busy, ok({"rows": rows, "nextCursor": None}))
    result = await run_on(member, monkeypatch, acts, "ticket:T-2", "--jsonl", "-")
    assert [row["id"] for row in result.json_lines] == ["a-2"]


def test_progress_counts_rows_on_a_terminal_only(
    member: Member, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        code = run(("audit", "player:alicia", "--csv", str(tmp_path / "log.csv")))
        shown = ""
        while "\n" not in shown:  # a terminal gives what it has so far
            shown += os.read(ours, 65_536).decode()
    os.close(ours)
    assert code == 0
    assert re.match(r"\r\d+ rows read, 1 match\x1b\[K", shown)
    assert re.search(r"\r\x1b\[K1 audit row in .*\.\r\n$", shown)


def test_a_backend_without_a_log_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Backend(SqliteFiles(tmp_path).fresh(), Rate(0), only="published").running() as running:
        become_member(monkeypatch, tmp_path, make_troubled_game(running), GAME_VIEWER)
        result = Member(capsys).run("audit")
    assert (result.code, result.out) == (1, "")
    assert "no route GET …/audit-log" in result.err
