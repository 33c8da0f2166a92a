"""A crash leaves a report without data, a line that says where the report is, and the exit code 70."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraty_console.console import crash
from kraty_console.contract.errors import KratyError
from tests.console.test_search import steering
from tests.data import load_hostile
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.stage import DemoStage

MOMENT = datetime(2026, 6, 11, 14, 2, 31, tzinfo=UTC)
TOKEN = "kst_" + "Z" * 43


def failed(message: str) -> Exception:
    """An error with a secret in its message, its locals, its arguments and its cause."""
    secret = TOKEN
    try:
        try:
            raise KeyError(message, secret)
        except KeyError as cause:
            raise KratyError(message) from cause
    except KratyError as error:
        return error


def break_down() -> None:
    secret = TOKEN
    raise RuntimeError(f"alice_42 gone wrong with {secret}")


def test_the_report_names_kinds_and_places_and_nothing_else(tmp_path: Path) -> None:
    path = crash.report(failed(f"alice_42 with {TOKEN}"), tmp_path / "crashes", MOMENT)
    text = path.read_text(encoding="utf-8")
    assert "kraty_console.contract.errors.KratyError" in text
    assert "caused by" in text
    assert "builtins.KeyError" in text
    assert "in failed" in text
    assert "2026-06-11T14:02:31+00:00" in text
    assert TOKEN not in text
    assert "alice_42 with" not in text


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "crashes"
    path = crash.report(failed("x"), folder, MOMENT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_report_of_the_same_second_is_not_written_over(tmp_path: Path) -> None:
    first = crash.report(failed("x"), tmp_path, MOMENT)
    before = first.read_text()
    with pytest.raises(FileExistsError):
        crash.report(ValueError("another"), tmp_path, MOMENT)
    assert first.read_text() == before


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    path = crash.report(failed("x"), tmp_path, MOMENT)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="exists"):
        crash.report(failed("x"), tmp_path, MOMENT)
    assert not (tmp_path / "elsewhere").exists()


def test_no_hostile_message_gets_into_it(tmp_path: Path) -> None:
    for number, each in enumerate(load_hostile()):
        path = crash.report(failed(each.value), tmp_path / f"{number}", MOMENT)
        text = path.read_text(encoding="utf-8")
        assert not steering(text), each.name
        assert len(text) < 5_000


def test_each_error_of_a_circular_chain_is_reported_once(tmp_path: Path) -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    text = crash.report(first, tmp_path, MOMENT).read_text()
    assert text.count("builtins.ValueError") == 2, text


async def test_a_failing_console_ends_with_70_and_says_where_the_report_is(
    backend: DemoStage, capsys: pytest.CaptureFixture[str]
) -> None:
    app = backend.app(player="alice_42")

    async def fail() -> None:
        async with at(app) as driver:
            await driver.looks_at("alice_42")
            app.call_later(break_down)
            await driver.until(lambda: app._exception is not None)
            app.fail(KeyError("while it ends"))  # the line stays that of the first

    with pytest.raises(RuntimeError, match="alice_42"):  # Textual raises it again for tests
        await fail()
    assert app.return_code == crash.EXIT_CODE == 70
    (report,) = (backend.folder / "crashes").iterdir()
    said = " ".join(capsys.readouterr().err.split())
    assert "kraty-console failed (RuntimeError)" in said
    assert "without any data" in said
    assert report.name in said.replace(" ", "")
    for text in (said, report.read_text(encoding="utf-8")):
        assert TOKEN not in text
        assert "gone wrong with" not in text.replace('f"alice_42 gone wrong with', "")  # the line of source is there
    assert "in break_down" in report.read_text(encoding="utf-8")


async def test_a_crash_is_reported_even_if_no_report_can_be_written(
    backend: DemoStage, capsys: pytest.CaptureFixture[str]
) -> None:
    (backend.folder / "crashes").write_text("a file in the folder's place")
    app = backend.app()

    async def fail() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            app.call_later(break_down)
            await ConsoleDriver(app, pilot).until(lambda: app._exception is not None)

    with pytest.raises(RuntimeError, match="gone wrong"):
        await fail()
    said = " ".join(capsys.readouterr().err.split())
    assert "no report could be written" in said
    assert TOKEN not in said
    assert app.return_code == 70
