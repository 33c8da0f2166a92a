"""A form as widgets: its subject, its fields, and the preview of its effects, updated with every edit."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from kraty_console.console.dialogs.parts import Lines, Pairs
from kraty_console.console.dialogs.phases import DialogUse
from kraty_console.console.dialogs.rows import FormRow, Slot, slot_of
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import TYPED_ID, EffectContext, Field, Form, Value
from kraty_console.domain.forms import asks_for_id
from kraty_console.present.safe import safe

SLOTS: Final[tuple[Slot, ...]] = ("json", "line", "line", "check", "line", "wide", "line")
"""The rows that there are, from top to bottom: each form uses some of them in this order, the last for the id."""


def _waits(field: Field) -> bool:
    return field.required or field.name in ("ticket", "reason")


class FormBody(Vertical):
    """Knows the values and what is wrong with them; `Finished` says that enter left the last field."""

    @dataclass
    class Finished(Message):
        """Enter in the last field."""

        body: FormBody

        @property
        def control(self) -> FormBody:
            """The form."""
            return self.body

    def __init__(self) -> None:
        super().__init__(id="form")
        self._slots = [FormRow(slot) for slot in SLOTS]
        self._rows: list[FormRow] = []
        self._id_row = self._slots[-1]
        self._form: Form | None = None
        self._kept: MutableMapping[str, Value] = {}
        self._see: Callable[[], EffectContext] | None = None
        self._previewed: EffectContext | None = None
        self._subject = Lines(widget_id="subject")
        self.will_change = Pairs(widget_id="will-change")
        self.notes = Pairs(widget_id="notes")

    def renew(self, use: DialogUse) -> None:
        """Begin again with a form; nothing of the one before stays. What is typed is kept in the draft."""
        form, values = use.form, use.draft.values
        self._form, self._kept, self._see = form, values, use.see
        self._subject.say("\n".join(safe(line) for line in form.subject_lines))
        id_field = Field(TYPED_ID, "player's id", required=True, check=self._check_id)
        self._rows = rows = []
        free = iter(self._slots)
        for field in (*form.fields, id_field):
            for row in free:
                if row.slot == slot_of(field) and (field is id_field or row is not self._id_row):
                    break
                row.clear()
            else:
                raise LookupError(f"no row for the field {field.name}")
            offers = use.reasons if field.name == "reason" else ()
            row.renew(field, values.get(field.name, field.default), offers=offers, completer=use.completer)
            rows.append(row)
        self.recompute()

    def forget(self) -> None:
        """The dialog is closed: keep nothing of what stood in it."""
        self._form, self._see, self._kept, self._rows = None, None, {}, []
        self._previewed = None
        for row in self._slots:
            row.clear()
        for part in (self.will_change, self.notes):
            part.show(())
        self._subject.say("")

    def _check_id(self, text: str) -> str | None:
        wanted = self._form.typed_id if self._form is not None else ""
        return None if text == wanted else f"not that id: type {wanted}"

    def compose(self) -> ComposeResult:
        """What it is about, the fields, what will change."""
        yield self._subject
        yield from self._slots
        yield self.will_change
        yield self.notes

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The sum of what is shown, with a line below the subject and one above what will change."""
        pairs = (self.will_change, self.notes)
        blanks = bool(self._subject.text) + bool(self.will_change.rows)
        rows = sum(row.get_content_height(container, viewport, width) for row in self._slots if row.display)
        return (
            blanks
            + rows
            + self._subject.height_at(width)
            + sum(pair.get_content_height(container, viewport, width) for pair in pairs)
        )

    @property
    def values(self) -> dict[str, Value]:
        """The values of the fields."""
        return {row.field.name: row.value for row in self._rows}

    @property
    def shown(self) -> list[FormRow]:
        """The rows that ask for something now."""
        return [row for row in self._rows if row.display]

    @property
    def previewed(self) -> EffectContext:
        """The player of whom the dialog says what will change."""
        if self._previewed is None:
            raise LookupError("the dialog is not open")
        return self._previewed

    def recompute(self) -> None:
        """Say what will change, and whether the player's id has to be typed."""
        if self._form is None or self._see is None or not self._form.action_id:
            return
        values = self.values
        asks = asks_for_id(self._form, values)
        if self._id_row.display != (asks is not None):
            self._id_row.display = asks is not None
        self._id_row.rehint(asks or "")
        self._previewed = self._see()
        predicted = effects(self._form, values, self._previewed)
        changes = [effect for effect in predicted if not effect.note]
        notes = [effect for effect in predicted if effect.note]
        self.will_change.show(
            ("" if index else "will change", safe(effect.label), safe(effect.words))
            for index, effect in enumerate(changes)
        )
        self.notes.show(("" if index else "note", "", safe(effect.words)) for index, effect in enumerate(notes))

    def first_editor(self) -> Widget | None:
        """The first field that waits for something, else the first; None without fields.

        Those are the ones that must be filled, and ticket and reason, which people type in this order in every dialog.
        A field is filled if it has text; the entries of a grant only if they were edited, because the initial text
        is only an example, as is a score below the target.
        """
        shown = self.shown
        missing = (row for row in shown if self._untouched(row) or (_waits(row.field) and row.empty))
        row = next(missing, shown[0] if shown else None)
        return row.editor if row is not None else None

    def _untouched(self, row: FormRow) -> bool:
        return (row.field.kind == "json" or row.field.doubtful) and row.field.name not in self._kept

    def require(self) -> Widget | None:
        """Show at every field what is wrong. Returns the editor of the first wrong one, None if all can be sent."""
        wrong = [row for row in self.shown if row.require() is not None]
        return wrong[0].editor if wrong else None

    def next(self) -> None:
        """From the field that has the focus on to the next one."""
        shown = self.shown
        here = next((index for index, row in enumerate(shown) if row.has_focus_within), None)
        if here is None:
            return
        if here + 1 < len(shown):
            shown[here + 1].editor.focus()
        else:
            self.post_message(self.Finished(self))

    @on(FormRow.Changed)
    def _field_changed(self, event: FormRow.Changed) -> None:
        event.stop()
        field, value = event.row.field, event.row.value
        if value == field.default:
            self._kept.pop(field.name, None)  # what was never touched follows the form, the ticket above all
        else:
            self._kept[field.name] = value
        self.recompute()

    @on(FormRow.Left)
    def _field_left(self, event: FormRow.Left) -> None:
        event.stop()
        self.next()
