"""The export of audit rows from the screen: to the last row, or no file; nothing is replaced unsaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kraty_console.console.dialogs.audit_export import AuditExportDialog
from tests.harness.console.audit_screens import filters, log_of, opens_log
from tests.harness.console.colleague import impatient
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.old_audit_rows import add_old_rows, count_rows
from tests.harness.console.stage import DemoStage


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [each.name for each in folder.iterdir()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where exports go: the folder that the console was started in."""
    own = tmp_path / "exports"
    own.mkdir()
    monkeypatch.chdir(own)
    return own


async def exports(driver: ConsoleDriver, *keys: str) -> AuditExportDialog:
    """Open the dialog, and press keys in it."""
    await driver.press("E")
    await driver.opened(AuditExportDialog)
    await driver.press(*keys)
    screen = driver.app.screen
    assert isinstance(screen, AuditExportDialog)
    return screen


async def test_the_filtered_rows_are_exported_to_the_last_one(backend: DemoStage, folder: Path) -> None:
    add_old_rows(backend, 500, ticket="OLD-1")
    async with at(backend.app()) as driver:
        await opens_log(driver)
        await filters(driver, "ticket:OLD-?")
        dialog = await exports(driver)
        await driver.sees("The rows with ticket:OLD-?, to the last one")
        dialog.path_row.editor.value = "log.csv"  # type: ignore[attr-defined]
        await driver.press("enter", "up", "enter")
        assert dialog.path_row.value == "log.jsonl", "the suffix follows the format"
        await driver.press("enter")
        await log_of(driver)
        await driver.sees("500 audit rows in log.jsonl")
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text("ascii").splitlines()]
    assert [row["ticket"] for row in rows] == ["OLD-1"] * 500
    assert len({row["id"] for row in rows}) == 500
    assert names(folder) == ["log.jsonl"]


async def test_an_existing_file_is_replaced_only_when_that_was_said(backend: DemoStage, folder: Path) -> None:
    file = folder / "audit-rabbit-rush-2026-06-11.csv"
    async with at(backend.app(player="ivy")) as driver:
        await driver.looks_at("ivy")
        dialog = await exports(driver, "enter", "enter")  # of the player on screen
        await driver.sees("The rows with player:ivy", "[ Export ]")
        file.write_text("an older export")
        await driver.press("enter")
        await driver.sees("this file exists and would be replaced", "[ Replace it ]")
        assert driver.app.screen is dialog
        assert file.read_text() == "an older export"
        await driver.press("enter")
        await log_of(driver)
        await driver.sees("audit rows in audit-rabbit-rush-2026-06-11.csv")
    assert file.read_text("utf-8-sig").startswith('"id","occurredAt",')
    assert file.stat().st_mode & 0o777 == 0o600


async def test_an_export_is_stopped_and_leaves_no_file(backend: DemoStage, wire: FaultyTransport, folder: Path) -> None:
    add_old_rows(backend, 300)
    async with at(backend.app()) as driver:
        await opens_log(driver)
        wire.holds("GET", "cursor=")
        dialog = await exports(driver, "enter", "enter", "enter")
        await driver.until(lambda: len(names(folder)) == 1 and wire.count("GET", "cursor=") == 1)
        dialog.show_progress()  # as once a second
        await driver.sees("200 rows read", "esc stops it and leaves no file", "[ Stop ]")
        await driver.press("enter")  # a second press does nothing
        await driver.press("escape")
        await driver.sees("Stopped: no file was written.", "[ Export ]")
        await driver.until(lambda: not names(folder))
        assert driver.app.screen is dialog
        wire.mend_all()
        await driver.press("enter", "enter", "enter")
        await log_of(driver)
        await driver.sees(f"{count_rows(backend)} audit rows in")
    assert len(names(folder)) == 1


async def test_an_export_that_fails_leaves_no_file(backend: DemoStage, wire: FaultyTransport, folder: Path) -> None:
    async with at(impatient(backend.app())) as driver:
        await opens_log(driver)
        wire.answers("GET", "/audit-log", 200, data={"rows": ["none"], "nextCursor": None})
        dialog = await exports(driver, "enter", "enter", "enter")
        await driver.sees("1 audit row could not be read: no file was written.")
        wire.mend_all()
        wire.answers("GET", "/audit-log", 403, "forbidden", "no", details={"permission": "audit.read"})
        await driver.press("enter", "enter", "enter")
        await driver.sees("audit.read", "no file was written.")
        dialog.path_row.editor.value = "gone/log.csv"  # type: ignore[attr-defined]
        await driver.sees("! there is no such folder")
        dialog.path_row.editor.value = str(folder)  # type: ignore[attr-defined]
        await driver.sees("! this is a folder; add a name")
        await driver.press("enter", "enter", "enter")
        assert driver.app.screen is dialog
        await driver.press("escape")
        await log_of(driver)
    assert names(folder) == []


async def test_a_new_session_is_asked_for_in_the_middle_of_an_export(
    backend: DemoStage, wire: FaultyTransport, folder: Path
) -> None:
    add_old_rows(backend, 300)
    async with at(backend.app()) as driver:
        await opens_log(driver)
        wire.answers("GET", "cursor=", 401, "session_invalid", "it is over", times=1)
        await exports(driver, "enter", "enter", "enter")
        await driver.sees("New session token")
        await driver.opened()
        await driver.type(backend.world.credentials["sessions"]["GAME_ADMIN"])
        await driver.press("enter")
        await log_of(driver)
        await driver.sees(f"{count_rows(backend)} audit rows in")
    assert len(names(folder)) == 1
