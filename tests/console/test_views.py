"""The text of the parts of the player screen in each size, without a screen."""

from __future__ import annotations

from datetime import datetime

import pytest
from rich.cells import cell_len

from kraty_console.console.player_state import LoadStatus, PlayerState
from kraty_console.console.startup.boot_lines import resting_lines
from kraty_console.console.views.layout import ScreenArea, layout
from kraty_console.console.views.next_step import next_step_lines, too_small_lines
from kraty_console.console.views.player import heading, is_old
from kraty_console.console.views.rows import TableRows, TableSection, TableState
from kraty_console.console.views.tabs import tab_lines
from kraty_console.console.views.text import Line
from kraty_console.domain.next_step import NextStep
from kraty_console.present.safe import SafeText
from kraty_console.present.table import Cell, Column, TableRow
from tests.harness.console.cursor_walk import by_severity
from tests.harness.console.stage import NOW


def text(line: Line) -> str:
    return "".join(text for text, _ in line)


def texts(lines: list[Line]) -> list[str]:
    return [text(line).rstrip() for line in lines]


# -- where the parts stand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "fits"), [((40, 12), True), ((39, 12), False), ((40, 11), False), ((10, 3), False)])
def test_the_layout_has_a_minimum_size(size: tuple[int, int], fits: bool) -> None:
    assert (layout(*size) is not None) == fits


@pytest.mark.parametrize("size", [(40, 16), (80, 24), (109, 30), (110, 29), (110, 30), (120, 36), (200, 60)])
def test_the_parts_fill_the_terminal_and_none_overlaps_another(size: tuple[int, int]) -> None:
    at = layout(*size)
    assert at is not None
    areas = [at.header, at.search, at.profile, at.next, at.tabs, at.rows, at.detail, at.footer, at.rule]
    taken = [
        (x, y)
        for area in areas
        if area is not None
        for x in range(area.x, area.x + area.width)
        for y in range(area.y, area.y + area.height)
    ]
    assert len(taken) == len(set(taken)) == size[0] * size[1]
    assert (at.rule is not None) == (size >= (110, 30) and size[1] >= 30)


def test_the_lowest_terminal_keeps_a_row_and_cuts_the_detail() -> None:
    at = layout(40, 12)
    assert at is not None
    assert at.rows == ScreenArea(0, 7, 40, 1)
    assert at.detail == ScreenArea(0, 8, 40, 3)
    assert at.footer == ScreenArea(0, 11, 40, 1)


# -- single lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "says"),
    [
        (90, "─[1 Attempts 12] 2 Grants 3  3 Wallet  4 Lobbies  5 Items  6 Audit  7 Timeline"),
        (76, "─[1 Attempts 12]2 Grants 3 3 Wallet 4 Lobbies 5 Items 6 Audit 7 Timeline"),
        (68, "─[1 Att 12]2 Grants 3 3 Wallet 4 Lobby 5 Items 6 Audit 7 Time"),
        (60, "─[1 Att]2 Grants 3 Wallet 4 Lobby 5 Items 6 Audit 7 Time"),
        (40, "─[1] 2  3  4  5  6  7"),
    ],
)
def test_tabs_shorten_titles_and_leave_out_counts_then_titles(width: int, says: str) -> None:
    (line,) = tab_lines("attempts", {"attempts": "12", "grants": "3"}, width)
    assert text(line).rstrip("─ ") == says
    assert cell_len(text(line)) == width


@pytest.mark.parametrize(
    ("width", "says"),
    [(40, " / player id or"), (47, " / player id or e-mai"), (50, " / player id or e-mail")],
)
def test_the_search_line_says_what_may_be_typed(width: int, says: str) -> None:
    assert texts(resting_lines(width)) == [says]


class Session:
    """What the heading reads of a desk."""

    game, environment, member, role, ticket = "rabbit-rush", "live", "maria", "GAME_ADMIN", ""
    role_is_unknown = False

    class launch:  # noqa: N801
        read_only = False


@pytest.mark.parametrize(
    ("state", "waiting", "age", "tone"),
    [
        (PlayerState(), False, "", "dim"),
        (PlayerState(LoadStatus.READY, at=NOW), False, "as of 14:02:31Z", "dim"),
        (PlayerState(LoadStatus.STALE, at=NOW), False, "STALE since 14:02:31Z", "bad"),
        (PlayerState(LoadStatus.LOADING, at=NOW, since=NOW), False, "as of 14:02:31Z", "dim"),
        (PlayerState(LoadStatus.LOADING, since=NOW), True, "loading, 9 s, esc cancels", "warn"),
    ],
)
def test_the_heading_shows_the_age_of_the_data(state: PlayerState, waiting: bool, age: str, tone: str) -> None:
    now: datetime = NOW.replace(second=NOW.second + 9)
    told = heading(Session, state, now, waiting=waiting)  # type: ignore[arg-type]
    assert (told.age, told.age_tone) == (age, tone)
    assert is_old(state, waiting=waiting) == (state.status is LoadStatus.STALE or waiting)


# -- boxes ---------------------------------------------------------------------------------------------------------

