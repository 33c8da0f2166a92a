"""Normalizes texts for filters, so that look-alikes and different notations of a number match."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_BLANKS: Final = re.compile(r"\s+")
_GROUPING: Final = " ,'’"
"""Digit group separators after blanks are normalized: `1 840`, `1,840`, `1'840`."""

_BETWEEN_DIGITS: Final = re.compile(rf"(?<=\d)[{_GROUPING}]+(?=\d)")
_BESIDE_DIGITS: Final = re.compile(rf"^[{_GROUPING}]+(?=\d)|(?<=\d)[{_GROUPING}]+$")
_HYPHENS: Final = str.maketrans({"−": "-", "‐": "-"})


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """Normalize a text: NFKC, case-folded, one kind of blank, numbers without grouping."""
    if not text.isascii():
        seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
        text = unicodedata.normalize("NFKC", seen).translate(_HYPHENS)
        text = unicodedata.normalize("NFKC", text.casefold())
    return _BETWEEN_DIGITS.sub("", _BLANKS.sub(" ", text.casefold()))


def needle(typed: str) -> str:
    """Normalize a filter text; for a half-typed number (`1,`) the digits so far."""
    return _BESIDE_DIGITS.sub("", comparable(typed).strip())
