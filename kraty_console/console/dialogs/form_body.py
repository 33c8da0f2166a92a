"""A form as widgets: its subject, its fields, and the preview of its effects, updated with every edit."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from kraty_console.console.dialogs.editor import Completer
from kraty_console.console.dialogs.parts import Lines, Pairs
from kraty_console.console.dialogs.rows import FormRow
from kraty_console.domain.effects import effects
from kraty_console.domain.fields import TYPED_ID, EffectContext, Field, Form, Value
from kraty_console.domain.forms import asks_for_id
from kraty_console.present.safe import safe


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

    will_change = query_one("#will-change", Pairs)
    notes = query_one("#notes", Pairs)

    def __init__(
        self,
        form: Form,
        values: MutableMapping[str, Value],
        *,
        see: Callable[[], EffectContext],
        reasons: Sequence[str] = (),
        completer: Completer | None = None,
    ) -> None:
        """
        Args:
            form: The fields.
            values: The text of the fields; kept up to date, so that it outlives the dialog.
            see: The player as last read.
            reasons: The last reasons, newest first, for `↑`.
            completer: What the entries editor offers.
        """
        super().__init__(id="form")
        self._form = form
        self._kept = values
        self._see = see
        self._rows = [
            FormRow(
                field,
                values.get(field.name, field.default),
                offers=reasons if field.name == "reason" else (),
                completer=completer,
            )
            for field in form.fields
        ]
        id_field = Field(TYPED_ID, "player's id", required=True, check=self._check_id)
        self._id_row = FormRow(id_field, values.get(TYPED_ID, ""))
        self._rows.append(self._id_row)

    def _check_id(self, text: str) -> str | None:
        return None if text == self._form.typed_id else f"not that id: type {self._form.typed_id}"

    def compose(self) -> ComposeResult:
        """What it is about, the fields, what will change."""
        yield Lines("\n".join(safe(line) for line in self._form.subject_lines), widget_id="subject")
        yield from self._rows
        yield Pairs(widget_id="will-change")
        yield Pairs(widget_id="notes")

    def on_mount(self) -> None:
        """Compute what will change before the first paint."""
        self.recompute()

    @property
    def values(self) -> dict[str, Value]:
        """The values of the fields."""
        return {row.field.name: row.value for row in self._rows}

    @property
    def shown(self) -> list[FormRow]:
        """The rows that ask for something now."""
        return [row for row in self._rows if row.display]

    def recompute(self) -> None:
        """Say what will change, and whether the player's id has to be typed."""
        values = self.values
        asks = asks_for_id(self._form, values)
        if self._id_row.display != (asks is not None):
            self._id_row.display = asks is not None
        self._id_row.rehint(asks or "")
        predicted = effects(self._form, values, self._see())
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

    def insist(self) -> Widget | None:
        """Say at every field what is wrong; answers the first wrong one, None when all can be sent."""
        wrong = [row for row in self.shown if row.insist() is not None]
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
