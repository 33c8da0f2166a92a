"""Sequences of a terminal that are no keys are dropped whole, however they are split."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events, messages
from textual.constants import ESCAPE_DELAY
from textual.message import Message

from kraty_console.paint import input_thread
from kraty_console.paint.input_thread import TerminalReader
from kraty_console.paint.sequences import LONGEST_PASTE, PASTE_SILENCE, PAUSE, SILENCE
from tests.harness.each import for_each


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True, scope="module")
def clock() -> Iterator[Clock]:
    """Time that only a test moves on."""
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock()
        patch.setattr(input_thread, "get_time", clock)
        yield clock


def read(*parts: bytes, mouse: bool = False) -> list[Message]:
    """The messages of what comes in these reads."""
    reader = TerminalReader(mouse=mouse, debug=False)
    told = [message for part in parts for message in [*reader.read(part), *reader.tick()]]
    reader.end()
    return told


def keys(told: Sequence[Message]) -> list[str]:
    return [message.key for message in told if isinstance(message, events.Key)]


def after(clock: Clock, *parts: bytes | float) -> list[Message]:
    """The messages of what comes in these reads, with seconds of silence between."""
    reader = TerminalReader(mouse=False, debug=False)
    told: list[Message] = []
    for part in parts:
        if isinstance(part, float):
            clock.now += part
        else:
            told += reader.read(part)
        told += reader.tick()
    return told


REPLIES = {
    "DA1": b"\x1b[?62;22c",
    "DA1 of another": b"\x1b[?1;2c",
    "DA2": b"\x1b[>41;354;0c",
    "DA3": b"\x1bP!|7E565445\x1b\\",
    "XTVERSION": b"\x1bP>|XTerm(390)\x1b\\",
    "XTGETTCAP": b"\x1bP1+r544e=787465726d\x1b\\",
    "DECRQSS": b"\x1bP1$r0m\x1b\\",
    "DSR": b"\x1b[0n",
    "cursor position": b"\x1b[24;80R",
    "colour theme": b"\x1b[?997;1n",
    "foreground, BEL": b"\x1b]10;rgb:d0d0/d0d0/d0d0\x07",
    "background, ST": b"\x1b]11;rgb:1212/1616/1b1b\x1b\\",
    "background, C1": b"\x9d11;rgb:1212/1616/1b1b\x9c",
    "palette": b"\x1b]4;1;rgb:ff/00/00\x1b\\",
    "clipboard": b"\x1b]52;c;UmpqcQ==\x07",
    "unknown mode": b"\x1b[?1016;2$y",
    "mode without a mark": b"\x1b[4;2$y",
    "mode of no value": b"\x1b[?2026;9$y",
    "keyboard flags": b"\x1b[?31u",
    "size in cells": b"\x1b[8;36;120t",
    "size in pixels": b"\x1b[4;720;1280t",
    "size of no number": b"\x1b[48;NaN;NaN;0;0t",
    "size of nothing": b"\x1b[48;0;0;0;0t",
    "title": b"\x1b]lRq?\x1b\\",
    "APC of graphics": b"\x1b_Gi=31;OK\x1b\\",
    "PM": b"\x1b^Rqq\x1b\\",
    "SOS": b"\x1bXRqq\x1b\\",
    "DECREQTPARM": b"\x1b[2;1;1;128;128;1;0x",
    "mouse, SGR": b"\x1b[<0;10;10M\x1b[<0;10;10m",
    "mouse, no numbers": b"\x1b[<32;NaN;NaNM",
    "mouse, undefined": b"\x1b[<0;undefined;undefinedM",
    "mouse, exponents": b"\x1b[<0;1e+21;-InfinityM",
    "mouse, negative": b"\x1b[<35;-1;5M",
    "mouse, urxvt": b"\x1b[32;10;10M",
    "mouse, X10": b"\x1b[M !!",
    "mouse, X10, far away": b"\x1b[M \xe1\xff",
    "mouse, UTF-8": b"\x1b[M \xc4\x80\xc3\xa1",
    "no character": b"\x1b[1114112u",
    "a number without end": b"\x1b[" + b"9" * 5_000 + b"u",
    "a surrogate": b"\x1b[55296u",
    "a text that is none": b"\x1b[97;1;1114112u",
    "a key that was let go": b"\x1b[97;1:3u",
    "a private key": b"\x1b[57999u",
    "an unknown function key": b"\x1b[57~",
    "an unknown function key with text": b"\x1b[3;1;97~",
    "modifyOtherKeys": b"\x1b[27;5;97~",
    "an end of no paste": b"\x1b[201~",
    "CSI, 8 bit": b"\x9b?62;22c",
    "CSI, 8 bit in UTF-8": b"\xc2\x9b?62;22c",
    "an end of no string": b"\x1b\\",
    "a character set": b"\x1b(B",
    "an unknown key of SS3": b"\x1bOz",
    "a control within": b"\x1b[1\x01;2\rz",
    "foreign letters within": "\x1b[é1z".encode(),
    "cancelled": b"\x1b[?62\x18",
    "a Linux console's": b"\x1b[[R",
}


@for_each("reply", REPLIES.values())
@for_each("size", [1, 2, 1 << 20])
def test_a_terminal_reply_is_not_a_key(reply: bytes, size: int) -> None:
    sent = b"a" + reply + b"b"
    told = read(*(sent[at : at + size] for at in range(0, len(sent), size)))
    assert keys(told) == ["a", "b"]
    assert not any(isinstance(each, events.MouseEvent | events.Resize | events.Paste) for each in told)


KEYS = {
    b"\x1b[A": ["up"],
    b"\x1bOA": ["up"],
    b"\x1b[1;5C": ["ctrl+right"],
    b"\x1bOc": ["ctrl+right"],
    b"\x1b[Z": ["shift+tab"],
    b"\x1b[5~": ["pageup"],
    b"\x1b[6;5~": ["ctrl+pagedown"],
    b"\x1bOP": ["f1"],
    b"\x1b[[A": ["f1"],
    b"\x1b[97u": ["a"],
    b"\x1b[97;5u": ["ctrl+a"],
    b"\x1b[97;1;97u": ["a"],
    b"\x1b[97:65;2:2;65u": ["A"],
    b"\x1b[0;;228:246u": ["ä", "ö"],
    b"\x1b[27u": ["escape"],
    b"\x1b[13;1;13u": ["enter"],
    b"\x1b[57417u": ["left"],
    b"\x1b[57399;1;48u": ["0"],
    b"\x1bx": ["alt+x"],
    b"\x1b\x7f": ["ctrl+w"],
    b"\x1b\x1b[A": ["escape", "up"],
    b"\x1b[12\x1b[A": ["up"],
    b"\x1b]0;never ended\x1b[A": ["up"],
    b"\x1b[?62\x1b[A": ["up"],
    "\N{HEAVY BLACK HEART}".encode(): ["heavy_black_heart"],
    b"\0": ["ctrl+@"],
    b"\xe2\x9bx": ["replacement_character"] * 2 + ["x"],
    b"\xf0\x9f\x98x": ["replacement_character"] * 3 + ["x"],
}


@for_each(("sent", "meant"), KEYS.items())
@for_each("size", [1, 1 << 20])
def test_a_key_sequence_is_recognized_in_parts_of_any_size(sent: bytes, meant: list[str], size: int) -> None:
    assert keys(read(*(sent[at : at + size] for at in range(0, len(sent), size)), b"z")) == [*meant, "z"]


def test_every_key_that_textual_recognizes_is_recognized() -> None:
    told = {sent: keys(read(sent)) for sent in (b"\x1b[2~", b"\x1b[3~", b"\x1b[H", b"\x1b[F", b"\x1b[24~", b"\x1b[23^")}
    assert told == {
        b"\x1b[2~": ["insert"],
        b"\x1b[3~": ["delete"],
        b"\x1b[H": ["home"],
        b"\x1b[F": ["end"],
        b"\x1b[24~": ["f12"],
        b"\x1b[23^": ["ctrl+f11"],
    }


def test_reports_that_are_asked_for_arrive() -> None:
    told = read(b"\x1b[I\x1b[O\x1b[?2026;2$y\x1b[?2048;2$y\x1b[48;36;120;720;1200t")
    assert [type(each) for each in told] == [
        events.AppFocus,
        events.AppBlur,
        messages.TerminalSupportsSynchronizedOutput,
        messages.InBandWindowResize,
        events.Resize,
    ]
    assert isinstance(told[-1], events.Resize)
    assert told[-1].size == (120, 36)


def test_a_mouse_without_pixels_is_where_its_cell_is() -> None:
    *_, click = read(b"\x1b[48;36;120;0;0t\x1b[<0;11;6M", mouse=True)
    assert isinstance(click, events.MouseDown)
    assert (click.x, click.y) == (10, 5)


# Silence


def test_a_single_escape_becomes_the_key_after_the_usual_delay(clock: Clock) -> None:
    assert keys(after(clock, b"\x1b", ESCAPE_DELAY * 0.9)) == []
    assert keys(after(clock, b"\x1b", ESCAPE_DELAY)) == ["escape"]


@pytest.mark.parametrize("begun", [b"\x1b[", b"\x1b[1;", b"\x1bO", b"\x1bPq", b"\x1b]0;x", b"\x1b_G\x1b", b"\x1b[M "])
def test_unfinished_sequences_do_not_block_the_keyboard(clock: Clock, begun: bytes) -> None:
    assert keys(after(clock, begun, SILENCE, b"ab")) == ["a", "b"]


@pytest.mark.parametrize("begun", [b"\x1b[?62;2", b"\x1b[<32;N", b"\x1bP>|XTe"])
def test_a_pause_within_a_reply_makes_no_keys_of_its_rest(clock: Clock, begun: bytes) -> None:
    rest = {b"\x1b[?62;2": b"2c", b"\x1b[<32;N": b"aN;NaNM", b"\x1bP>|XTe": b"rm(390)\x1b\\"}[begun]
    assert keys(after(clock, begun, ESCAPE_DELAY * 0.9, rest, b"a")) == ["a"]


def test_a_short_key_sequence_of_rxvt_is_recognized(clock: Clock) -> None:
    assert keys(after(clock, b"\x1b[3$", SILENCE)) == ["shift+delete"]
    assert keys(read(b"\x1b[3$\x1b[A")) == ["shift+delete", "up"]
    assert keys(read(b"\x1b[3$y")) == []


# Pastes


@pytest.mark.parametrize("text", ["one\rtwo", "\x1b[31mred\x1b[0m", "\x1b", "\x1b[20", "a\0b", "x\x9b" * 40])
@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_a_paste_may_contain_anything(text: str, size: int) -> None:
    sent = b"a\x1b[200~" + text.encode() + b"\x1b[201~b"
    told = read(*(sent[at : at + size] for at in range(0, len(sent), size)))
    assert keys(told) == ["a", "b"]
    assert [each.text for each in told if isinstance(each, events.Paste)] == [text.replace("\0", "")]


def test_a_paste_without_an_end_is_a_text_and_the_keyboard_comes_back(clock: Clock) -> None:
    told = after(clock, b"\x1b[200~so\rmuch", PASTE_SILENCE, b"j")
    assert [each.text for each in told if isinstance(each, events.Paste)] == ["so\rmuch"]
    assert keys(told) == ["j"]


def test_a_person_who_presses_keys_all_the_time_ends_a_paste_without_an_end(clock: Clock) -> None:
    told = after(clock, b"\x1b[200~so much", *[0.1, b"x"] * 3, PAUSE, b"j", 0.1, b"k")
    assert [each.text for each in told if isinstance(each, events.Paste)] == ["so muchxxx"]
    assert keys(told) == ["j", "k"]


@pytest.mark.parametrize("rest", [b"\x1b[201~j", b"and so on\x1b[201~j", b"a\x1b[201~j"])
def test_a_paste_may_pause(clock: Clock, rest: bytes) -> None:
    told = after(clock, b"\x1b[200~so ", PAUSE, rest)
    assert [each.text for each in told if isinstance(each, events.Paste)] == ["so " + rest.decode()[:-7]]
    assert keys(told) == ["j"]


def test_a_paste_has_a_maximum_length() -> None:
    told = read(b"\x1b[200~", *[b"x" * 4096] * 300, b"\x1b[201~", b"j")
    (paste,) = [each for each in told if isinstance(each, events.Paste)]
    assert len(paste.text) == LONGEST_PASTE
    assert keys(told) == ["j"]


@pytest.mark.parametrize("begun", [b"\x1b]", b"\x1bP", b"\x1b[", b"\x1b_"])
def test_a_huge_sequence_is_dropped(begun: bytes) -> None:
    told = read(begun, *[b"1" * 4096] * 250, b"\x1b\\" if begun != b"\x1b[" else b"z", b"j")
    assert keys(told) == ["j"]


def test_an_invalid_sequence_ends_at_the_same_character_as_a_valid_one() -> None:
    assert keys(read("\x1b[é1[Aj".encode())) == ["A", "j"]


# Any sequence of every grammar

_INTERMEDIATES = st.text("".join(map(chr, range(0x20, 0x30))), max_size=2)
_NUMBER = st.one_of(
    st.just(""),
    st.integers(0, 9_999_999).map(str),
    st.sampled_from(["NaN", "undefined", "Infinity", "-1", "1:2:3", "9" * 40]),
)


@st.composite
def control_sequences(draw: st.DrawFn) -> str:
    """A control sequence that is neither a key nor a requested report."""
    private = draw(st.sampled_from(["", "?", "<", "=", ">"]))
    numbers = ";".join(draw(st.lists(_NUMBER, max_size=6)))
    if numbers.startswith("Infinity") and not private:
        numbers = f"1;{numbers}"  # the other begins as the terminal tells that it has the focus
    final = draw(st.sampled_from([chr(code) for code in range(0x40, 0x7F) if chr(code) not in "uM[nNIift"]))
    return f"\x1b[{private}{numbers}{draw(_INTERMEDIATES)}{final}"


_CONTENT = st.text(st.characters(exclude_characters="\x07\x18\x1a\x1b\x9c", exclude_categories=["Cs"]), max_size=60)
_STRINGS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["\x1bP", "\x1b]", "\x1b_", "\x1b^", "\x1bX", "\x90", "\x9d", "\x9f"]),
    _CONTENT,
    st.just("\x1b\\"),
)
_OSC = st.builds("\x1b]{}\x07".format, _CONTENT)
_SS3 = st.builds("\x1bO{}{}".format, st.text("0123456789;", max_size=4), st.sampled_from("ABCDEGIJKLNPQTUVWXYZefghilz"))
_SEQUENCES = st.one_of(control_sequences(), _STRINGS, _OSC, _SS3, st.sampled_from(list(REPLIES.values())))
_TYPED = st.text("abcxyzJKR?.:/ 12", max_size=4)


@st.composite
def sent_in_reads(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    """Keys with sequences between, cut anywhere: the characters that are typed, and the reads."""
    typed, sent = "", b""
    for _ in range(draw(st.integers(1, 5))):
        text, sequence = draw(_TYPED), draw(_SEQUENCES)
        typed += text
        sent += text.encode() + (sequence if isinstance(sequence, bytes) else sequence.encode())
    last = draw(_TYPED)
    typed, sent = typed + last, sent + last.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=12)))
    return typed, [sent[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


@settings(deadline=None, max_examples=600)
@given(sent_in_reads())
def test_only_what_is_typed_is_typed(case: tuple[str, list[bytes]]) -> None:
    typed, reads = case
    printable = [each for each in read(*reads) if isinstance(each, events.Key) and each.is_printable]
    assert "".join(each.character or "" for each in printable) == typed


@settings(deadline=None, max_examples=400)
@given(st.lists(_NUMBER, max_size=4).map(lambda numbers: ";".join(["97", *numbers])), st.booleans())
def test_a_key_report_contains_no_other_characters(numbers: str, split: bool) -> None:
    sent = f"\x1b[{numbers}u".encode()
    parts = [bytes([each]) for each in sent] if split else [sent]
    for key in read(*parts):
        assert isinstance(key, events.Key)
        if key.is_printable and key.character is not None:
            assert str(ord(key.character)) in numbers.replace(":", ";").split(";") or key.character in "0123456789"
            assert unicodedata.category(key.character) not in ("Cc", "Cs", "Co")


@settings(deadline=None, max_examples=400)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_later_keys_are_read_after_any_input(reads: list[bytes]) -> None:
    reader = TerminalReader(mouse=True, debug=False)
    for part in reads:
        list(reader.read(part))
    for _ in range(3):
        input_thread.get_time.now += PASTE_SILENCE  # type: ignore[attr-defined]
        list(reader.tick())
    assert keys(list(reader.read(b"j\x1b[A")))[-2:] == ["j", "up"]  # a character that was cut is told with the next
