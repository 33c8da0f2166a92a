"""The boot screen, painted before Textual is imported, is what Textual paints there, in every theme."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.app import App

from kraty_console.console.colours import NAMES, TONES
from kraty_console.console.startup.boot_lines import SLASH, field_width, typed_line
from kraty_console.console.startup.first_frame import SEARCH_ROW, picture, style_of
from kraty_console.console.tone_styles import ToneStyles
from kraty_console.console.widgets import tones
from kraty_console.paint.boot_screen import BootScreen
from kraty_console.paint.cell_style import CellStyles, colour_system
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import TerminalCapabilities
from kraty_console.paint.textual_app import pieces_of
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.idle import wait_until_idle
from tests.harness.console.stage import DemoStage

ENVIRON = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "xterm-256color"},
    "standard": {"TERM": "xterm"},
}


def painted(painter: Painter, rows: Iterable[int]) -> list[list[tuple[str, object]]]:
    """The cells of some rows: text and style."""
    return [[(text, painter.styles[number]) for text, number in zip(*painter.row(y), strict=True)] for y in rows]


@pytest.mark.parametrize("size", [SIZE, SMALL, (40, 12), (43, 13)])
@pytest.mark.parametrize("theme", sorted(NAMES))
async def test_textual_paints_the_boot_screen_again(
    backend: DemoStage, wire: FaultyTransport, theme: str, size: tuple[int, int]
) -> None:
    wire.holds("GET", "/")
    app = backend.app(player="alice_42", theme=theme)
    async with app.run_test(size=size) as pilot:
        await ConsoleDriver(app, pilot).until(lambda: app.bottom.state.player == "alice_42")
        await wait_until_idle(app)
        for system, environ in ENVIRON.items():
            boot = picture(app.theme, environ, size[0])
            painter = Painter(TerminalCapabilities(erases_in_colour=True), colour_system(system))
            painter.adopt(BootScreen(boot, size))
            before = painted(painter, range(size[1]))
            update = pieces_of(app.screen._compositor.render_update(full=True))
            assert update is not None
            painter.paint(size, update)
            after = painted(painter, range(size[1]))
            assert after[size[1] // 2 + 1][-1] == before[size[1] // 2 + 1][-1], (system, "the background")
            for y, x, text, _ in boot.pieces:
                end = x + len(text)
                assert after[y][x:end] == before[y][x:end], (system, text)


@pytest.mark.parametrize("text", ["alice_42", "x" * 60])
@pytest.mark.parametrize("size", [SIZE, SMALL])
async def test_textual_paints_typed_text_where_the_boot_screen_does(
    backend: DemoStage, wire: FaultyTransport, size: tuple[int, int], text: str
) -> None:
    wire.holds("GET", "/")
    app = backend.app()
    async with app.run_test(size=size):
        app.bottom.search.input.value = text
        await wait_until_idle(app)
        shown, tone = typed_line(text, field_width(size[0]))
        boot = picture(app.theme, ENVIRON["256"], size[0])
        boot.pieces.append((SEARCH_ROW, len(SLASH), shown, style_of(tone, app.theme, ENVIRON["256"])))
        painter = Painter(TerminalCapabilities(erases_in_colour=True), colour_system("256"))
        painter.adopt(BootScreen(boot, size))
        cells = slice(len(SLASH), len(SLASH) + len(shown.rstrip()))
        before = painted(painter, [SEARCH_ROW])[0][cells]
        update = pieces_of(app.screen._compositor.render_update(full=True))
        assert update is not None
        painter.paint(size, update)
        assert painted(painter, [SEARCH_ROW])[0][cells] == before


@pytest.mark.parametrize("theme", sorted(NAMES))
async def test_the_table_of_colours_is_what_the_style_sheets_give_to_each_tone(backend: DemoStage, theme: str) -> None:
    app: App[int] = backend.app(player="alice_42", theme=theme)
    async with app.run_test(size=SIZE):
        widget, styles, cells = app.screen.query_one("#tabs"), ToneStyles(NAMES[theme]), CellStyles(None)
        for tone in TONES:
            assert cells.number(tones.style_of(widget, tone)) == cells.number(styles[tone]), tone
