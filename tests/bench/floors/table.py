"""A realistic floor: an input, a table of 200 rows, header and footer, as most apps have."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, Input


class Table(App[None]):
    CSS = "DataTable { height: 1fr; }"
    BINDINGS = [("q", "quit", "Quit"), ("p", "other_rows", "Other rows")]

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

    def action_other_rows(self) -> None:
        table = self.query_one(DataTable)
        self.other = not getattr(self, "other", False)
        table.clear()
        for i in range(50):
            name = f"other-{i:04d}" if self.other else f"item-{i:04d}"
            table.add_row(i, name, "open", f"user{i % 7}", "2024-05-01 12:00", f"message number {i} of another list")


Table().run()
