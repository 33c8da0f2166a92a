"""A deferred screen is not painted before it is ready, and is styled like any other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Static
from textual.worker import WorkerFailed

from kraty_console.paint.deferred_paint import DeferredPaintScreen
from kraty_console.paint.textual_app import pieces_of


class Watching(App[None]):
    """Notes every screen that is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[Screen[Any]] = []

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        self.painted.append(screen)
        super()._display(screen, renderable)


class Arriving(DeferredPaintScreen[None]):
    CSS = "Arriving { background: rgb(1, 2, 3); } Arriving Static { color: rgb(4, 5, 6); height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.layouts: list[Size] = []

    def compose(self) -> ComposeResult:
        yield Static("here", id="words")

    def on_mount(self) -> None:
        self.screen_layout_refresh_signal.subscribe(self, lambda screen: self.layouts.append(screen.outer_size))


async def test_a_screen_is_painted_when_its_layout_is_complete() -> None:
    app = Watching()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = Arriving()
        await app.push_screen(screen)
        screen.query_one("#words", Static).update("and now there")
        await pilot.pause()
        assert screen not in app.painted
        screen.arrived()
        assert app.painted[-1] is screen
        assert "and now there" in "".join(strip.text for strip in screen._compositor.render_strips())
        before = len(app.painted)
        screen.query_one("#words", Static).update("still there")
        await pilot.pause()
        assert app.painted[before:] == [screen]


class Rows(Watching):
    """Notes the rows of each paint."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[set[int]] = []

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if (pieces := pieces_of(renderable)) is not None:
            self.rows.append({y for y, _, _ in pieces})
        super()._display(screen, renderable)


async def test_a_repaint_of_a_region_paints_changed_widgets_as_well() -> None:
    app = Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = Arriving()
        await app.push_screen(screen)
        screen.arrived()
        await pilot.pause()
        app.rows.clear()
        screen.query_one("#words", Static).update("changed", layout=False)
        screen.refresh(Region(0, 7, 10, 1))
        await pilot.pause()
        assert set().union(*app.rows) == {0, 7}


async def test_a_style_sheet_applies_to_its_screen_and_its_widgets() -> None:
    app = Watching()
    async with app.run_test() as pilot:
        await app.push_screen(screen := Arriving())
        screen.arrived()
        await pilot.pause()
        assert screen.styles.background.rgb == (1, 2, 3)
        assert screen.query_one("#words").styles.color.rgb == (4, 5, 6)


async def test_it_is_laid_out_for_a_new_size_and_not_for_the_same() -> None:
    app = Watching()
    async with app.run_test(size=(40, 10)) as pilot:
        await app.push_screen(screen := Arriving())
        screen.arrived()
        await pilot.pause()
        before = len(screen.layouts)
        screen._screen_resized(Size(40, 10))
        assert screen.layouts[before:] == []
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert set(screen.layouts[before:]) == {Size(50, 12)}
        assert screen.query_one("#words").size.width == 50


async def test_a_screen_that_closes_before_its_layout_is_not_painted() -> None:
    app = Watching()
    async with app.run_test() as pilot:
        await app.push_screen(screen := Arriving())
        await app.pop_screen()
        screen.arrived()
        await pilot.pause()
        assert screen not in app.painted


class Over(DeferredPaintScreen[None], ModalScreen[None]):
    CSS = "Over { background: transparent; } Over Static { height: 1; width: 4; margin-top: 2; }"

    def __init__(self, words: str = "over") -> None:
        super().__init__()
        self.words = words

    def compose(self) -> ComposeResult:
        yield Static(self.words)


def shown(app: App[None]) -> list[str]:
    """The lines on the screen."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def put(pilot: Pilot[None], screen: DeferredPaintScreen[None]) -> None:
    """Open a screen and wait until it is painted."""
    await pilot.app.push_screen(screen)
    await pilot.pause()
    screen.arrived()
    await pilot.pause()


async def test_changes_below_several_dialogs_are_painted() -> None:
    app = Watching()
    async with app.run_test(size=(20, 8)) as pilot:
        await put(pilot, below := Arriving())
        await put(pilot, Over("mid"))
        await put(pilot, Over("top"))
        assert shown(app)[:3] == ["here", "", "top"]
        below.query_one("#words", Static).update("changed", layout=False)
        await pilot.pause()
        assert shown(app)[:3] == ["changed", "", "top"]
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert shown(app) == ["changed", "", "top", "", "", ""]


async def test_a_screen_below_that_is_smaller_yet_is_shown_on_complete_lines() -> None:
    """After a resize the screen on top may be painted before the one below is laid out."""
    app = Watching()
    async with app.run_test(size=(20, 8)) as pilot:
        await put(pilot, below := Arriving())
        await put(pilot, top := Over())
        below._compositor.reflow(below, Size(12, 3))
        top.forget_screen_below()
        lines = top.render_lines(top.size.region)
        assert [line.cell_length for line in lines] == [20] * 8


async def test_a_change_below_a_dialog_is_painted_once() -> None:
    app = Watching()
    async with app.run_test(size=(20, 8)) as pilot:
        await put(pilot, below := Arriving())
        await put(pilot, top := Over())
        for words in ("first", "second"):
            app.painted.clear()
            below.query_one("#words", Static).update(words)
            await pilot.pause()
            assert app.painted == [top]


async def test_a_screen_that_lay_below_is_painted_once_and_not_laid_out_again() -> None:
    app = Watching()
    async with app.run_test(size=(20, 8)) as pilot:
        await put(pilot, below := Arriving())
        await put(pilot, Over())
        app.painted.clear()
        below.layouts.clear()
        await app.pop_screen()
        await pilot.pause()
        assert app.painted == [below]
        assert below.layouts == []
        assert shown(app)[:3] == ["here", "", ""]


class LeavesLast(Static):
    """A part that Textual waits for while it removes a screen, when the other parts are gone already."""

    def __init__(self) -> None:
        super().__init__("last", id="last")
        self.may_go = asyncio.Event()

    async def on_unmount(self) -> None:
        await self.may_go.wait()


class Half(DeferredPaintScreen[None]):
    """Draws on its first part when an answer comes."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = asyncio.Event()
        self.drew: list[bool] = []
        self.last = LeavesLast()

    def compose(self) -> ComposeResult:
        yield Static("first", id="first")
        yield self.last

    async def read(self) -> None:
        await self.answered.wait()
        self.drew.append(self.can_draw)
        self.query_one("#first", Static).update("drawn")


async def test_an_answer_that_comes_while_the_screen_is_removed_ends_without_an_error() -> None:
    app = Watching()
    async with app.run_test():
        await app.push_screen(screen := Half())
        assert screen.can_draw
        screen.in_background(screen.read, group="read", description="read")
        app.pop_screen()
        while screen.query("#first"):  # noqa: ASYNC110 (there is nothing to be told by)
            await asyncio.sleep(0)
        assert screen.query("#last")
        screen.answered.set()
        await app.workers.wait_for_complete()
        screen.last.may_go.set()
    assert screen.drew == [False]


async def test_a_missing_widget_of_an_active_screen_is_an_error() -> None:
    async def run() -> None:
        async with Watching().run_test() as pilot:
            await pilot.app.push_screen(screen := Half())
            screen.last.may_go.set()
            await screen.query_one("#first").remove()
            screen.in_background(screen.read, group="read", description="read")
            screen.answered.set()

    with pytest.raises(WorkerFailed, match="first"):
        await run()
