"""Which characters are unsafe to show or to store: the one place that decides.

`present.safe` shows unsafe characters in a visible form, fields do not accept them, and the backend stores no text with
a `storage_fault`. The painter and the terminal filter have their own patterns, because they check every drawn line;
a test compares these with the categories here.
"""

from __future__ import annotations

import unicodedata
from typing import Final

INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode categories without a visible form: controls, formats, line and paragraph separators."""

UNSAFE: Final = INVISIBLE | {"Cs", "Co", "Cn"}
"""Categories that may control the terminal, deceive the eye or look different everywhere: also surrogates, private and
unassigned characters."""

JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need; between letters they have a visible effect and control nothing."""

BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable by category but invisible."""


def is_unsafe(character: str) -> bool:
    """Whether a character is unsafe to show as it is; joiners are."""
    return unicodedata.category(character) in UNSAFE


def first_unsafe(text: str) -> str | None:
    """The first character of a text that is unsafe to show; None if there is none. Joiners are accepted."""
    if text.isprintable():
        return None
    return next((character for character in text if character not in JOINERS and is_unsafe(character)), None)


def first_control(text: str) -> int | None:
    """The position of the first control character or surrogate; None if there is none."""
    positions = (place for place, character in enumerate(text) if unicodedata.category(character) in ("Cc", "Cs"))
    return next(positions, None)


def storage_fault(text: str) -> str | None:
    """Why a text cannot be stored: `a NUL character` or `half of a surrogate pair`; None if it can."""
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "half of a surrogate pair"
    return None


def storable(text: str) -> str:
    """The text with lone surrogates as visible escapes, so that a database can store it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def invisible_part(external_id: str) -> str | None:
    """The invisible part of an id and its position, in words; None when there is none.

    With invisible characters an id names a different player than it seems to. Blanks and joiners within an id are
    visible; other control and format characters are not, at any position.
    """
    last = len(external_id) - 1
    for place, character in enumerate(external_id):
        category = unicodedata.category(character)
        within = character not in JOINERS and (category in INVISIBLE or character in BLANK)
        at_edge = place in (0, last) and (category in INVISIBLE or category == "Zs" or character in BLANK)
        if within or at_edge:
            where = "begins with" if place == 0 else "ends with" if place == last else "has within it"
            return f"{where} {'a blank (U+0020)' if character == ' ' else character_name(character)}"
    return None


def character_name(character: str) -> str:
    """`zero width space (U+200B)`."""
    return f"{unicodedata.name(character, 'a control character').lower()} (U+{ord(character):04X})"
