"""The worklog on disk: private, bounded, shared by several consoles, and whole but for a line that was cut short."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraty_console.console import ticket_log
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.reply import ReplyDialog
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.ticket_log import append, kept_records
from kraty_console.domain.worklog import WorkRecord, markdown
from tests.harness.console.dialogs import confirm, done, put
from tests.harness.console.driver import at
from tests.harness.console.stage import DemoStage

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://kraty.example"
NAME = "worklog-kraty.example-g-live.jsonl"


def looked(player: str) -> WorkRecord:
    return WorkRecord(NOW, "ZD-1", player)


def players(folder: Path, url: str | None = URL) -> list[str]:
    return [each.player for each in kept_records(folder, url)]


def test_it_is_private_and_of_one_backend(tmp_path: Path) -> None:
    path = tmp_path / "state" / NAME
    append(path, looked("alice"))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    path.chmod(0o644)
    append(path, looked("bob"))
    assert path.stat().st_mode & 0o777 == 0o600
    append(path.with_name("worklog-other.example-g-live.jsonl"), looked("carol"))
    assert players(path.parent) == ["alice", "bob"]
    assert players(path.parent, None) == ["alice", "bob", "carol"]


def test_a_line_that_was_cut_short_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / NAME
    append(path, looked("alice"))
    whole = path.read_bytes()
    for length in range(1, len(whole) - 1):
        path.write_bytes(whole + whole[:length])
        append(path, looked("bob"))
        assert players(tmp_path)[-1] == "bob"
        assert players(tmp_path)[0] == "alice"
    path.write_bytes(b"\xff\x00[[[[" + whole)
    assert players(tmp_path) == ["alice"]


def test_its_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_log, "MOST_BYTES", 2_000)
    for number in range(200):
        append(tmp_path / NAME, looked(f"player-{number}"))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 5_000
    kept = players(tmp_path)
    assert kept == [f"player-{number}" for number in range(200 - len(kept), 200)]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        append(tmp_path / NAME, looked("alice"))
    assert (tmp_path / "elsewhere").read_text() == "kept"


_WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kraty_console.console import ticket_log
from kraty_console.domain.worklog import WorkRecord
ticket_log.MOST_BYTES = 100_000
for number in range(400):
    record = WorkRecord(datetime(2026, 5, 1, tzinfo=UTC), "ZD-1", sys.argv[2], title=f"{number}", found=("x" * 300,))
    ticket_log.append(Path(sys.argv[1]), record)
"""


def test_consoles_that_write_at_once_do_not_tear_lines(tmp_path: Path) -> None:
    names = ("alice", "bob", "carol")
    writers = [subprocess.Popen([sys.executable, "-c", _WRITE, str(tmp_path / NAME), name]) for name in names]
    assert [each.wait(60) for each in writers] == [0, 0, 0]
    lines = b"".join(path.read_bytes() for path in tmp_path.iterdir()).splitlines()
    kept = list(kept_records(tmp_path, URL))
    assert len(kept) == sum(bool(line) for line in lines)
    assert len(kept) > 200
    for name in names:
        numbers = [int(each.title) for each in kept if each.player == name]
        assert numbers == sorted(numbers)
    assert max(int(each.title) for each in kept) == 399


async def test_a_ticket_under_which_nothing_was_done(backend: DemoStage) -> None:
    async with at(backend.app(ticket="ZD-9")) as driver:
        await driver.press("escape", "w")
        await driver.sees("nothing was done under this ticket yet")


async def test_the_worklog_outlives_the_console_and_has_all_players_of_the_ticket(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng")) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("W")
        await driver.sees("nothing was done yet")
        await driver.press("t")
        await driver.opened(TicketDialog)
        await driver.press(*"ZD-9", "enter")
        await driver.closed()
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1600", then_roll=True, reason="replay shows the finish")
        await confirm(driver)
        await done(driver)
    async with at(backend.app(player="alice_42", ticket="ZD-9")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("W")
        await driver.sees("nothing was done for this player under this ticket")
        await driver.press("w")
    told = driver.app.clipboard
    lines = told.splitlines()
    assert lines[0] == "**ZD-9**: what was done"
    assert "looked at carol_ng: attempt" in lines[2]
    assert "**Force-complete** · carol_ng (weekly_cup, attempt " in told
    assert "in progress → force-completed, score 740 → 1600" in told
    assert "**Retry roll**" in told
    assert "looked at alice_42: attempt" in told
    assert "replay shows the finish" not in told, "reasons are not kept"
    state = backend.launch(player="alice_42").state_dir
    assert told == markdown("ZD-9", kept_records(state, None))


async def test_the_reply_is_read_and_copied_in_a_dialog(backend: DemoStage) -> None:
    async with at(backend.app(player="carol_ng", ticket="ZD-9")) as driver:
        await driver.looks_at("carol_ng")
        await driver.press("F")
        await driver.opened(ActionDialog)
        await put(driver, final_score="1600", then_roll=True, reason="replay shows the finish")
        await confirm(driver)
        await done(driver)
        await driver.press("W")
        await driver.opened(ReplyDialog)
        await driver.sees("We marked your attempt as completed with a score of 1600.")
        await driver.press("enter")
        await driver.sees("sent to the terminal's clipboard")
    assert driver.app.clipboard.startswith("Hello,\n\nthank you for waiting.")
    assert "Please open the game and collect it from your rewards." in driver.app.clipboard
