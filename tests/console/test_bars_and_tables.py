"""The lines at the edges of the screen, and the table."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from kraty_console.console.views.bars import Heading, KeyHint, Notice
from kraty_console.console.views.rows import TableSection, TableState
from kraty_console.console.widgets.bars import FooterBar, HeaderBar
from kraty_console.console.widgets.table import RowTable
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Cell, Column, TableRow
from tests.harness.console.cursor_walk import by_severity
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.widget_frame import Watched, framed


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
async def test_the_header_keeps_place_and_environment_at_every_width(width: int) -> None:
    bar = HeaderBar()
    async with framed(bar, (width, 1)) as (app, pilot):
        bar.show(
            Heading(
                place="rabbit-rush",
                player="alice_42",
                environment="live",
                member="maria",
                role="GAME_ADMIN",
                ticket="ZD-4821",
                age="as of 14:02:31Z",
                latency="4 ms",
            )
        )
        await wait_until_idle(pilot.app)
        line = app.shown[0]
        assert " kraty " in line
        assert " LIVE" in line
        assert ("alice_42" in line) == (width >= 40)
        assert ("GAME_ADMIN" in line) == (width >= 80)
        assert ("ZD-4821" in line) == (width >= 80)
        assert ("maria · GAME_ADMIN" in line) == (width >= 100)
        assert ("4 ms" in line) == (width >= 100)


@pytest.mark.parametrize("width", [12, 40, 80, 120])
async def test_the_footer_keeps_the_question_mark_at_every_width(width: int) -> None:
    bar = FooterBar()
    async with framed(bar, (width, 1)) as (app, pilot):
        bar.show([KeyHint("F", "complete", enabled=False), KeyHint("R", "roll"), KeyHint("?", "keys")])
        await wait_until_idle(pilot.app)
        assert app.shown[0].endswith("? keys")
        bar.tell(Notice("Too many requests.", "warn"))
        await wait_until_idle(pilot.app)
        assert app.shown[0].startswith(" Too many"[: width - 1])
        bar.tell(None)
        await wait_until_idle(pilot.app)
        assert app.shown[0].endswith("? keys")


# -- the table -----------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("status", "STATUS", 6, priority=1),
    Column("event", "EVENT", 6, priority=2),
    Column("score", "SCORE", 5, priority=3, right=True),
    Column("id", "ID", 8, priority=6, middle=True),
    Column("wrong", "WHAT IS WRONG", 6, priority=4),
)


def row(number: int) -> TableRow:
    texts = (
        "completed",
        f"event_{number % 7}",
        f"{number * 7 % 1000}",
        f"0197{number:032d}",
        "漢字" if number % 3 else "",
    )
    return TableRow(
        f"row-{number}",
        "attempt",
        tuple(Cell(SafeText(text)) for text in texts),
        (
            texts[0],
            texts[1],
            None if number % 5 == 0 else number * 7 % 1000,
            texts[3],
            texts[4],
        ),
        f"0197{number:032d}",
        "attempt id",
    )


def section(count: int) -> TableSection:
    return TableSection(
        "attempts", COLUMNS, tuple(row(n) for n in range(count)), empty="No attempts yet.\nNone at all."
    )


@pytest.mark.parametrize("count", [0, 1, 1_000])
async def test_a_table_of_any_length_is_moved_through(count: int) -> None:
    table = RowTable()
    async with framed(table, (100, 12)) as (app, pilot):
        table_state = TableState()
        table.show([section(count)], table_state)
        await wait_until_idle(pilot.app)
        for move in (
            lambda: table.action_edge(1),
            lambda: table.action_move(1),
            lambda: table.action_page(-1),
            lambda: table.action_page(1),
            lambda: table.action_move(-3),
            lambda: table.action_edge(-1),
        ):
            move()
            assert 0 <= table_state.index <= max(0, count - 1)
        assert table.rows_shown == count
        await wait_until_idle(pilot.app)
        if count == 0:
            assert table.row is None
            assert "No attempts yet." in app.shown[0]
            assert table.next_sort() == "nothing to sort"
        else:
            assert table.row is not None
            assert table.row.id == "row-0"
            assert app.shown[1].startswith("▸")
            assert table.rows.position(12) == ("1 of 1000" if count > 10 else "")


async def test_a_table_of_a_thousand_rows_draws_only_what_is_seen() -> None:
    table = RowTable()
    async with framed(table, (100, 12)) as (app, pilot):
        table_state = TableState()
        table.show([section(1_000)], table_state)
        table.action_edge(1)
        await wait_until_idle(pilot.app)
        assert len(table._lines) == 12
        assert app.shown[-1].startswith("▸  completed")
        assert table_state.top == 1_000 + 1 - 12


async def test_columns_fit_at_every_width_and_more_of_them_the_wider_it_is() -> None:
    table = RowTable()
    async with framed(table, (20, 6)) as (app, pilot):
        table.show([section(20)], TableState())
        hidden = [len(COLUMNS)]
        for width in range(20, 201, 6):
            await pilot.resize_terminal(width, 6)
            await wait_until_idle(pilot.app)
            head, first = app.shown[0], app.shown[1]
            assert head.startswith("   STATUS"), width
            assert first.startswith("▸  compl"), width
            assert all(cell_len(line) <= width for line in app.shown), width
            assert table.rows.hidden_columns(width) <= hidden[-1], width
            hidden.append(table.rows.hidden_columns(width))
        assert hidden[1] == 3
        assert hidden[-1] == 0
        assert all(column.title in head for column in COLUMNS)


async def test_sorting_puts_what_is_missing_last_both_ways() -> None:
    table = RowTable()
    async with framed(table, (100, 30)) as (_, pilot):
        table_state = TableState()
        table.show([section(12)], table_state)
        for descending in (False, True):
            table_state.sort["attempts"] = ("score", descending)
            table.show([section(12)], table_state)
            await wait_until_idle(pilot.app)
            numbers = [row.sort[2] for row in by_severity(table.rows)]
            assert numbers[9:] == [None] * 3
            present = [number for number in numbers if isinstance(number, int)]
            assert numbers[:9] == sorted(present, reverse=descending)


async def test_filtering_ignores_case_and_reports_no_matches() -> None:
    table = RowTable()
    async with framed(table, (100, 30)) as (app, pilot):
        table_state = TableState(filter="EVENT_3")
        table.show([section(70)], table_state)
        assert table.rows_shown == 10
        table_state.filter = "nowhere"
        table.show([section(70)], table_state)
        await wait_until_idle(pilot.app)
        assert table.rows_shown == 0
        assert table.row is None
        assert "no row matches the filter; f changes it" in "\n".join(app.shown)


async def test_the_cursor_follows_its_row_and_goes_to_the_nearest_when_it_is_gone() -> None:
    table = RowTable()
    async with framed(table, (100, 30)):
        table_state = TableState()
        rows = section(10).rows
        table.show([section(10)], table_state)
        table.action_move(5)
        assert table_state.row_id == "row-5"
        table.show([TableSection("attempts", COLUMNS, rows[3:])], table_state)
        assert (table_state.row_id, table_state.index) == ("row-5", 2)
        table.show([TableSection("attempts", COLUMNS, (*rows[:5], *rows[6:]))], table_state)
        assert table_state.row_id == "row-2"
        table.show([TableSection("attempts", COLUMNS, ())], table_state)
        table.show([TableSection("attempts", COLUMNS, rows)], table_state)
        assert table_state.row_id is not None


async def test_moving_by_a_row_paints_two_lines() -> None:
    table = Watched()
    async with framed(table, (100, 30)) as (_, pilot):
        table.show([section(20)], TableState())
        await wait_until_idle(pilot.app)
        table.painted.clear()
        table.action_move(1)
        assert [region.y for region in table.painted] == [1, 2]


async def test_two_sections_are_one_list_to_move_through() -> None:
    table = RowTable()
    async with framed(table, (100, 30)) as (app, pilot):
        table_state = TableState()
        balances = TableSection("balances", COLUMNS[:2], (row(1), row(2)), title="Balances")
        ledger = TableSection("ledger", COLUMNS, tuple(row(n) for n in range(10, 15)), title="Ledger")
        table.show([balances, ledger], table_state)
        await wait_until_idle(pilot.app)
        assert [line.strip() for line in app.shown if line.strip() in ("Balances", "Ledger")] == ["Balances", "Ledger"]
        table.action_move(2)
        assert table_state.row_id == "row-10"
        assert table.next_sort() == "sorted by status, ascending"
        assert set(table_state.sort) == {"ledger"}


async def test_old_data_is_dimmed_and_changed_rows_are_marked() -> None:
    table = RowTable()
    async with framed(table, (100, 30)) as (app, pilot):
        table.show([section(3)], TableState(), marked=frozenset({"row-1"}))
        await wait_until_idle(pilot.app)
        assert app.shown[2].startswith(" * completed")
        plainly = table._lines[3]
        table.show([section(3)], TableState(), stale=True)
        await wait_until_idle(pilot.app)
        assert app.shown[2].startswith("   completed")
        assert table._lines[3] != plainly
        assert table._lines[3].text == plainly.text


async def test_the_titles_of_columns_stay_while_rows_are_scrolled() -> None:
    table = RowTable()
    async with framed(table, (100, 12)) as (app, pilot):
        table_state = TableState()
        table.show([section(1_000)], table_state)
        for move in (lambda: table.action_edge(1), lambda: table.action_page(-1), lambda: table.action_move(-9)):
            move()
            await wait_until_idle(pilot.app)
            assert app.shown[0].startswith("   STATUS")
            assert sum(line.startswith("▸") for line in app.shown) == 1
        for _ in range(30):
            table.action_move(-1)
            await wait_until_idle(pilot.app)
            assert app.shown[0].startswith("   STATUS")
            assert sum(line.startswith("▸") for line in app.shown) == 1
        table.action_edge(-1)
        await wait_until_idle(pilot.app)
        assert app.shown[0].startswith("   STATUS")
        assert app.shown[1].startswith("▸")


async def test_a_table_with_two_lines_shows_only_rows() -> None:
    table = RowTable()
    async with framed(table, (100, 2)) as (app, pilot):
        table.show([section(9)], TableState())
        table.action_edge(1)
        await wait_until_idle(pilot.app)
        assert "STATUS" not in app.shown[0]
        assert app.shown[1].startswith("▸")
