"""How many cells a text takes, and fitting it into so many."""

from __future__ import annotations

import unicodedata

from kraty_console.present.safe import CUT, SafeText


def cells(text: SafeText) -> int:
    """The cells a text takes in a terminal: wide letters two, marks and joiners none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if " " <= char <= "~":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def clip(text: SafeText, width: int) -> SafeText:
    """The text in at most `width` cells; one that was longer ends in `…`, and no wide letter is cut in half."""
    if width <= 0:
        return SafeText("")
    if cells(text) <= width:
        return text
    used = 0
    for place, char in enumerate(text):
        used += _cells_of(char)
        if used > width - 1:
            return SafeText(text[:place] + CUT)
    return text


def clip_middle(text: SafeText, width: int) -> SafeText:
    """Like `clip`, but what goes is in the middle: ids differ at their ends."""
    if cells(text) <= width:
        return text
    if width < 5:
        return clip(text, width)
    tail_width = (width - 1) // 2
    head = clip(text, width - tail_width)
    tail, used = len(text), 0
    while tail > 0 and used + _cells_of(text[tail - 1]) <= tail_width:
        tail -= 1
        used += _cells_of(text[tail])
    return SafeText(head + text[tail:])


def pad(text: SafeText, width: int, *, right: bool = False) -> SafeText:
    """The text in exactly `width` cells."""
    clipped = clip(text, width)
    fill = " " * (width - cells(clipped))
    return SafeText(fill + clipped if right else clipped + fill)
