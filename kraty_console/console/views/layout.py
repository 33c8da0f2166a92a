"""The areas of the parts of the player screen for a terminal size, as in the style sheets."""

from __future__ import annotations

from typing import Final, NamedTuple

ROOMY: Final = (110, 30)
"""Columns and rows from which the profile is beside the panes; in smaller terminals it is folded above them."""

LEAST: Final = (40, 12)
"""Columns and rows below which nothing fits."""

SIDE: Final = 34
"""Columns of the profile beside the panes, the rule at its right among them."""


BESIDE: Final = 160
"""Columns from which the detail is beside the list instead of below it."""

DETAIL: Final = 36
"""Columns of the detail beside the list at least, the line at its left among them."""


class ScreenArea(NamedTuple):
    """A part's place and size in cells; (0, 0) is the upper left corner of the terminal."""

    x: int
    y: int
    width: int
    height: int


class Needs(NamedTuple):
    """What the parts ask for, in lines or cells, to show all they have."""

    profile: int = 2
    identity: int = 2
    """Lines of the profile that stay when the next step needs room."""
    step: int = 2
    listed: int = 1
    list_width: int = 1
    detail: int = 6


class Layout(NamedTuple):
    """The areas of the parts while a player is open."""

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

    @property
    def beside(self) -> bool:
        """Whether the detail is beside the list."""
        return self.detail.y == self.tabs.y

    def with_footer(self, lines: int) -> Layout:
        """The same with a longer last part: what ends above it is shorter, and nothing else moves."""
        more = lines - self.footer.height
        if more <= 0:
            return self
        bottom = self.footer.y - more

        def above(area: ScreenArea) -> ScreenArea:
            return area._replace(height=max(0, min(area.height, bottom - area.y)))

        shorter = {name: above(getattr(self, name)) for name in ("profile", "next", "tabs", "rows", "detail")}
        rule = above(self.rule) if self.rule is not None else None
        return self._replace(
            **shorter, rule=rule, footer=self.footer._replace(y=bottom, height=self.footer.height + more)
        )


def is_folded(columns: int, rows: int) -> bool:
    """Whether the profile takes only two lines above the panes, because the terminal is narrow or low."""
    return columns < ROOMY[0] or rows < ROOMY[1]


def is_too_small(columns: int, rows: int) -> bool:
    """Whether nothing fits into so small a terminal."""
    return columns < LEAST[0] or rows < LEAST[1]


_STEP: Final = (2, 4)
"""Lines of the next step at least: folded above the panes, and beside them."""

_DETAIL: Final = (6, 10)
"""Lines of the detail below a list that fits: where the profile is folded, and beside it."""

_LEAST_DETAIL: Final = 4
"""Lines of the detail below a list that needs more room than there is."""

_TAKEN: Final = 4
"""Lines that a folded step may take from a list that fills its room."""

_LISTED: Final = 6
"""Lines that such a list keeps."""


def layout(columns: int, rows: int, needs: Needs | None = None) -> Layout | None:
    """The areas of the parts; None in a terminal that is too small.

    Args:
        columns: Of the terminal.
        rows: Of the terminal.
        needs: What the parts ask for; lines that none asks for are blank.
    """
    if is_too_small(columns, rows):
        return None
    needs = needs or Needs()
    top, bottom = 2, rows - 1
    beside = columns >= BESIDE
    if is_folded(columns, rows):
        profile, step, listed = _folded(bottom - top - 1, needs, beside=beside)
        left, tabs = 0, top + profile + step
        who, what, rule = ScreenArea(0, top, columns, profile), ScreenArea(0, top + profile, columns, step), None
    else:
        left, tabs = SIDE, top
        step = max(needs.step, _STEP[1])
        least = min(needs.identity, bottom - top - _STEP[1])
        profile = min(needs.profile, max(least, bottom - top - step))
        listed = _roomy(bottom - tabs - 1, needs, beside=beside)
        who = ScreenArea(0, top, SIDE - 1, profile)
        what = ScreenArea(0, top + profile, SIDE - 1, bottom - top - profile)
        rule = ScreenArea(SIDE - 1, top, 1, bottom - top)
    width = columns - left
    if beside:
        list_width = min(max(needs.list_width, width * 3 // 5), width - DETAIL)
        detail = ScreenArea(left + list_width, tabs, width - list_width, bottom - tabs)
    else:
        list_width = width
        detail = ScreenArea(left, tabs + 1 + listed, width, bottom - tabs - 1 - listed)
    return Layout(
        header=ScreenArea(0, 0, columns, 1),
        search=ScreenArea(0, 1, columns, 1),
        profile=who,
        next=what,
        rule=rule,
        tabs=ScreenArea(left, tabs, list_width, 1),
        rows=ScreenArea(left, tabs + 1, list_width, listed),
        detail=detail,
        footer=ScreenArea(0, bottom, columns, 1),
    )


def _folded(room: int, needs: Needs, *, beside: bool) -> tuple[int, int, int]:
    """Lines of the profile, the next step and the list; the detail has the rest of the room."""
    usual, least = (0, 0) if beside else (_DETAIL[0], _LEAST_DETAIL)
    wanted = 0 if beside else needs.detail
    spare = room - 2 - _STEP[0]
    detail = usual if needs.listed <= spare - usual else max(least, min(usual, wanted))
    spare -= detail
    step = max(0, min(needs.step - _STEP[0], max(spare - needs.listed, min(_TAKEN, spare - _LISTED))))
    free = max(0, spare - step - needs.listed)
    more_detail = max(0, min(free, wanted - detail))
    profile = max(0, min(free - more_detail, needs.profile - 2))
    return 2 + profile, _STEP[0] + step, max(1, spare - step - more_detail - profile)


def _roomy(room: int, needs: Needs, *, beside: bool) -> int:
    """Lines of the list; the detail below it has the rest of the room."""
    if beside:
        return room
    detail = max(needs.detail, _DETAIL[1])
    if needs.listed > room - _DETAIL[1]:
        detail = max(_LEAST_DETAIL, min(needs.detail, _DETAIL[1]))
    return max(1, room - min(detail, max(_DETAIL[1], room - needs.listed)))
