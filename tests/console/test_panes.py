"""Panes: moving about, what each remembers, refreshing without jumping, and reading a whole row."""

from __future__ import annotations

import json

import pytest

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.widgets.table import RowTable
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.domain.scopes import LIST_PANES, PANES
from tests.harness.console.colleague import colleague
from tests.harness.console.cursor_walk import by_severity
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


def table(driver: ConsoleDriver) -> RowTable:
    return driver.app.bottom.table


def row_id(driver: ConsoleDriver) -> str:
    row = table(driver).row
    assert row is not None
    return row.id


def ids(driver: ConsoleDriver) -> list[str]:
    """The rows of the pane from top to bottom, those out of sight too."""
    return [row.id for row in by_severity(table(driver).rows)]


async def refreshed(driver: ConsoleDriver, wire: FaultyTransport) -> None:
    before = wire.count("GET", "/players/")
    await driver.press("r")
    await driver.until(lambda: wire.count("GET", "/players/") > before)
    await driver.rest()


async def test_scrolling_to_the_end_of_a_truncated_list_loads_more(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await driver.looks_at("heavy_user")
        await driver.press("1", "G")
        here = row_id(driver)
        await driver.until(lambda: len(ids(driver)) == MAX_LIMIT)
        assert row_id(driver) == here
        assert ids(driver)[DEFAULT_LIMIT - 1] == here
        assert not driver.app.bottom.loader.marked


async def test_rows_made_ready_for_one_pane_are_not_shown_in_another(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("1")
        attempts = ids(driver)
        driver.app.bottom.prepare(driver.app.bottom.state)
        await driver.press("2")
        assert set(ids(driver)).isdisjoint(attempts)
        await driver.press("1")
        assert ids(driver) == attempts


# -- moving about ------------------------------------------------------------------------------------------------


async def test_digits_and_tab_switch_panes(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for pane in PANES:
            await driver.press(pane.key)
            assert driver.app.bottom.pane == pane.id
            assert f"[{pane.key} {pane.title}" in driver.text
        await driver.press("tab")
        assert driver.app.bottom.pane == "attempts"
        await driver.press("shift+tab", "shift+tab")
        assert driver.app.bottom.pane == "audit"
        await driver.press("8")
        assert driver.app.bottom.pane == "audit"


async def test_rows_are_moved_through_with_letters_and_arrows(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        rows = ids(driver)
        assert len(rows) >= 10
        for key, place in (
            ("g", 0),
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("up", 0),
            ("G", len(rows) - 1),
            ("j", len(rows) - 1),
            ("home", 0),
            ("end", len(rows) - 1),
            ("pageup", 0),
            ("pagedown", len(rows) - 1),
        ):
            await driver.press(key)
            assert row_id(driver) == rows[place], key


async def test_each_pane_keeps_its_cursor_sort_and_filter(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("g", "j", "j", "s")  # by the first column, which moves rows about under the cursor
        attempt = row_id(driver)
        order = ids(driver)
        await driver.press("2", "f")
        await driver.opened(FilterDialog)
        await driver.type("gems")
        await driver.press("enter")
        await driver.closed()
        grants = ids(driver)
        assert 0 < len(grants) < 11
        await driver.press("G")
        grant = row_id(driver)
        await driver.press("1")
        assert (row_id(driver), ids(driver)) == (attempt, order)
        await driver.press("3", "2")
        assert (row_id(driver), ids(driver)) == (grant, grants)
        assert "only rows with gems" in driver.text


async def test_the_count_in_the_rule_follows_the_cursor_when_rows_are_sorted(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await driver.looks_at("heavy_user")
        await driver.press(*["j"] * 22)
        row = driver.app.bottom.table.row
        await driver.press("s", "s", "s")
        assert driver.app.bottom.table.row == row
        await driver.sees(f" {driver.app.bottom.table_state.index + 1} of 50")
        assert driver.app.bottom.table_state.index != 22


async def test_sorting_goes_through_the_columns_up_down_and_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        as_it_came = ids(driver)
        await driver.press("s")
        assert "sorted by status, ascending" in driver.text
        assert "STATUS▴" in driver.text
        await driver.press("s")
        assert "sorted by status, descending" in driver.text
        assert "STATUS▾" in driver.text
        await driver.press("s", "s", "s")
        assert "sorted by score, ascending" in driver.text
        scores = [
            row.score or 0 for key in ids(driver) for row in driver.app.bottom.state.snapshot.attempts if row.id == key
        ]
        assert scores == sorted(scores)
        while "in the order of the backend" not in driver.text:
            await driver.press("s")
        assert ids(driver) == as_it_came


@pytest.mark.parametrize("typed", ["1840", "1 840", "1,840", "1\u202f840"])
async def test_a_filter_finds_a_number_however_its_groups_are_typed(backend: DemoStage, typed: str) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("1", "f")
        await driver.opened(FilterDialog)
        driver.app.screen.line.value = typed  # type: ignore[attr-defined]
        await driver.sees("1 left")
        await driver.press("enter")
        await driver.closed()
        await driver.sees("1\u202f840")


async def test_a_filter_narrows_as_one_types_and_escape_takes_it_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        everything = ids(driver)
        await driver.press("f")
        await driver.opened(FilterDialog)
        await driver.type("spring")
        await driver.sees("2 left")
        assert len(ids(driver)) == 2
        await driver.type("x")
        await driver.sees("no row holds that")
        assert ids(driver) == []
        await driver.press("escape")
        await driver.closed()
        assert ids(driver) == everything
        await driver.press("f")
        await driver.opened(FilterDialog)
        await driver.type("weekly")
        await driver.press("enter")
        await driver.closed()
        assert len(ids(driver)) == 1
        await driver.press("escape")  # one step back is the filter; the player stays
        assert ids(driver) == everything
        assert driver.app.bottom.state.player == "alice_42"


async def test_an_empty_pane_says_what_would_be_there(backend: DemoStage) -> None:
    async with at(backend.app(player="auth_user_42")) as driver:
        await driver.looks_at("auth_user_42")
        empty = [pane for pane in PANES if f"{pane.title} 0" in driver.text]
        assert empty
        for pane in empty:
            await driver.press(pane.key)
            assert pane.empty in driver.text
            assert table(driver).row is None
            await driver.press("j", "enter", "c", "s")  # nothing to move to, and nothing breaks


# -- refresh -----------------------------------------------------------------------------------------------------


async def test_a_refresh_keeps_cursor_sort_and_filter_and_marks_what_changed(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("2", "s", "f")
        await driver.opened(FilterDialog)
        await driver.type("g")
        await driver.press("enter")
        await driver.closed()
        await driver.press("j", "j")
        before, here = ids(driver), row_id(driver)
        with colleague(backend) as other:
            new = other.grant("alice_42", "gold", 77)
        await refreshed(driver, wire)
        assert row_id(driver) == here
        assert set(ids(driver)) == {*before, new}
        assert [each for each in ids(driver) if each != new] == before
        table_state = driver.app.bottom.table_state
        assert table_state.filter == "g"
        assert table_state.sort
        assert driver.app.bottom.loader.marked >= {new}
        assert [line for line in driver.text.splitlines() if "* pending" in line and "77 gold" in line]
        await refreshed(driver, wire)
        assert not driver.app.bottom.loader.marked
        assert "* " not in driver.text


async def test_a_refresh_keeps_the_scroll(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="heavy_user"), (80, 24)) as driver:
        await driver.looks_at("heavy_user")
        await driver.press("2", "g", *["j"] * 30, *["k"] * 3)
        top, here = driver.app.bottom.table_state.top, row_id(driver)
        assert top > 10
        shown = driver.text
        await refreshed(driver, wire)
        assert (driver.app.bottom.table_state.top, row_id(driver)) == (top, here)
        assert driver.text == shown
        with colleague(backend) as other:
            other.grant("heavy_user", "gold", 7)
        await refreshed(driver, wire)
        assert row_id(driver) == here


async def test_the_cursor_moves_to_the_nearest_row_when_its_row_vanishes(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("2", "f")
        await driver.opened(FilterDialog)
        await driver.type("pending")
        await driver.press("enter")
        await driver.closed()
        await driver.press("G")
        *others, last = ids(driver)
        assert row_id(driver) == last
        with colleague(backend) as other:
            other.force_claim(last)
        await refreshed(driver, wire)
        assert ids(driver) == others
        assert row_id(driver) == others[-1]


async def test_an_unchanged_answer_changes_nothing_on_screen(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("3", "j")
        snapshot, shown = driver.app.bottom.state.snapshot, driver.text
        await refreshed(driver, wire)
        assert driver.app.bottom.state.snapshot is snapshot
        assert driver.text == shown


async def test_totals_follow_a_refresh(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        totals = driver.app.bottom.state.snapshot.summary
        assert f"{totals.grants_pending} pending" in driver.text
        with colleague(backend) as other:
            other.grant("bob_7", "gold", 7)
        await refreshed(driver, wire)
        await driver.sees(f"2 Grants {totals.grants_pending + totals.grants_claimed + 1}")
        await driver.sees(f"{totals.grants_pending + 1} pending")


# -- a whole row -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pane", [each.id for each in LIST_PANES])
async def test_enter_opens_the_row_as_a_document_and_capital_j_swaps_to_its_json(backend: DemoStage, pane: str) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(next(each.key for each in PANES if each.id == pane))
        here = row_id(driver)
        await driver.press("enter")
        await driver.opened(TextDialog)
        words = driver.text
        await driver.press("J")
        await driver.until(lambda: driver.text != words)
        as_json = driver.text
        await driver.press("c")
        assert here in json.loads(driver.app.clipboard).values()
        await driver.press("J")
        await driver.until(lambda: driver.text == words)
        await driver.press("escape")
        await driver.closed()
        await driver.press("J")
        await driver.opened(TextDialog)
        assert driver.text == as_json
        await driver.press("q")
        await driver.closed()
        assert row_id(driver) == here


# -- back and out ------------------------------------------------------------------------------------------------


async def test_escape_goes_back_step_by_step_and_never_quits(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("escape")
        await driver.sees("Players opened before")
        assert driver.app.bottom.state.status is LoadStatus.IDLE
        await driver.press(*["escape"] * 6)
        assert driver.app.is_running
        assert driver.app.return_code is None


async def test_q_goes_back_and_at_the_top_quits(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    async with at(app) as driver:
        await driver.looks_at("alice_42")
        await driver.press("q")
        assert driver.app.bottom.state.status is LoadStatus.IDLE
        assert app.return_code is None
        await driver.rest()
        await driver.press("q")
        await driver.until(lambda: app.return_code == 0)


async def test_ctrl_c_quits_only_when_pressed_twice_in_a_row(backend: DemoStage) -> None:
    app = backend.app()
    async with at(app) as driver:
        await driver.press("ctrl+c")
        assert "ctrl+c again quits" in driver.text
        await driver.type("a")
        assert "ctrl+c again quits" not in driver.text
        await driver.press("ctrl+c")
        assert app.return_code is None
        await driver.press("ctrl+c")
        await driver.until(lambda: app.return_code == 0)


async def test_ctrl_c_twice_quits_from_a_dialog_too(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    async with at(app) as driver:
        await driver.looks_at("alice_42")
        await driver.press("B")
        await driver.opened()
        await driver.press("ctrl+c", "x", "ctrl+c")
        assert app.return_code is None
        await driver.press("ctrl+c")
        await driver.until(lambda: app.return_code == 0)
