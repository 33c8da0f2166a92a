"""Measures text in terminal cells, and clips or pads it to a width.

Uses Rich's widths, as the renderer does, so that text that fits is never cut. Rich is imported with the first
non-ASCII text.
"""

from __future__ import annotations

from kraty_console.present.safe import CUT, SafeText


def cells(text: SafeText) -> int:
    """The width of a text in cells: wide letters and emoji take two, marks and joiners none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # not loaded for ASCII

    return cell_len(text)


def _graphemes(text: str) -> list[tuple[int, int, int]]:
    """The graphemes of a text: start, end and cells of each."""
    from rich.cells import split_graphemes  # not loaded for ASCII

    return split_graphemes(text)[0]


def clip(text: SafeText, width: int) -> SafeText:
    """Shorten the text to at most `width` cells, with `…` at the end; graphemes are not split."""
    if width <= 0:
        return SafeText("")
    if cells(text) <= width:
        return text
    if text.isascii():
        return SafeText(text[: width - 1] + CUT)
    used = 0
    for start, _, size in _graphemes(text):
        used += size
        if used > width - 1:
            return SafeText(text[:start] + CUT)
    return text


def clip_middle(text: SafeText, width: int) -> SafeText:
    """Like `clip`, but shortens in the middle, because ids differ at their ends."""
    if cells(text) <= width:
        return text
    if width < 5:
        return clip(text, width)
    tail_width = (width - 1) // 2
    head = clip(text, width - tail_width)
    if text.isascii():
        return SafeText(head + text[len(text) - tail_width :])
    tail, used = len(text), 0
    for start, _, size in reversed(_graphemes(text)):
        used += size
        if used > tail_width:
            break
        tail = start
    return SafeText(head + text[tail:])


def pad(text: SafeText, width: int, *, right: bool = False) -> SafeText:
    """Pad or clip the text to exactly `width` cells."""
    clipped = clip(text, width)
    fill = " " * (width - cells(clipped))
    return SafeText(fill + clipped if right else clipped + fill)
