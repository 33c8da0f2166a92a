"""A document to read: the whole of a row in words, and as raw JSON; `c` copies it, the row's own keys work in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from kraty_console.console.dialogs.frame import WIDE, Body, Dialog
from kraty_console.console.dialogs.parts import Lines
from kraty_console.console.views.text import wrap
from kraty_console.domain.formatting import ungrouped

_EDGES = 5
"""Cells of a line that edges, blanks and the scroll bar take."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a key that is not the document's own."""

    words: str = ""
    """What there is to say about it, made safe; the document stays."""
    action_id: str | None = None
    """What is to be done in its place: the document closes and answers this."""


class TextDialog(Dialog[str | None]):
    """Shows one text, and another one behind `J`; scrolls like a pager.

    Answers the id of the action whose key was pressed in it, None when it was only read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_lines(1)", "Down", show=False),
        Binding("k,up", "scroll_lines(-1)", "Up", show=False),
        Binding("space", "scroll_body(1)", "Page down", show=False),
        Binding("g,home", "scroll_edge(-1)", "Top", show=False),
        Binding("G,end", "scroll_edge(1)", "End", show=False),
        Binding("J", "swap", "Raw JSON and back", show=False),
        Binding("c", "copy", "Copy", show=False),
        Binding("q", "close", "Close", show=False),
    ]

    text = query_one("#text", Static)
    note = query_one("#note", Lines)

    def __init__(
        self,
        title: str,
        words: Content,
        *,
        raw: Content | None = None,
        copied: str | None = None,
        copied_raw: str | None = None,
        copy: Callable[[str], str] | None = None,
        raw_first: bool = False,
        indent: int = 0,
        press: Callable[[str], Pressed | None] | None = None,
        keys: str = "",
        environment: str | None = None,
    ) -> None:
        """
        Args:
            title: What it is, made safe.
            words: The readable form, made safe.
            raw: The raw form, made safe, behind `J`.
            copied: What `c` copies of the readable form, as it really is; when None its shown text, numbers plain.
            copied_raw: What `c` copies of the raw form; its shown text when None.
            copy: Copies a text and answers what to say about it; without it there is no copying.
            raw_first: Start on the raw form.
            indent: Cells before the values of the readable form: what is broken goes on beneath them.
            press: What a key means that is not the document's own; None when it means nothing.
            keys: Those keys, for the bottom border: `F R act · y link`.
            environment: As for every dialog.
        """
        hints = ["↑↓ PgUp PgDn"]
        if raw is not None:
            hints.append("J raw and back")
        if copy is not None:
            hints.append("c copy")
        if keys:
            hints.append(keys)
        super().__init__(title, hints=" · ".join([*hints, "esc close"]), environment=environment, wide=True)
        self._forms = [(words, copied if copied is not None else ungrouped(words.plain))]
        if raw is not None:
            self._forms.append((raw, copied_raw if copied_raw is not None else raw.plain))
        self._shown = 1 if raw_first and raw is not None else 0
        self._copy = copy
        self._press = press
        self._indent = indent

    def compose_body(self) -> ComposeResult:
        """The text."""
        yield Static(self._broken(), id="text", markup=False)

    def compose_foot(self) -> ComposeResult:
        """What there is to say about copying."""
        yield Lines(widget_id="note")

    def on_resize(self) -> None:
        """Break the lines anew."""
        super().on_resize()
        self.text.update(self._broken())

    def _broken(self) -> Content:
        """The form in sight, its long lines broken so that they go on beneath their values."""
        words = self._forms[self._shown][0]
        width = min(WIDE, self.app.size.width) - _EDGES
        if self._shown or not self._indent or width < 2 * self._indent:
            return words
        lines: list[str] = []
        for line in words.plain.split("\n"):
            label, value = line[: self._indent], line[self._indent :]
            first, *more = wrap(value, width - self._indent)
            lines += [label + first, *(" " * self._indent + each for each in more)]
        return Content("\n".join(lines))

    def first_focus(self) -> Widget | None:
        """Nothing needs it; the keys are the dialog's own."""
        return None

    def on_key(self, event: events.Key) -> None:
        """A key that is not the document's own may be the row's."""
        key = event.character if event.is_printable and event.character else event.key
        if self._press is None or not self.open or (pressed := self._press(key)) is None:
            return
        event.stop()
        event.prevent_default()
        if pressed.action_id is not None:
            self.dismiss(pressed.action_id)
        else:
            self.note.say(pressed.words)

    def action_scroll_lines(self, lines: int) -> None:
        """A line up or down."""
        self.query_one("#dialog-body", Body).scroll_relative(y=lines, animate=False)

    def action_scroll_edge(self, direction: int) -> None:
        """The top or the end."""
        self.body.scroll_to(y=0 if direction < 0 else self.body.max_scroll_y, animate=False)

    def action_swap(self) -> None:
        """The other form."""
        if len(self._forms) > 1:
            self._shown = 1 - self._shown
            self.text.update(self._broken())
            self.body.scroll_to(y=0, animate=False)
            self.note.say("")

    def action_copy(self) -> None:
        """Copy the form in sight, as it really is."""
        if self._copy is not None:
            self.note.say(self._copy(self._forms[self._shown][1]))
