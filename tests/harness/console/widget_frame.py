"""A frame to try single widgets in, and rows to fill them with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.pilot import Pilot

from kraty_console.console.colours import DARK
from kraty_console.console.stylesheets import stylesheets
from kraty_console.console.theme import THEMES, VARIABLE_DEFAULTS
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView
from kraty_console.console.widgets.table import RowTable
from tests.harness.console.idle import wait_until_idle

WIDE = "漢字e\u0301🙂"


class Told(LinesView):
    """Lines set by the test; records the painted regions."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        super().__init__()
        self.lines = lines
        self.painted: list[Region] = []

    def build(self, width: int, height: int) -> Iterable[Line]:
        return self.lines

    def refresh(self, *regions: Region, **how: Any) -> Any:
        self.painted.extend(regions or [Region(0, 0, *self.size)])
        return super().refresh(*regions, **how)


class Watched(RowTable):
    """A table that records the painted regions."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[Region] = []

    def refresh(self, *regions: Region, **how: Any) -> Any:
        self.painted.extend(regions)
        return super().refresh(*regions, **how)


class Frame(App[None]):
    """One widget, as the console dresses it."""

    CSS_PATH = [str(path) for path in stylesheets()]
    CSS = "Told, RowTable { height: 1fr; width: 100%; }"

    def __init__(self, widget: LinesView) -> None:
        super().__init__()
        self.widget = widget
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def compose(self) -> ComposeResult:
        with Container(id="around"):
            yield self.widget

    @property
    def shown(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


@asynccontextmanager
async def framed(widget: LinesView, size: tuple[int, int] = (40, 10)) -> AsyncIterator[tuple[Frame, Pilot[None]]]:
    app = Frame(widget)
    async with app.run_test(size=size) as pilot:
        await wait_until_idle(pilot.app)
        yield app, pilot


def plain(*texts: str) -> list[Line]:
    return [[(text, "plain")] for text in texts]
