"""The panes by name, with how much is in each: `─[1 Attempts 12] 2 Grants 11 …`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.console.views.text import Line, Span, width_of
from kraty_console.domain.scopes import LIST_PANES, PANES

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


class _TabWords(NamedTuple):
    """How much each tab says."""

    gap: int
    """Cells between two tabs."""
    title: bool = True
    short: bool = False
    total: bool = True


_MOST_FIRST: Final = (
    _TabWords(2),
    _TabWords(1),
    _TabWords(1, short=True),
    _TabWords(2, total=False),
    _TabWords(1, total=False, short=True),
    _TabWords(2, title=False, total=False),
)


def counts(snapshot: Snapshot) -> dict[str, str]:
    """By pane: how many rows it holds, `?` if the backend does not say; the timeline is not counted."""
    from kraty_console.present.rows import count_words  # 5 ms, as in `player.sections`

    return {each.id: count_words(each.id, snapshot) for each in LIST_PANES}


def tab_lines(pane: str, counted: Mapping[str, str] | None, width: int) -> list[Line]:
    """One line, the open pane in bold and between brackets; only a rule while nothing is counted.

    Without room titles are shortened, then counts and at last titles are left out.
    """
    if counted is None:
        return [[("─" * width, "rule")]]
    spans: list[Span] = []
    for words in _MOST_FIRST:
        spans = _tabs(pane, counted, words)
        used = width_of(spans)
        if used <= width:
            return [[*spans, ("─" * (width - used), "rule")]]
    return [spans]


def _tabs(open_pane: str, counted: Mapping[str, str], says: _TabWords) -> list[Span]:
    spans: list[Span] = [("─", "rule")]
    for place, pane in enumerate(PANES):
        title = (pane.short if says.short else pane.title) if says.title else ""
        count = counted.get(pane.id, "") if says.total else ""
        words = " ".join(part for part in (pane.key, title, count) if part)
        before = " " * (says.gap - 1 if place else 1)
        spans.append((f"[{words}]", "title") if pane.id == open_pane else (f"{before}{words} ", "plain"))
    return spans
