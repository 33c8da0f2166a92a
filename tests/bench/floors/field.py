"""The floor of typing: an app with one field."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input


class Field(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="READY")


Field().run()
