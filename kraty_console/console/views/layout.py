"""The areas of the parts of the player screen for a terminal size, as in the style sheets."""

from __future__ import annotations

from typing import Final, NamedTuple

ROOMY: Final = (110, 30)
"""Columns and rows from which the profile is beside the panes; in smaller terminals it is folded above them."""

LEAST: Final = (40, 12)
"""Columns and rows below which nothing fits."""

SIDE: Final = 34
"""Columns of the profile beside the panes, the rule at its right among them."""


class ScreenArea(NamedTuple):
    """A part's place and size in cells; (0, 0) is the upper left corner of the terminal."""

    x: int
    y: int
    width: int
    height: int


class Layout(NamedTuple):
    """The areas of the parts while a player is open.

    In the lowest terminals the detail is longer than what is left for it: what would stand on the last line and below
    is not seen.
    """

    header: ScreenArea
    search: ScreenArea
    profile: ScreenArea
    next: ScreenArea
    rule: ScreenArea | None
    """The line between the profile and the panes; none where the profile is folded."""
    tabs: ScreenArea
    rows: ScreenArea
    detail: ScreenArea
    footer: ScreenArea


def is_folded(columns: int, rows: int) -> bool:
    """Whether the profile takes only two lines above the panes, because the terminal is narrow or low."""
    return columns < ROOMY[0] or rows < ROOMY[1]


def is_too_small(columns: int, rows: int) -> bool:
    """Whether nothing fits into so small a terminal."""
    return columns < LEAST[0] or rows < LEAST[1]


STEP: Final = (2, 9)
"""Lines of the next step at least: folded above the panes, and beside them."""

_TAKEN: Final = 4
"""Lines that a folded step may take from a list that fills its room."""

_LISTED: Final = 6
"""Lines that such a list keeps."""


def step_room(rows: int, listed: int) -> int:
    """Lines that a folded step may have, above a list of so many lines: those that the list leaves empty, or a few."""
    room = rows - 14
    return STEP[0] + max(0, room - listed, min(_TAKEN, room - _LISTED))


def layout(columns: int, rows: int, *, profile: int | None = None, step: int = STEP[0]) -> Layout | None:
    """The areas of the parts; None in a terminal that is too small.

    Args:
        columns: Of the terminal.
        rows: Of the terminal.
        profile: Lines that the profile takes beside the panes; the next step has the rest. None: all it can have.
        step: Lines of the next step where the profile is folded.
    """
    if is_too_small(columns, rows):
        return None
    top, bottom = 2, rows - 1
    if is_folded(columns, rows):
        left, tabs, detail = 0, top + 2 + step, 6
        who, what, rule = ScreenArea(0, top, columns, 2), ScreenArea(0, top + 2, columns, step), None
    else:
        left, tabs, detail = SIDE, top, 10
        most = bottom - top - STEP[1]
        lines = most if profile is None else min(profile, most)
        who, what = ScreenArea(0, top, SIDE - 1, lines), ScreenArea(0, top + lines, SIDE - 1, bottom - top - lines)
        rule = ScreenArea(SIDE - 1, top, 1, bottom - top)
    width = columns - left
    listed = max(1, bottom - tabs - 1 - detail)
    return Layout(
        header=ScreenArea(0, 0, columns, 1),
        search=ScreenArea(0, 1, columns, 1),
        profile=who,
        next=what,
        rule=rule,
        tabs=ScreenArea(left, tabs, width, 1),
        rows=ScreenArea(left, tabs + 1, width, listed),
        detail=ScreenArea(left, tabs + 1 + listed, width, detail),
        footer=ScreenArea(0, bottom, columns, 1),
    )
