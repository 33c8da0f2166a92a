"""Widgets made of lines repaint only the lines that differ."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.geometry import Region

from kraty_console.console.colours import LIGHT
from kraty_console.console.views.text import cut, fit, width_of, wrap
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.widget_frame import WIDE, Told, framed, plain

# -- repainting ----------------------------------------------------------------------------------------------------


async def test_only_the_lines_that_became_different_are_painted() -> None:
    view = Told(plain("one", "two", "three"))
    async with framed(view) as (app, pilot):
        assert app.shown[:4] == ["one", "two", "three", ""]
        view.painted.clear()
        view.redraw()
        assert view.painted == []
        view.lines = plain("one", "TWO", "three")
        view.redraw()
        assert view.painted == [Region(0, 1, 3, 1)]
        await wait_until_idle(pilot.app)
        assert app.shown[:3] == ["one", "TWO", "three"]


async def test_a_line_is_painted_up_to_the_last_cell_that_differs() -> None:
    view = Told(plain("score 1840 of 1500"))
    async with framed(view):
        view.painted.clear()
        view.lines = plain("score 1841 of 1500")
        view.redraw()
        assert view.painted == [Region(0, 0, len("score 1841"), 1)]


async def test_a_tone_that_changed_is_a_difference_too() -> None:
    view = Told([[("one", "plain")]])
    async with framed(view):
        view.painted.clear()
        view.lines = [[("one", "bad")]]
        view.redraw()
        assert view.painted == [Region(0, 0, 3, 1)]


async def test_a_line_of_wide_characters_is_painted_whole() -> None:
    view = Told(plain(WIDE + " one"))
    async with framed(view):
        view.painted.clear()
        view.lines = plain(WIDE + " two")
        view.redraw()
        assert view.painted == [Region(0, 0, 40, 1)]


async def test_lines_that_are_gone_are_painted_over() -> None:
    view = Told(plain("one", "two", "three"))
    async with framed(view) as (app, pilot):
        view.lines = plain("one")
        view.redraw()
        await wait_until_idle(pilot.app)
        assert app.shown[:3] == ["one", "", ""]


async def test_changes_of_a_hidden_widget_are_painted_when_it_is_shown() -> None:
    view = Told(plain("one", "", "three"))
    async with framed(view) as (app, pilot):
        view.lines = plain("one", "", "")
        view.redraw()
        app.screen.query_one("#around").display = False
        await wait_until_idle(pilot.app)
        view.lines = plain("uno", "due", "tre")
        view.redraw()
        app.screen.query_one("#around").display = True
        await wait_until_idle(pilot.app)
        assert app.shown[:3] == ["uno", "due", "tre"]


async def test_more_lines_than_there_is_room_for_are_left_out() -> None:
    view = Told(plain(*(f"{n}" for n in range(50))))
    async with framed(view, (20, 5)) as (app, _):
        assert app.shown == ["0", "1", "2", "3", "4"]


async def test_a_new_size_or_theme_rebuilds_all_lines() -> None:
    view = Told(plain("x" * 60))
    async with framed(view) as (app, pilot):
        assert app.shown[0] == "x" * 39 + "…"
        await pilot.resize_terminal(20, 5)
        await wait_until_idle(pilot.app)
        assert app.shown[0] == "x" * 19 + "…"
        style = view.style_of("bad")
        app.theme = LIGHT
        await wait_until_idle(pilot.app)
        assert view.style_of("bad") != style


async def test_an_unknown_tone_is_drawn_plain() -> None:
    view = Told([[("one", "polka dots")]])
    async with framed(view):
        assert view.style_of("polka dots") == view.style_of("plain")


@pytest.mark.parametrize("width", range(1, 12))
def test_cut_and_fit_take_exactly_their_cells(width: int) -> None:
    for text in ("", "abc", "abcdefghijklmnop", WIDE, WIDE * 3, "漢" * 9):
        assert cell_len(fit(text, width)) == width
        line = cut([(text, "plain"), (text, "dim"), ("tail", "bad")], width)
        assert width_of(line) <= width
    assert fit("abc", 0) == ""


@pytest.mark.parametrize("width", [1, 2, 7, 20])
def test_wrapping_breaks_at_blanks_and_loses_no_word(width: int) -> None:
    text = "The roll failed, so nothing was granted.\nRetry 漢字漢字漢字漢字漢字漢字 the roll"
    lines = wrap(text, width)
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


# -- header and footer ---------------------------------------------------------------------------------------------
