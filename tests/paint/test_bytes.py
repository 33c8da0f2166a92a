"""The exact bytes that are sent: the shortest sequence, and none if nothing changed."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from kraty_console.paint.cells import NARROW
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import TerminalCapabilities, terminal_capabilities
from tests.harness.terminal import Emulator

ALL = TerminalCapabilities(erases_in_colour=True, erases_some=True)
NONE = TerminalCapabilities()
SIZE = (20, 4)
DARK = Style.parse("#d0d0d0 on #101010")
LIT = Style.parse("bold #ffffff on #101010")


def ready(capabilities: TerminalCapabilities = ALL, ground: Style = DARK) -> Painter:
    """A painter whose terminal shows blanks."""
    painter = Painter(capabilities, ColorSystem.TRUECOLOR)
    painter.paint(SIZE, [(y, 0, [Segment(" " * SIZE[0], ground)]) for y in range(SIZE[1])], (0, 0))
    return painter


def sent(painter: Painter, y: int, x: int, *segments: tuple[str, Style | None]) -> str:
    """What a piece makes the painter send."""
    return painter.paint(SIZE, [(y, x, [Segment(text, style) for text, style in segments])])


def test_the_boot_screen_clears_the_screen_and_draws_its_lines() -> None:
    painter = Painter(ALL, ColorSystem.TRUECOLOR)
    lines = [(y, 0, [Segment("hi" if y == 1 else "", DARK), Segment(" " * 20, DARK)]) for y in range(4)]
    assert painter.paint(SIZE, lines, (0, 0)) == (
        "\x1b[m\x1b[48;2;16;16;16m\x1b[2J\x1b[2H\x1b[38;2;208;208;208mhi\x1b[H"
    )


def test_where_colours_cannot_be_erased_to_every_blank_is_sent() -> None:
    painter = Painter(NONE, ColorSystem.TRUECOLOR)
    first = painter.paint(SIZE, [(y, 0, [Segment(" " * 20, DARK)]) for y in range(4)])
    assert first.startswith("\x1b[m\x1b[2J")
    assert first.count(" ") == 80


def test_unchanged_cells_send_nothing() -> None:
    painter = ready()
    assert sent(painter, 1, 3, ("gold", LIT))
    assert sent(painter, 1, 3, ("gold", LIT)) == ""
    assert painter.paint(SIZE, [(1, 3, [Segment("gold", LIT)])], (0, 0)) == ""


def test_one_letter_is_a_place_and_the_letter_and_a_style_where_another_is_set() -> None:
    painter = ready()
    sent(painter, 1, 3, ("gold", DARK))
    assert sent(painter, 1, 3, ("bold", DARK)) == "\x1b[2;4Hb"
    assert sent(painter, 1, 3, ("c", LIT)) == "\x1b[2;4H\x1b[1;38;2;255;255;255mc"


def test_before_something_else_writes_the_plain_look_is_set_again() -> None:
    painter = ready()
    assert painter.release() == "\x1b[m"
    assert painter.release() == ""
    assert sent(painter, 1, 3, ("g", DARK)) == "\x1b[2;4H\x1b[38;2;208;208;208;48;2;16;16;16mg"


def test_only_the_changed_attributes_of_a_style_are_sent() -> None:
    painter = ready()
    said = sent(painter, 0, 0, ("a", DARK), ("b", LIT), ("c", DARK), ("d", None))
    assert "48;2;16;16;16" not in said
    assert "\x1b[1;38;2;255;255;255mb" in said
    assert "\x1b[22;38;2;208;208;208mc" in said
    assert said.endswith("c\x1b[md")


def test_a_short_gap_is_sent_again_and_a_long_one_is_jumped() -> None:
    painter = ready()
    sent(painter, 0, 0, ("abcdefghijklmnopqrst", DARK))
    near = sent(painter, 0, 0, ("Abc" + "D" + "efghijklmnopqrst", DARK))
    assert "AbcD" in near
    far = sent(painter, 0, 0, ("abcDefghijklmnopqrsT", DARK))
    assert "a\x1b[18CT" in far


def test_a_row_s_empty_end_is_erased() -> None:
    painter = ready()
    sent(painter, 2, 0, ("gold and silver", DARK))
    assert sent(painter, 2, 0, ("gold" + " " * 16, DARK)) == "\x1b[3;6H\x1b[K"
    without = ready(NONE, Style.parse("white on #101010"))
    sent(without, 2, 0, ("gold and silver", DARK))
    assert "\x1b[K" not in sent(without, 2, 0, ("gold" + " " * 16, DARK))


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color"])
def test_a_rule_is_sent_in_full(term: str) -> None:
    """Terminals that call themselves `xterm-256color` do not all repeat characters: tmux, mosh."""
    assert "─" * 20 in sent(ready(terminal_capabilities(term)), 3, 0, ("─" * 20, DARK))


def test_blanks_in_the_middle_are_erased_in_place() -> None:
    painter = ready()
    sent(painter, 0, 0, ("x" * 20, DARK))
    assert "\x1b[15X" in sent(painter, 0, 0, ("x" + " " * 15 + "xxxx", DARK))


def test_a_joined_emoji_has_its_cells_cleared_and_moves_nothing_behind_it() -> None:
    family = "\N{WOMAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    said = sent(ready(), 1, 2, (f"a{family}b", DARK))
    assert f"a  \x1b[2;4H{family}\x1b[2;6Hb" in said


@pytest.mark.parametrize(
    "name", ["\N{REGIONAL INDICATOR SYMBOL LETTER P}", "\N{WAVING BLACK FLAG}", "e\u0301", "☺\ufe0f"]
)
def test_nothing_moves_behind_a_character_that_the_terminal_draws_wider_or_narrower(name: str) -> None:
    painter, emulator = ready(), Emulator(*SIZE)
    for before in ("", "gold and silver "):
        line = f"{before[:3]}{name} · fdef "
        line += "─" * (SIZE[0] - cell_len(line) - 3) + "50 "
        for each in (f"{'x' * 17}50 ", line):
            emulator.receive(sent(painter, 1, 0, (each, DARK)).encode())
        assert emulator.lines()[1].endswith("─50 ")
        assert " · fdef ─" in emulator.lines()[1]


def test_a_wide_character_goes_with_either_of_its_halves() -> None:
    painter = ready()
    sent(painter, 0, 0, ("a漢b", DARK))
    assert painter.row(0)[0][:4] == ("a", "漢", "", "b")
    assert "x" in sent(painter, 0, 2, ("x", DARK))
    assert painter.row(0)[0][:4] == ("a", " ", "x", "b")
    sent(painter, 0, 1, ("漢", DARK))
    sent(painter, 0, 1, ("y", DARK))
    assert painter.row(0)[0][:4] == ("a", "y", " ", "b")


def test_what_does_not_fit_on_the_screen_is_cut() -> None:
    painter = ready()
    sent(painter, 0, 18, ("漢字", DARK))
    assert painter.row(0)[0][17:] == (" ", "漢", "")
    sent(painter, 1, 17, ("漢字", DARK))
    assert painter.row(1)[0][16:] == (" ", "漢", "", " ")
    sent(painter, 2, -1, ("漢a", DARK))
    assert painter.row(2)[0][:3] == (" ", "a", " ")
    assert sent(painter, 9, 0, ("x", DARK)) == ""


@pytest.mark.parametrize("harm", ["\x1b[2J", "a\rb", "\x9b31m", "\x00", "tab\t"])
def test_control_characters_are_never_sent(harm: str) -> None:
    said = sent(ready(), 1, 0, (harm, DARK), (f"é{harm}", DARK))
    assert "\N{REPLACEMENT CHARACTER}" in said
    assert not set(said.replace("\x1b[", "")) & {"\x1b", "\r", "\x9b", "\x00", "\t"}


def test_a_link_is_opened_and_closed_once() -> None:
    link = Style(link="https://portal.example/audit/1")
    said = sent(ready(), 0, 0, ("see ", link), ("this", link), ("!", DARK))
    assert said.count("\x1b]8;id=") == 1
    assert said.count("https://portal.example/audit/1") == 1
    assert said.count("\x1b]8;;\x1b\\") == 1


def test_after_a_reset_or_a_resize_everything_is_sent_again() -> None:
    painter = ready()
    sent(painter, 0, 0, ("gold", DARK))
    lines = [(y, 0, [Segment("gold" if y == 0 else "", DARK), Segment(" " * 20, DARK)]) for y in range(4)]
    assert painter.paint(SIZE, lines) == ""
    painter.forget()
    again = painter.paint(SIZE, lines)
    assert "gold" in again
    assert again.count("\x1b[K") == 4
    wider = [(y, 0, [Segment("gold" if y == 0 else "", DARK), Segment(" " * 25, DARK)]) for y in range(4)]
    assert painter.paint((25, 4), wider).count("\x1b[K") == 4


def test_a_repaint_overwrites_without_blanking() -> None:
    painter = ready(NONE)
    lines = [(y, 0, [Segment("gold" if y == 0 else "", DARK), Segment(" " * 20, DARK)]) for y in range(4)]
    painter.forget()
    again = painter.paint(SIZE, lines)
    assert "\x1b[2J" not in again
    assert again.count(" ") == 76
    painter.forget()
    assert painter.paint(SIZE, [(0, 18, [Segment("xy", DARK)])]).endswith("xy")
    assert "\0" not in sent(painter, 0, 0, ("a", DARK), (" ", None)) + sent(painter, 0, 4, ("b", DARK))


def test_the_cursor_is_put_where_it_belongs_and_only_then() -> None:
    painter = ready()
    blank = [(1, 0, [Segment(" ", DARK)])]
    assert painter.paint(SIZE, blank, (3, 2)) == "\x1b[3;4H"
    assert painter.paint(SIZE, blank, (3, 2)) == ""
    assert painter.paint(SIZE, [(1, 0, [Segment("a", DARK)])], (3, 2)).endswith("a\x1b[3;4H")


def test_narrow_characters_are_one_cell_wide_and_do_not_combine() -> None:
    narrow = [chr(code) for code in range(0x20, 0x3000) if NARROW.fullmatch(chr(code))]
    assert len(narrow) > 900
    for character in narrow:
        assert cell_len(character) == cell_len("a" + character) - 1 == 1, hex(ord(character))
        assert not unicodedata.combining(character)


@pytest.mark.parametrize(
    ("term", "wanted"), [("xterm-256color", ALL), ("vt100", NONE), ("no-such-terminal", NONE), ("", NONE)]
)
def test_capabilities_come_from_the_terminal_s_entry(term: str, wanted: TerminalCapabilities) -> None:
    asked = f"from kraty_console.paint.terminal_capabilities import terminal_capabilities as c; print(c({term!r}))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(wanted)