STEP = NextStep("The roll failed, so nothing was granted. Retry the roll.", "attempt.retry_roll", severity="wrong")


@pytest.mark.parametrize(
    ("off", "width", "height", "says"),
    [
        (
            "",
            33,
            6,
            [
                "─ Next step ─────────────────────",
                " The roll failed, so nothing was",
                " granted. Retry the roll.",
                " press .  retry roll",
            ],
        ),
        (
            "read-only profile",
            33,
            4,
            [
                "─ Next step ─────────────────────",
                " The roll failed, so nothing was",
                " granted. Retry the roll.",
                " read-only profile",
            ],
        ),
        ("", 80, 2, [" . The roll failed, so nothing was granted. Retry the roll.", "   retry roll"]),
        ("", 80, 4, [" . The roll failed, so nothing was granted. Retry the roll.", "   retry roll"]),
        ("", 40, 1, [" . The roll failed, so nothing was …"]),
    ],
)
def test_the_next_step_fits_into_its_area(off: str, width: int, height: int, says: list[str]) -> None:
    assert texts(next_step_lines(STEP, off, width, height)) == says


@pytest.mark.parametrize(("width", "height"), [(80, 2), (33, 9)])
def test_a_step_that_is_not_for_this_person_is_dimmed_and_says_why(width: int, height: int) -> None:
    lines = next_step_lines(STEP, "needs a.permission; you are GAME_VIEWER", width, height)
    assert "key" not in {tone for line in lines for _, tone in line}
    assert "needs a.permission; you are" in text(lines[-1]) + text(lines[-2])
    on = next_step_lines(STEP, "", width, height)
    assert "." in "".join(text for line in on for text, tone in line if tone == "key")


def test_no_next_step_draws_no_lines() -> None:
    assert next_step_lines(None, "", 33, 9) == []


def test_a_small_terminal_shows_the_size_it_needs() -> None:
    assert texts(too_small_lines(30, 8)) == ["kraty-console needs 40×12;", "this terminal is 30×8. q", "quits."]


# -- the table -----------------------------------------------------------------------------------------------------

COLUMNS = (Column("event", "EVENT", 4, priority=1), Column("score", "SCORE", 4, priority=2, right=True))


def row(name: str, score: int) -> TableRow:
    cells = (Cell(SafeText(name)), Cell(SafeText(str(score)), "good"))
    return TableRow(name, "attempt", cells, (name, score), name, "id")


def section(*scores: int) -> TableSection:
    return TableSection(
        "list", COLUMNS, tuple(row(f"row{n}", score) for n, score in enumerate(scores)), empty="None yet."
    )


def test_rows_show_the_cursor_and_what_changed() -> None:
    rows = TableRows([section(5, 40)], TableState("row1"), marked=frozenset({"row0"}))
    assert texts(rows.lines(20, 5, focused=True)) == ["   EVENT  SCORE", " * row0       5", "▸  row1      40"]
    assert rows.lines(20, 5, focused=True)[2] == [("▸  row1      40     ", "cursor")]
    assert rows.lines(20, 5, focused=False)[2] == [("▸  row1      40     ", "cursor-blurred")]


def test_old_rows_are_dimmed_but_for_the_cursor() -> None:
    lines = TableRows([section(5, 40)], stale=True).lines(20, 5, focused=True)
    assert {tone for _, tone in lines[2]} == {"dim"}
    assert {tone for _, tone in lines[1]} == {"cursor"}


def test_the_cursor_stays_on_its_row_when_the_order_changes() -> None:
    rows = TableRows([section(3, 1, 2)], table_state := TableState("row0"))
    assert [rows.next_sort() for _ in range(3)][-1] == "sorted by score, ascending"
    assert [each.id for each in by_severity(rows)] == ["row1", "row2", "row0"]
    assert (rows.current, table_state.index) == (by_severity(rows)[2], 2)
    assert text(rows.lines(20, 5, focused=True)[0]).split() == ["EVENT", "SCORE▴"]


@pytest.mark.parametrize(("index", "goes_to"), [(-5, 0), (2, 2), (99, 3)])
def test_the_cursor_goes_no_further_than_the_last_row(index: int, goes_to: int) -> None:
    rows = TableRows([section(1, 2, 3, 4)])
    assert rows.nearest(index) == goes_to
    moved = rows.go(goes_to)
    assert (moved.id if moved else None) == (f"row{goes_to}" if goes_to else None)
    assert rows.position(3) == f"{goes_to + 1} of 4"
    assert rows.position(5) == ""


def test_an_empty_table_has_no_current_row() -> None:
    rows = TableRows([section()])
    assert (len(rows), rows.current, rows.nearest(0), rows.position(1)) == (0, None, None, "")
    assert texts(rows.lines(20, 5, focused=True)) == ["   None yet."]
    assert rows.next_sort() == "nothing to sort"


def test_columns_without_room_are_counted() -> None:
    rows = TableRows([section(1, 2)])
    assert [rows.hidden_columns(width) for width in (40, 12, 8)] == [0, 1, 1]
