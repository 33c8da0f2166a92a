"""The painter against an emulator: both show the same, with few bytes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from kraty_console.paint.cell_style import CellStyle, CellStyles
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import TerminalCapabilities
from tests.harness.terminal import Emulator
from tests.harness.terminal.screen_text import mend_halves, plainly, seen

COLUMNS, ROWS = 24, 6
ALL = TerminalCapabilities(erases_in_colour=True, erases_some=True)
ABILITIES = [
    ALL,
    TerminalCapabilities(),
    TerminalCapabilities(erases_in_colour=True),
    TerminalCapabilities(erases_some=True),
]

STYLES = [
    None,
    Style(),
    Style.parse("bold"),
    Style.parse("dim italic #ff8000"),
    Style.parse("bold red"),
    Style.parse("#d0d0d0 on #1e1e1e"),
    Style.parse("#ffffff on #1e1e1e"),
    Style.parse("underline blue on #1e1e1e"),
    Style.parse("reverse"),
    Style.parse("strike on bright_black"),
    Style.parse("default on default"),
]
TEXTS = ["a", "gold", "x y  z", " ", "    ", " " * 15, "─" * 12, "│", "é", "漢字", "한", "0" * 9, "é", "ü"]

texts = st.one_of(st.sampled_from(TEXTS), st.text(alphabet="ab 0─漢\t\x1b\x9b", max_size=8))
pieces = st.tuples(
    st.integers(0, ROWS - 1),
    st.integers(0, COLUMNS - 1),
    st.lists(st.tuples(texts, st.sampled_from(STYLES)), min_size=1, max_size=4),
)
updates = st.lists(st.lists(pieces, min_size=1, max_size=6), min_size=1, max_size=6)


Wanted = tuple[int, int, list[tuple[str, Style | None]]]


def piece_of(y: int, x: int, segments: list[tuple[str, Style | None]]) -> tuple[int, int, list[Segment]]:
    """A text up to the end of the screen, without controls."""
    strip = Strip([Segment(text.translate({9: 46, 27: 46, 0x9B: 46}), style) for text, style in segments])
    return y, x, list(strip.crop(0, COLUMNS - x))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(ABILITIES), updates)
def test_both_emulators_and_the_memory_show_the_same(
    capabilities: TerminalCapabilities, story: list[list[Wanted]]
) -> None:
    painter = Painter(capabilities, ColorSystem.TRUECOLOR)
    ours, theirs = Emulator(COLUMNS, ROWS), Emulator(COLUMNS, ROWS)
    for emulator in (ours, theirs):
        emulator.receive(b"\x1b[?7l")
    resized = [(y, 0, [(".", STYLES[2]), (" " * (COLUMNS - 1), STYLES[7])]) for y in range(ROWS)]
    ground = [(y, 0, [(" " * COLUMNS, STYLES[5])]) for y in range(ROWS)]
    for update in [ground, *story, resized]:
        if update is resized:
            painter.forget()
        drawn = [piece_of(*wanted) for wanted in update]
        ours.receive(painter.paint((COLUMNS, ROWS), drawn, (0, 0)).encode())
        for piece in drawn:
            theirs.receive(plainly(*piece))
            mend_halves(theirs)
        assert seen(ours) == seen(theirs)
        for y in range(ROWS):
            assert list(painter.row(y)[0]) == [theirs.screen.buffer[y][x].data for x in range(COLUMNS)]
        assert painter.paint((COLUMNS, ROWS), drawn[-1:], (0, 0)) == ""


def test_a_blank_between_letters_keeps_their_colour() -> None:
    styles = CellStyles(None)
    letters = styles.enter(CellStyle("38;5;1", "48;5;2"))
    blank = styles.enter(CellStyle(behind="48;5;3"))
    over = styles.over(letters, blank)
    assert styles[over] == CellStyle("38;5;1", "48;5;3")
    assert styles.blanks[over] == blank
    underlined = styles.enter(CellStyle(attributes=("4",)))
    assert styles.over(underlined, blank) == blank
