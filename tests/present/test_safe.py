"""Sanitizing: no control characters or deceptive text in the output, and no silent loss."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes

from kraty_console.present.numbers import short_id
from kraty_console.present.safe import CUT, MAX_MARKS, SafeText, misleading_form, safe
from kraty_console.present.width import cells, clip, clip_middle, pad
from tests.data import load_hostile
from tests.harness.each import for_each

BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
FAMILY = "👩\u200d👩\u200d👧"


def assert_harmless(text: str, *, lines: bool = False) -> None:
    for place, char in enumerate(text):
        if char == "\u200d":
            assert 0 < place < len(text) - 1
            assert unicodedata.category(text[place + 1]) == "So"
        elif not (lines and char == "\n"):
            assert unicodedata.category(char) not in BAD, hex(ord(char))
    marks = 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me", "Mc") else 0
        assert marks <= MAX_MARKS
        assert marks == 0 or place > 0


def unsafe(text: str) -> str:
    """The value again: what was spelled out is read back."""

    def back(match: re.Match[str]) -> str:
        found = match[0]
        return chr(int(found[3:-1], 16)) if found[0] == "\\" else ("\x7f" if found == "␡" else chr(ord(found) - 0x2400))

    return re.sub(r"\\u\{[0-9A-F]+\}|[\u2400-\u2421]", back, text)


@for_each("entry", load_hostile())
def test_the_corpus(entry) -> None:
    shown = safe(entry.value)
    assert_harmless(shown)
    assert len(shown) <= 512 * 10
    assert_harmless(safe(entry.value, multiline=True), lines=True)
    if entry.raw is not None:
        for errors in ("replace", "surrogateescape", "backslashreplace"):
            assert_harmless(safe(entry.raw.decode("utf-8", errors)))


def test_corpus_values_stay_distinct() -> None:
    values = {entry.value for entry in load_hostile()}
    assert len({safe(value, limit=2_000_000) for value in values}) == len(values)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("alice_42", "alice_42"),
        ("␛\u200d␛", "\\u{241B}\\u{200D}\\u{241B}"),
        ("", ""),
        (None, "—"),
        ("pl\x1bayer", "pl␛ayer"),
        ("a\nb\tc\rd\x00e\x7f", "a␊b␉c␍d␀e␡"),
        ("\x9b31m", r"\u{9B}31m"),
        ("user\u202enimda", r"user\u{202E}nimda"),
        ("ali\u200bce", r"ali\u{200B}ce"),
        ("a\u2028b", r"a\u{2028}b"),
        ("a\ud800b", r"a\u{D800}b"),
        ("\ue000", r"\u{E000}"),
        ("\U0010ffff", r"\u{10FFFF}"),
        ("ㅤ", r"\u{3164}"),
        ("⠀", r"\u{2800}"),
        ("␛[31m", r"\u{241B}[31m"),
        (r"\u{202E}", r"\u{5C}u{202E}"),
        ("name\\", "name\\"),
        (r"\[bold]", r"\[bold]"),
        ("[/nope]", "[/nope]"),
        ("wait…", r"wait\u{2026}"),
        ("wait… what", "wait… what"),
        ("\u0301a", r"\u{301}a"),
        ("\x00\u0301", r"␀\u{301}"),
        ("café", "café"),
        ("cafe\u0301", "cafe\u0301"),
        ("שלום_77", "שלום_77"),
        ("สวัสดี", "สวัสดี"),
        ("नमस्ते", "नमस्ते"),
        ("Ñandú", "Ñandú"),
        ("漢字名前プレイヤー", "漢字名前プレイヤー"),
        ("💩", "💩"),
        (FAMILY, FAMILY),
        ("👍🏽", "👍🏽"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"),
        ("1\ufe0f⃣", "1\ufe0f⃣"),
        ("a\ufe0fb", r"a\u{FE0F}b"),
        ("\ufe0f", r"\u{FE0F}"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("a\U000e0100", r"a\u{E0100}"),
        ("a\u200db", r"a\u{200D}b"),
        ("👩\u200d", r"👩\u{200D}"),
        ("🏴\U000e0067\U000e007f", r"🏴\u{E0067}\u{E007F}"),
        ("co\u00adop", r"co\u{AD}op"),
    ],
)
def test_sanitized_forms(value: str | None, shown: str) -> None:
    assert safe(value) == shown


def test_line_feeds_are_kept_only_with_multiline() -> None:
    assert safe("a\nb\r\n\tc", multiline=True) == "a\nb␍\n␉c"
    assert safe("a\n\u0301b", multiline=True) == "a\n\\u{301}b"


def test_combining_marks_are_capped() -> None:
    assert safe("a" + "\u0301" * 8) == "a" + "\u0301" * 8
    assert safe("a" + "\u0301" * 200 + "b") == "a" + "\u0301" * 8 + r"\u{+192}b"
    assert safe("ก" + "้" * 9 + "ก") == "ก" + "้" * 8 + r"\u{+1}ก"


def test_only_truncated_values_end_in_an_ellipsis() -> None:
    assert safe("abcdef", limit=4) == "abcd…"
    assert safe("abcd…", limit=5) == r"abcd\u{2026}"
    assert safe("abcd", limit=4) == "abcd"
    assert safe("a\u200b", limit=1) == "a…"
    assert not safe("x" * 512).endswith(CUT)
    assert safe("x" * 513).endswith(CUT)


def test_a_huge_value_is_truncated_first() -> None:
    huge = "\u0301\x1b" * 5_000_000
    before = time.process_time()
    shown = safe(huge)
    assert time.process_time() - before < 0.05
    assert len(shown) < 512 * 10


def test_a_joiner_before_a_skin_tone_is_escaped() -> None:
    assert safe("👩\u200d🏽") != safe("👩🏽")
    assert "\u200d" not in safe("👩\u200d🏽")
    assert safe("👩🏽\u200d👧") == "👩🏽\u200d👧"


@settings(max_examples=300, derandomize=True)
@given(st.text(alphabet=st.characters(), max_size=40))
def test_sanitizing_is_safe_and_reversible(value: str) -> None:
    shown = safe(value)
    assert_harmless(shown)
    if r"\u{+" not in shown:
        assert unsafe(shown) == value


@settings(max_examples=200, derandomize=True)
@given(
    st.text(alphabet=st.sampled_from("a\\u{2}0E+␛\x1b…\u0301\u200d👩🏽\ufe0f\u202e \n"), max_size=12),
    st.text(alphabet=st.sampled_from("a\\u{2}0E+␛\x1b…\u0301\u200d👩🏽\ufe0f\u202e \n"), max_size=12),
)
def test_different_values_stay_distinct(one: str, other: str) -> None:
    assert_harmless(safe(one))
    assert (safe(one) == safe(other)) is (one == other)


@settings(max_examples=100, derandomize=True)
@given(st.text(max_size=30), st.integers(1, 20))
def test_truncated_text_is_safe(value: str, limit: int) -> None:
    shown = safe(value, limit=limit)
    assert_harmless(shown)
    assert shown.endswith(CUT) is (len(value) > limit)


def test_every_character_of_the_planes_in_use() -> None:
    planes = (range(0x20000), range(0xE0000, 0xE0200), range(sys.maxunicode - 0x100, sys.maxunicode + 1))
    text = "".join(map(chr, chain.from_iterable(planes)))
    shown = safe(text, limit=len(text))
    for char in set(shown):
        assert char == "\u200d" or unicodedata.category(char) not in BAD


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        ("   ", "looks blank"),
        ("ㅤ", "looks blank"),
        ("\u200b\u200b", "looks blank"),
        ("alice ", "begins or ends with a space"),
        ("\xa0alice", "begins or ends with a space"),
        ("ali\u200bce", "holds characters that cannot be seen"),
        ("user\u202enimda", "holds characters that cannot be seen"),
        ("a\xa0b", "holds an unusual space"),
        ("аliсe_42", "mixes letters of alphabets that look alike"),
        ("ａｄｍｉｎ", "holds look-alikes of plain letters"),
        ("\u212aing", "holds look-alikes of plain letters"),
        ("10²", "holds look-alikes of plain letters"),
        ("alice_42", None),
        ("Jean Luc", None),
        ("שלום_77", None),
        ("Алиса", None),
        ("漢字名前", None),
        ("💩", None),
        (FAMILY, None),
        ("../../etc/passwd", None),
    ],
)
def test_misleading_values(value: str, words: str | None) -> None:
    assert misleading_form(value) == words


def test_ids_are_shortened_in_the_middle() -> None:
    assert short_id("0197aaaa-0000-7000-8000-00000000a001") == "0197…a001"
    assert short_id("short") == "short"
    assert short_id(None) == "—"
    assert_harmless(short_id("\x1b[2J" + "x" * 20 + "\u202e" * 4))


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("漢字", 4), ("💩", 2), ("cafe\u0301", 4), ("", 0), ("ก้", 1), ("1\u202f840", 5), ("→ —", 3)],
)
def test_cells(text: str, width: int) -> None:
    assert cells(SafeText(text)) == width


def test_a_wide_letter_is_never_cut_in_half() -> None:
    wide = SafeText("漢字名前")
    assert [clip(wide, width) for width in (8, 7, 6, 5, 2, 1, 0)] == [
        "漢字名前",
        "漢字名…",
        "漢字…",
        "漢字…",
        "…",
        "…",
        "",
    ]
    assert pad(wide, 6) == "漢字… "
    assert pad(SafeText("7"), 3, right=True) == "  7"


def test_clipping_in_the_middle() -> None:
    assert clip_middle(SafeText("abcdefghij"), 7) == "abc…hij"
    assert clip_middle(SafeText("abcdefghij"), 10) == "abcdefghij"
    assert clip_middle(SafeText("abcdefghij"), 3) == "ab…"


@given(st.text(max_size=40), st.integers(0, 30))
def test_fitted_text_has_the_width(value: str, width: int) -> None:
    text = safe(value)
    assert cells(clip(text, width)) <= width
    assert cells(clip_middle(text, width)) <= width
    assert cells(pad(text, width)) == width


WIDE = [
    "alice_the_❤️",
    "❤",
    "👩‍👩‍👧",
    "👍🏽",
    "🇩🇪",
    "日本",
    "é",
    "1️⃣",
    "☎️",
    "नमस्ते",
    "กำ",
    "ﾊﾝｶｸ",
    "ＡＢ",
    "Ⓐ",
    "⚕️",
    "…",
    "᠊",
]


@pytest.mark.parametrize("text", WIDE)
def test_widths_match_the_renderer(text: str) -> None:
    shown = safe(text * 3)
    assert cells(shown) == cell_len(shown)
    assert clip(shown, cell_len(shown)) == clip_middle(shown, cell_len(shown)) == shown
    for width in range(cell_len(shown) + 2):
        for cut in (clip(shown, width), clip_middle(shown, width)):
            assert cell_len(cut) <= width
        assert cell_len(pad(shown, width)) == width
        assert cell_len(pad(shown, width, right=True)) == width
        whole = {shown[start:end] for start, end, _ in split_graphemes(shown)[0]}
        assert {clip(shown, width)[start:end] for start, end, _ in split_graphemes(clip(shown, width))[0]} <= {
            *whole,
            "…",
        }
