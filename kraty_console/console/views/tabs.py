"""The panes by name, with how much is in each: `─[1 Attempts 12] 2 Grants 11 …`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kraty_console.console.views.text import Line, Span, width_of
from kraty_console.domain.scopes import PANES

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


def counts(snapshot: Snapshot) -> dict[str, str]:
    """By pane: how many rows it holds, `?` if the backend does not say."""
    from kraty_console.present.rows import count_words  # 5 ms, as in `player.sections`

    return {each.id: count_words(each.id, snapshot) for each in PANES}


def tab_lines(pane: str, counted: Mapping[str, str] | None, width: int) -> list[Line]:
    """One line, the open pane in bold and between brackets; only a rule while nothing is counted.

    Without room for counts, then for titles, they are left out.
    """
    if counted is None:
        return [[("─" * width, "rule")]]
    spans: list[Span] = []
    for with_counts, with_titles in ((True, True), (False, True), (False, False)):
        spans = _tabs(pane, counted if with_counts else {}, with_titles=with_titles)
        used = width_of(spans)
        if used <= width:
            return [[*spans, ("─" * (width - used), "rule")]]
    return [spans]


def _tabs(open_pane: str, counted: Mapping[str, str], *, with_titles: bool) -> list[Span]:
    spans: list[Span] = [("─", "rule")]
    for pane in PANES:
        count = counted.get(pane.id, "")
        words = " ".join(part for part in (pane.key, pane.title if with_titles else "", count) if part)
        if pane.id == open_pane:
            spans.append((f"[{words}]", "title"))
        else:
            spans.append((f" {words} ", "plain"))
    return spans
