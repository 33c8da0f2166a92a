"""Characters of an id that nobody sees: with them it names another player than the one it looks like."""

from __future__ import annotations

import unicodedata
from typing import Final

_AT_EDGES: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories that are not seen at the beginning or end: controls, formats, blanks, ends of lines."""

_ANYWHERE: Final = frozenset({"Cc", "Zl", "Zp"})

_JOINERS: Final = frozenset("\u200c\u200d")
"""Formats that some scripts and emoji are written with; within an id they show."""

_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable by category, yet drawn as nothing."""


def invisible_part(external_id: str) -> str | None:
    """What of the id is not seen, and where, in words; None when all of it is.

    A blank within an id is seen. So are joiners within it; every other control or format is not, wherever it is.
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
