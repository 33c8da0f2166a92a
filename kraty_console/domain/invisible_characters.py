"""Finds invisible characters in an id: with them it names a different player than it seems to."""

from __future__ import annotations

import unicodedata
from typing import Final

_AT_EDGES: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories that are invisible at the start or end: controls, formats, blanks, line ends."""

_ANYWHERE: Final = frozenset({"Cc", "Zl", "Zp"})

_JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need; within an id they have a visible effect."""

_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable by category but invisible."""


def invisible_part(external_id: str) -> str | None:
    """The invisible part of an id and its position, in words; None when there is none.

    Blanks and joiners within an id are visible; other control and format characters are not, at any position.
    """
    last = len(external_id) - 1
    for place, character in enumerate(external_id):
        category = unicodedata.category(character)
        edge = place in (0, last)
        within = character not in _JOINERS and (category in _ANYWHERE or category == "Cf" or character in _BLANK)
        if within or (edge and (category in _AT_EDGES or character in _BLANK)):
            where = "begins with" if place == 0 else "ends with" if place == last else "has within it"
            return f"{where} {_named(character)}"
    return None


def _named(character: str) -> str:
    name = "a blank" if character == " " else unicodedata.name(character, "a control character").lower()
    return f"{name} (U+{ord(character):04X})"
