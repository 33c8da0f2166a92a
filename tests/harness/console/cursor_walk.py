"""Every row of a table from top to bottom, as a cursor comes by them."""

from __future__ import annotations

from kraty_console.console.views.rows import TableRows
from kraty_console.present.table import TableRow


def by_severity(rows: TableRows) -> list[TableRow]:
    """All rows of a table, hidden ones included; the cursor ends where it was."""
    found: list[TableRow] = []
    count = len(rows)  # also finds the cursor
    here = rows.table_state.index
    for index in range(count):
        rows.go(index)
        assert rows.current is not None
        found.append(rows.current)
    if found:
        rows.go(here)
    return found
