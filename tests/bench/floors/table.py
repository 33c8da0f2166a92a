"""A realistic floor: an input, a table of 200 rows, header and footer, as most apps have."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, Input


class Table(App[None]):
    CSS = "DataTable { height: 1fr; }"
    BINDINGS = [("q", "quit", "Quit"), ("r", "refresh", "Refresh")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input(placeholder="filter READY")
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("id", "name", "state", "owner", "updated", "message")
        for i in range(200):
            state, owner = ("open", "done", "failed")[i % 3], f"user{i % 17}"
            when = f"2024-05-{i % 28 + 1:02d} 12:{i % 60:02d}"
            table.add_row(i, f"item-{i:04d}", state, owner, when, f"message number {i} of the sample table")
        table.focus()


Table().run()
