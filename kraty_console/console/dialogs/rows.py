"""One field of a form: label, input, and beside it the error or a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from kraty_console.console.dialogs.editor import Completer, EntriesEditor
from kraty_console.console.dialogs.lines import LineInput
from kraty_console.console.dialogs.parts import Lines, Tick
from kraty_console.contract.limits import MAX_NOTE, MAX_REASON, MAX_TICKET
from kraty_console.domain.fields import Field, Value
from kraty_console.present.safe import safe

WRONG: Final = "! "
"""Before an error, so that it is visible without colour."""

_LONGEST: Final = {"reason": MAX_REASON, "text": MAX_NOTE, "ticket": MAX_TICKET}
"""Characters; everything else is a number, a key, an id or a moment."""

_LABEL, _SHORT, _EDITOR = 14, 21, 7
"""Cells of a label and of a short line, lines of the editor; as `dialogs.tcss` has them."""

Slot = Literal["line", "wide", "check", "json"]
"""The kind of a row: a short line with its note beside it, a line as wide as the form, a checkbox, an editor."""


def slot_of(field: Field) -> Slot:
    """The kind of row of a field; sentences take the whole width."""
    if field.kind == "check" or field.kind == "json":
        return field.kind
    return "wide" if field.name in ("reason", "text") else "line"


class FormRow(Vertical):
    """The widgets of one field; it checks its own value.

    A row serves one field after the other: `renew` begins again for a field, `clear` empties and hides it.
    """

    @dataclass
    class Changed(Message):
        """The value changed."""

        row: FormRow

        @property
        def control(self) -> FormRow:
            """The row that changed."""
            return self.row

    @dataclass
    class Left(Message):
        """Enter was pressed: the next field takes the focus."""

        row: FormRow

        @property
        def control(self) -> FormRow:
            """The row that was left."""
            return self.row

    def __init__(self, slot: Slot) -> None:
        super().__init__(classes=f"field -{slot}")
        self.field = Field("", "")
        self.slot = slot
        self._tried = False
        self._rejection = self._offered = self._hint = ""
        self._note = Lines(classes="note")
        self._editor = self._make_editor()
        self.display = False

    def _make_editor(self) -> LineInput | Tick | EntriesEditor:
        if self.slot == "check":
            return Tick("")
        return EntriesEditor("") if self.slot == "json" else LineInput(bracketed=True)

    def renew(
        self, field: Field, value: Value, *, offers: Sequence[str] = (), completer: Completer | None = None
    ) -> None:
        """Begin again for a field.

        Args:
            field: The field; it fits the slot.
            value: The initial value.
            offers: Earlier values of a text, newest first.
            completer: For the entries of a grant: templates and catalog keys.
        """
        if field.label != self.field.label:
            self.refresh()
        self.field = field
        self._tried = False
        self._rejection = ""
        self._offered = "↑↓ offers" if field.choices else "↑ earlier ones" if offers else ""
        self._hint = field.hint
        text = value if isinstance(value, str) else ""
        if isinstance(self._editor, Tick):
            self._editor.renew(safe(field.hint or field.label), value is True, name=field.name)
        elif isinstance(self._editor, EntriesEditor):
            self._editor.renew(text, completer)
        else:
            self._editor.renew(
                text,
                name=field.name,
                longest=_LONGEST.get(field.name, 512),
                offers=field.choices or tuple(offers),
                complete=bool(field.choices),
            )
        self.display = True
        self.show_note()

    def clear(self) -> None:
        """Hide the row and empty it."""
        if self.display:
            self.renew(Field("", ""), "")
            self.display = False

    def compose(self) -> ComposeResult:
        """The editor and the note; the row draws its label itself."""
        if isinstance(self._editor, EntriesEditor):
            with Horizontal(classes="row"):
                yield Static("entries", classes="label", markup=False)
                yield Static(self._editor.help_words, classes="hint", markup=False)
        yield self._editor
        if not isinstance(self._editor, Tick):
            yield self._note

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The editor has a fixed number of lines, the note as many as its text needs (`dialogs.tcss`)."""
        if self.slot == "line":
            return max(1, self._note.height_at(width - _LABEL - _SHORT - 1))
        if self.slot == "wide":
            return 1 + self._note.height_at(width - _LABEL - 2)
        return 1 if self.slot == "check" else 1 + _EDITOR + self._note.height_at(width)

    def render(self) -> Content:
        """The label, left of the editor or above it."""
        return Content("" if isinstance(self._editor, EntriesEditor) else safe(self.field.label))

    @property
    def editor(self) -> Widget:
        """The widget that takes the focus."""
        return self._editor

    @property
    def value(self) -> Value:
        """The current value."""
        if isinstance(self._editor, Tick):
            return self._editor.value
        return self._editor.text if isinstance(self._editor, EntriesEditor) else self._editor.value

    @property
    def problem(self) -> str | None:
        """The error of the value, None if it is valid."""
        return self.field.validate(self.value)

    @property
    def empty(self) -> bool:
        """Whether the field has no text."""
        value = self.value
        return isinstance(value, str) and not value.strip()

    def require(self) -> str | None:
        """Show the error also for an empty required field, from now on. Returns the error, None if there is none."""
        self._tried = True
        self.show_note()
        return self.problem

    def show_note(self) -> None:
        """Show beside the field why input was rejected, or else the error, or else the hint."""
        problem = self._rejection or (self.problem if self._tried or not self.empty else None)
        self._note.set_class(bool(problem), "-wrong")
        hint = " · ".join(part for part in (safe(self._hint), self._offered) if part)
        words = WRONG + safe(problem) if problem else hint
        # Below the entries a line stays free for an error, so that nothing jumps during typing.
        self._note.say(words or (" " if isinstance(self._editor, EntriesEditor) else ""))
        if isinstance(self._editor, EntriesEditor):
            self._editor.mark(problem)
        elif isinstance(self._editor, Tick):
            self._editor.set_class(bool(problem), "-wrong")

    def rehint(self, hint: str) -> None:
        """Replace the hint."""
        if hint != self._hint:
            self._hint = hint
            self.show_note()

    def _changed(self) -> None:
        self._rejection = ""
        self.show_note()
        self.post_message(self.Changed(self))

    @on(Input.Changed)
    def _input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._changed()

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._changed()

    @on(Tick.Changed)
    def _tick_changed(self, event: Tick.Changed) -> None:
        event.stop()
        self._changed()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(self))

    @on(LineInput.Rejected)
    @on(EntriesEditor.Rejected)
    def _rejected(self, event: LineInput.Rejected | EntriesEditor.Rejected) -> None:
        event.stop()
        self._rejection = event.words
        self.show_note()
