"""Texts as a filter compares them: what looks alike, or is another way to write the same number, is the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_BLANKS: Final = re.compile(r"\s+")
_GROUPING: Final = " ,'’"
"""What people write between groups of digits, once every kind of blank is one: `1 840`, `1,840`, `1'840`."""

_BETWEEN_DIGITS: Final = re.compile(rf"(?<=\d)[{_GROUPING}]+(?=\d)")
_BESIDE_DIGITS: Final = re.compile(rf"^[{_GROUPING}]+(?=\d)|(?<=\d)[{_GROUPING}]+$")
_HYPHENS: Final = str.maketrans({"−": "-", "‐": "-"})


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """The text in one form (NFKC) and one case, with one kind of blank, and its numbers without groups."""
    if not text.isascii():
        seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
        text = unicodedata.normalize("NFKC", seen).translate(_HYPHENS)
        text = unicodedata.normalize("NFKC", text.casefold())
    return _BETWEEN_DIGITS.sub("", _BLANKS.sub(" ", text.casefold()))


def needle(typed: str) -> str:
    """What is looked for within a comparable text; while a number is half typed (`1,`), its digits so far."""
    return _BESIDE_DIGITS.sub("", comparable(typed).strip())
