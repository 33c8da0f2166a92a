"""Panes: moving about, what each remembers, refreshing without jumping, and reading a whole row."""

from __future__ import annotations

import json

import pytest

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.widgets.table import RowTable
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.domain.scopes import PANES
from tests.harness.console.colleague import colleague
from tests.harness.console.cursor_walk import by_severity
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


def table(hand: ConsoleDriver) -> RowTable:
    return hand.app.bottom.table


def row_id(hand: ConsoleDriver) -> str:
    row = table(hand).row
    assert row is not None
    return row.id


def ids(hand: ConsoleDriver) -> list[str]:
    """The rows of the pane from top to bottom, those out of sight too."""
    return [row.id for row in by_severity(table(hand).rows)]


async def refreshed(hand: ConsoleDriver, wire: FaultyTransport) -> None:
    before = wire.count("GET", "/players/")
    await hand.press("r")
    await hand.until(lambda: wire.count("GET", "/players/") > before)
    await hand.rest()


async def test_scrolling_to_the_end_of_a_truncated_list_loads_more(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user")) as hand:
        await hand.looks_at("heavy_user")
        await hand.press("1", "G")
        here = row_id(hand)
        await hand.until(lambda: len(ids(hand)) == MAX_LIMIT)
        assert row_id(hand) == here
        assert ids(hand)[DEFAULT_LIMIT - 1] == here
        assert not hand.app.bottom.loader.marked


async def test_rows_made_ready_for_one_pane_are_not_shown_in_another(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("1")
        attempts = ids(hand)
        hand.app.bottom.prepare(hand.app.bottom.state)
        await hand.press("2")
        assert set(ids(hand)).isdisjoint(attempts)
        await hand.press("1")
        assert ids(hand) == attempts


# -- moving about ------------------------------------------------------------------------------------------------


async def test_digits_and_tab_switch_panes(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        for pane in PANES:
            await hand.press(pane.key)
            assert hand.app.bottom.pane == pane.id
            assert f"[{pane.key} {pane.title} " in hand.text
        await hand.press("tab")
        assert hand.app.bottom.pane == "attempts"
        await hand.press("shift+tab", "shift+tab")
        assert hand.app.bottom.pane == "items"
        await hand.press("7")
        assert hand.app.bottom.pane == "items"


async def test_rows_are_moved_through_with_letters_and_arrows(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        rows = ids(hand)
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
            await hand.press(key)
            assert row_id(hand) == rows[place], key


async def test_each_pane_keeps_its_cursor_sort_and_filter(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("g", "j", "j", "s")  # by the first column, which moves rows about under the cursor
        attempt = row_id(hand)
        order = ids(hand)
        await hand.press("2", "f")
        await hand.opened(FilterDialog)
        await hand.type("gems")
        await hand.press("enter")
        await hand.closed()
        grants = ids(hand)
        assert 0 < len(grants) < 11
        await hand.press("G")
        grant = row_id(hand)
        await hand.press("1")
        assert (row_id(hand), ids(hand)) == (attempt, order)
        await hand.press("3", "2")
        assert (row_id(hand), ids(hand)) == (grant, grants)
        assert "only rows with gems" in hand.text


async def test_the_count_in_the_rule_follows_the_cursor_when_rows_are_sorted(backend: DemoStage) -> None:
    async with at(backend.app(player="heavy_user")) as hand:
        await hand.looks_at("heavy_user")
        await hand.press(*["j"] * 22)
        row = hand.app.bottom.table.row
        await hand.press("s", "s", "s")
        assert hand.app.bottom.table.row == row
        await hand.sees(f" {hand.app.bottom.place.index + 1} of 50")
        assert hand.app.bottom.place.index != 22


async def test_sorting_goes_through_the_columns_up_down_and_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        as_it_came = ids(hand)
        await hand.press("s")
        assert "sorted by status, ascending" in hand.text
        assert "STATUS▴" in hand.text
        await hand.press("s")
        assert "sorted by status, descending" in hand.text
        assert "STATUS▾" in hand.text
        await hand.press("s", "s", "s")
        assert "sorted by score, ascending" in hand.text
        scores = [
            row.score or 0 for key in ids(hand) for row in hand.app.bottom.state.snapshot.attempts if row.id == key
        ]
        assert scores == sorted(scores)
        while "in the order of the backend" not in hand.text:
            await hand.press("s")
        assert ids(hand) == as_it_came


@pytest.mark.parametrize("typed", ["1840", "1 840", "1,840", "1\u202f840"])
async def test_a_filter_finds_a_number_however_its_groups_are_typed(backend: DemoStage, typed: str) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("1", "f")
        await hand.opened(FilterDialog)
        hand.app.screen.line.value = typed  # type: ignore[attr-defined]
        await hand.sees("1 left")
        await hand.press("enter")
        await hand.closed()
        await hand.sees("1\u202f840")


async def test_a_filter_narrows_as_one_types_and_escape_takes_it_back(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        everything = ids(hand)
        await hand.press("f")
        await hand.opened(FilterDialog)
        await hand.type("spring")
        await hand.sees("2 left")
        assert len(ids(hand)) == 2
        await hand.type("x")
        await hand.sees("no row holds that")
        assert ids(hand) == []
        await hand.press("escape")
        await hand.closed()
        assert ids(hand) == everything
        await hand.press("f")
        await hand.opened(FilterDialog)
        await hand.type("weekly")
        await hand.press("enter")
        await hand.closed()
        assert len(ids(hand)) == 1
        await hand.press("escape")  # one step back is the filter; the player stays
        assert ids(hand) == everything
        assert hand.app.bottom.state.player == "alice_42"


async def test_an_empty_pane_says_what_would_be_there(backend: DemoStage) -> None:
    async with at(backend.app(player="auth_user_42")) as hand:
        await hand.looks_at("auth_user_42")
        empty = [pane for pane in PANES if f"{pane.title} 0" in hand.text]
        assert empty
        for pane in empty:
            await hand.press(pane.key)
            assert pane.empty in hand.text
            assert table(hand).row is None
            await hand.press("j", "enter", "c", "s")  # nothing to move to, and nothing breaks


# -- refresh -----------------------------------------------------------------------------------------------------


async def test_a_refresh_keeps_cursor_sort_and_filter_and_marks_what_changed(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("2", "s", "f")
        await hand.opened(FilterDialog)
        await hand.type("g")
        await hand.press("enter")
        await hand.closed()
        await hand.press("j", "j")
        before, here = ids(hand), row_id(hand)
        with colleague(backend) as other:
            new = other.grant("alice_42", "gold", 77)
        await refreshed(hand, wire)
        assert row_id(hand) == here
        assert set(ids(hand)) == {*before, new}
        assert [each for each in ids(hand) if each != new] == before
        place = hand.app.bottom.place
        assert place.filter == "g"
        assert place.sort
        assert hand.app.bottom.loader.marked >= {new}
        assert [line for line in hand.text.splitlines() if "* pending" in line and "77 gold" in line]
        await refreshed(hand, wire)
        assert not hand.app.bottom.loader.marked
        assert "* " not in hand.text


async def test_a_refresh_keeps_the_scroll(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="heavy_user"), (80, 24)) as hand:
        await hand.looks_at("heavy_user")
        await hand.press("2", "g", *["j"] * 30, *["k"] * 3)
        top, here = hand.app.bottom.place.top, row_id(hand)
        assert top > 10
        shown = hand.text
        await refreshed(hand, wire)
        assert (hand.app.bottom.place.top, row_id(hand)) == (top, here)
        assert hand.text == shown
        with colleague(backend) as other:
            other.grant("heavy_user", "gold", 7)
        await refreshed(hand, wire)
        assert row_id(hand) == here


async def test_the_cursor_moves_to_the_nearest_row_when_its_row_vanishes(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("2", "f")
        await hand.opened(FilterDialog)
        await hand.type("pending")
        await hand.press("enter")
        await hand.closed()
        await hand.press("G")
        *others, last = ids(hand)
        assert row_id(hand) == last
        with colleague(backend) as other:
            other.force_claim(last)
        await refreshed(hand, wire)
        assert ids(hand) == others
        assert row_id(hand) == others[-1]


async def test_an_unchanged_answer_changes_nothing_on_screen(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("3", "j")
        snapshot, shown = hand.app.bottom.state.snapshot, hand.text
        await refreshed(hand, wire)
        assert hand.app.bottom.state.snapshot is snapshot
        assert hand.text == shown


async def test_totals_follow_a_refresh(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as hand:
        await hand.looks_at("bob_7")
        totals = hand.app.bottom.state.snapshot.summary
        assert f"{totals.grants_pending} pending" in hand.text
        with colleague(backend) as other:
            other.grant("bob_7", "gold", 7)
        await refreshed(hand, wire)
        await hand.sees(f"2 Grants {totals.grants_pending + totals.grants_claimed + 1}")
        await hand.sees(f"{totals.grants_pending + 1} pending")


# -- a whole row -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pane", [each.id for each in PANES])
async def test_enter_opens_the_row_as_a_document_and_capital_j_swaps_to_its_json(backend: DemoStage, pane: str) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press(next(each.key for each in PANES if each.id == pane))
        here = row_id(hand)
        await hand.press("enter")
        await hand.opened(TextDialog)
        words = hand.text
        await hand.press("J")
        await hand.until(lambda: hand.text != words)
        as_json = hand.text
        await hand.press("c")
        assert here in json.loads(hand.app.clipboard).values()
        await hand.press("J")
        await hand.until(lambda: hand.text == words)
        await hand.press("escape")
        await hand.closed()
        await hand.press("J")
        await hand.opened(TextDialog)
        assert hand.text == as_json
        await hand.press("q")
        await hand.closed()
        assert row_id(hand) == here


# -- back and out ------------------------------------------------------------------------------------------------


async def test_escape_goes_back_step_by_step_and_never_quits(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as hand:
        await hand.looks_at("alice_42")
        await hand.press("escape")
        await hand.sees("Players opened before")
        assert hand.app.bottom.state.status is LoadStatus.IDLE
        await hand.press(*["escape"] * 6)
        assert hand.app.is_running
        assert hand.app.return_code is None


async def test_q_goes_back_and_at_the_top_quits(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    async with at(app) as hand:
        await hand.looks_at("alice_42")
        await hand.press("q")
        assert hand.app.bottom.state.status is LoadStatus.IDLE
        assert app.return_code is None
        await hand.rest()
        await hand.press("q")
        await hand.until(lambda: app.return_code == 0)


async def test_ctrl_c_quits_only_when_pressed_twice_in_a_row(backend: DemoStage) -> None:
    app = backend.app()
    async with at(app) as hand:
        await hand.press("ctrl+c")
        assert "ctrl+c again quits" in hand.text
        await hand.type("a")
        assert "ctrl+c again quits" not in hand.text
        await hand.press("ctrl+c")
        assert app.return_code is None
        await hand.press("ctrl+c")
        await hand.until(lambda: app.return_code == 0)


async def test_ctrl_c_twice_quits_from_a_dialog_too(backend: DemoStage) -> None:
    app = backend.app(player="alice_42")
    async with at(app) as hand:
        await hand.looks_at("alice_42")
        await hand.press("B")
        await hand.opened()
        await hand.press("ctrl+c", "x", "ctrl+c")
        assert app.return_code is None
        await hand.press("ctrl+c")
        await hand.until(lambda: app.return_code == 0)
