"""How many cells a text takes, and fitting it into so many.

Measured with the widths by which it is drawn (Rich's), so that what has room is never cut. They are imported with the
first text that needs them: of plain ASCII every character takes one cell.
"""

from __future__ import annotations

from kraty_console.present.safe import CUT, SafeText


def cells(text: SafeText) -> int:
    """The cells a text takes in a terminal: wide letters and emoji two, marks and joiners none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _graphemes(text: str) -> list[tuple[int, int, int]]:
    """What must not be cut apart: beginning, end and cells of each."""
    from rich.cells import split_graphemes

    return split_graphemes(text)[0]


def clip(text: SafeText, width: int) -> SafeText:
    """The text in at most `width` cells; one that was longer ends in `…`, and no letter or emoji is cut in half."""
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
    """Like `clip`, but what goes is in the middle: ids differ at their ends."""
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
    """The text in exactly `width` cells."""
    clipped = clip(text, width)
    fill = " " * (width - cells(clipped))
    return SafeText(fill + clipped if right else clipped + fill)
