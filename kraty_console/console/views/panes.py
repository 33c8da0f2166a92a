"""The panes of the player screen as sections of rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kraty_console.console.views.rows import TableSection
from kraty_console.domain.completeness import empty_words
from kraty_console.domain.scopes import PaneId
from kraty_console.present.rows import tables

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


def sections_of(pane_id: PaneId, snapshot: Snapshot, now: datetime) -> tuple[TableSection, ...]:
    """The lists of a pane; where it holds two, each under its title, and an empty second one is left out."""
    pane_tables = tables(pane_id, snapshot, now)
    return tuple(
        TableSection(
            table.id,
            table.columns,
            table.rows,
            title=table.title if len(pane_tables) > 1 else "",
            empty=empty_words(pane_id, snapshot),
        )
        for n, table in enumerate(pane_tables)
        if n == 0 or table.rows
    )
