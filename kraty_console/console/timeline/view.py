"""What the Timeline pane shows, from the loaded events, the filter and the present moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from kraty_console.console.views.rows import TableRows, TableSection, TableState
from kraty_console.domain.completeness import sentence, unreadable_words
from kraty_console.domain.formatting import counted, grouped
from kraty_console.domain.scopes import pane
from kraty_console.domain.timeline_rows import gaps, with_timeline_rows
from kraty_console.present.safe import safe
from kraty_console.present.table import TableRow
from kraty_console.present.timeline_rows import COLUMNS, gap_words, row

if TYPE_CHECKING:
    from kraty_console.console.timeline.state import TimelineState
    from kraty_console.contract.players import Player, Snapshot
    from kraty_console.contract.timeline import TimelineRow

_FRESH: Final = timedelta(seconds=10)
"""How long a row is shown as it was drawn, with its ages: while one scrolls, only new rows are made."""


class TimelineView:
    """Makes the rows of each state once."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[TimelineRow, TableRow]] = {}
        self._made_at: datetime | None = None
        self._known: tuple[Snapshot, tuple[TimelineRow, ...], Snapshot] | None = None

    def sections(
        self, timeline: TimelineState, player: Player, table_state: TableState, now: datetime
    ) -> tuple[TableSection, ...]:
        """The events of the kinds that are shown, with the times without contact between them."""
        kinds = table_state.kinds
        events = [each for each in timeline.rows if each.kind in kinds] if kinds else timeline.rows
        days = gaps(events, None if kinds else player)
        breaks = {row_id: gap_words(number, of_kinds=bool(kinds)) for row_id, number in days.items()}
        return (TableSection("timeline", COLUMNS, self._rows(events, now), empty=_empty(timeline), breaks=breaks),)

    def _rows(self, events: Sequence[TimelineRow], now: datetime) -> tuple[TableRow, ...]:
        if self._made_at is None or not timedelta() <= now - self._made_at < _FRESH:
            self._made, self._made_at = {}, now
        made = self._made
        for each in events:
            if id(each) not in made:
                made[id(each)] = (each, row(each, now))  # with the event, whose id is then in use
        return tuple(made[id(each)][1] for each in events)

    def known(self, snapshot: Snapshot, events: tuple[TimelineRow, ...]) -> Snapshot:
        """The player with all rows that are loaded, in the lists of the look-up or in the timeline."""
        if self._known is None or self._known[0] is not snapshot or self._known[1] is not events:
            self._known = snapshot, events, with_timeline_rows(snapshot, events)
        return self._known[2]


def foot(rows: TableRows, timeline: TimelineState, width: int, height: int) -> str:
    """Where the cursor is, how much is loaded, and what the filter covers."""
    table_state, loaded = rows.table_state, len(timeline.rows)
    parts = [_position(rows, timeline, height)]
    if timeline.is_loading and timeline.rows:
        parts.append("older ones loading" if timeline.covers(table_state.kinds) else "loading")
    elif timeline.trouble and timeline.rows:
        parts.append("older ones could not be loaded")
    of_loaded = f"of {grouped(loaded)} loaded"
    if table_state.kinds:
        covered = "of all" if timeline.covers(table_state.kinds) else of_loaded
        parts.append(f"only {', '.join(table_state.kinds)}, {covered}")
    narrowed = [f"only rows with {safe(table_state.filter, limit=30)}"] if table_state.filter else []
    if table_state.sort and not timeline.is_complete:
        narrowed.append("sorted")
    if narrowed:
        parts.append(f"{', '.join(narrowed)}, {'of all' if timeline.is_complete else of_loaded}")
    if timeline.unreadable:
        parts.append(unreadable_words(timeline.unreadable, "event"))
    if hidden := rows.hidden_columns(width):
        parts.append(f"{counted(hidden, 'column')} more with J")
    return " · ".join(part for part in parts if part)


def _position(rows: TableRows, timeline: TimelineState, height: int) -> str:
    where = rows.position(height)
    if timeline.is_complete or not timeline.rows or rows.table_state.filter:
        return where
    return f"{where} loaded" if where else f"{grouped(len(rows))} loaded"


def _empty(timeline: TimelineState) -> str:
    """The text without rows: that nothing happened only if the backend said so."""
    if timeline.is_loading:
        return "Loading the timeline."
    if timeline.trouble:
        return timeline.trouble
    if timeline.unreadable:
        return sentence(unreadable_words(timeline.unreadable, "event"))
    return "Nothing of these kinds happened." if timeline.kinds else pane("timeline").empty
