"""Which characters are unsafe to show or to store, and that the patterns of the hot paths agree."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from kraty_console.console.terminal_filter import HARM
from kraty_console.contract.characters import (
    INVISIBLE,
    JOINERS,
    character_name,
    first_control,
    first_unsafe,
    invisible_part,
    is_unsafe,
    storable,
    storage_fault,
)
from kraty_console.paint.cells import NARROW


@pytest.fixture(scope="module")
def characters() -> list[str]:
    """All there are."""
    return [chr(number) for number in range(sys.maxunicode + 1)]


def test_the_terminal_filter_replaces_only_unsafe_characters_and_all_controls(characters: list[str]) -> None:
    replaced = {character for character in characters if HARM.match(character)}
    assert not {character for character in replaced if not is_unsafe(character)}
    assert {
        character for character in characters if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    } <= replaced


def test_the_fast_path_of_the_painter_has_no_invisible_characters(characters: list[str]) -> None:
    assert not [each for each in characters if unicodedata.category(each) in INVISIBLE and NARROW.fullmatch(each)]


@pytest.mark.parametrize(
    ("text", "unsafe"),
    [
        ("alice_42", None),
        ("a\u00a0b", None),
        ("\U0001f469\u200d\U0001f680", None),
        ("a\x1b[2J", "\x1b"),
        ("a\u202eb", "\u202e"),
        ("a\ud800", "\ud800"),
        ("\ue000", "\ue000"),
        ("\u0378", "\u0378"),
        ("a\u2028b", "\u2028"),
    ],
)
def test_the_first_unsafe_character_is_found(text: str, unsafe: str | None) -> None:
    assert first_unsafe(text) == unsafe


def test_joiners_are_unsafe_alone_and_accepted_in_a_text() -> None:
    assert all(is_unsafe(joiner) for joiner in JOINERS)
    assert first_unsafe("".join(JOINERS)) is None


@pytest.mark.parametrize(
    ("text", "place"), [("", None), ("plain \u202e", None), ("ab\x07", 2), ("\n", 0), ("a\udfff", 1)]
)
def test_the_first_control_character_is_found(text: str, place: int | None) -> None:
    assert first_control(text) == place


@pytest.mark.parametrize(
    ("text", "fault"),
    [("J\u00fcrgen \U0001f600", None), ("a\0", "a NUL character"), ("a\ud83d", "half of a surrogate pair")],
)
def test_what_cannot_be_stored(text: str, fault: str | None) -> None:
    assert storage_fault(text) == fault


def test_surrogates_become_visible_escapes_in_what_is_stored() -> None:
    assert storable("a\ud83d b") == "a\\ud83d b"
    assert storable("\U0001f600") == "\U0001f600"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("judy d", None),
        ("a\u200db", None),
        (" judy", "begins with a blank (U+0020)"),
        ("judy\u200b", "ends with zero width space (U+200B)"),
        ("ju\u202edy", "has within it right-to-left override (U+202E)"),
        ("ju\x07dy", "has within it a control character (U+0007)"),
        ("ju\u3164dy", "has within it hangul filler (U+3164)"),
        ("\u200djudy", "begins with zero width joiner (U+200D)"),
    ],
)
def test_the_invisible_part_of_an_id_is_named(text: str, words: str | None) -> None:
    assert invisible_part(text) == words


def test_a_character_without_a_name_is_a_control_character() -> None:
    assert character_name("\x1b") == "a control character (U+001B)"
