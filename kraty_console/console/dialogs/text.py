"""A document to read, such as a complete row in words and as raw JSON; `c` copies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from kraty_console.console.dialogs.frame import WIDE
from kraty_console.console.dialogs.parts import Lines
from kraty_console.console.dialogs.reading import ReadingDialog
from kraty_console.console.views.bars import Notice
from kraty_console.console.views.text import wrap
from kraty_console.domain.action_spec import ActionSpec
from kraty_console.domain.formatting import ungrouped

_ABOUT_ROW: Final = frozenset({"next.step", "copy.audit_link"})
"""Actions on the row that is read, beside the changes."""

_EDGES = 5
"""Cells of a line that edges, blanks and the scroll bar take."""


class TextDialog(ReadingDialog):
    """Shows one text, and another one behind `J`; scrolls like a pager."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "scroll_body(1)", "Page down", show=False)]
    OWN_KEYS = ReadingDialog.OWN_KEYS | {"space"}
    IS_HERE: ClassVar[Mapping[str, str]] = {"row.open": "it is open already"}

    text = query_one("#text", Static)

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
        row_id: str | None = None,
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
            copy: Copies a text and returns the message about it; without it there is no copying.
            raw_first: Start on the raw form.
            indent: Cells before the values of the readable form; wrapped lines are indented by them.
            row_id: The row that it is about.
            keys: What can be done with that row, for the bottom border: `F R act · y link`.
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
        self._row_id = row_id
        self._indent = indent

    def compose_body(self) -> ComposeResult:
        """The text."""
        yield Static(self._broken(), id="text", markup=False)

    def compose_foot(self) -> ComposeResult:
        """What there is to say about copying."""
        yield Lines(widget_id="note")

    def on_resize(self) -> None:
        """Break the lines again."""
        super().on_resize()
        self.text.update(self._broken())

    def _broken(self) -> Content:
        """The visible form, with long lines wrapped below their values."""
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

    def refusal(self, spec: ActionSpec) -> Notice | None:
        """Nothing is done to another row than the one that is read."""
        if (
            self._row_id is not None
            and (spec.is_write or spec.id in _ABOUT_ROW)
            and self.context().row_id != self._row_id
        ):
            return Notice("this row is no longer under the cursor; close this and look again", "warn")
        return super().refusal(spec)

    def action_row_down(self) -> None:
        """A line down."""
        self._scroll_lines(1)

    def action_row_up(self) -> None:
        """A line up."""
        self._scroll_lines(-1)

    def _scroll_lines(self, lines: int) -> None:
        self.body.scroll_relative(y=lines, animate=False)

    def action_row_page_down(self) -> None:
        """A page down."""
        self.action_scroll_body(1)

    def action_row_page_up(self) -> None:
        """A page up."""
        self.action_scroll_body(-1)

    def action_row_first(self) -> None:
        """The top."""
        self.body.scroll_to(y=0, animate=False)

    def action_row_last(self) -> None:
        """The end."""
        self.body.scroll_to(y=self.body.max_scroll_y, animate=False)

    def action_view_json(self) -> None:
        """The other form."""
        if len(self._forms) > 1:
            self._shown = 1 - self._shown
            self.text.update(self._broken())
            self.body.scroll_to(y=0, animate=False)
            self.note.say("")

    def action_copy_value(self) -> None:
        """Copy the form in sight, as it really is."""
        if self._copy is not None:
            self.note.say(self._copy(self._forms[self._shown][1]))
