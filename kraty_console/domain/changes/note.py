"""Write a note on the player, for colleagues (contract/README.md#notes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.limits import MAX_NOTE
from kraty_console.contract.operations import Operation
from kraty_console.domain import actions
from kraty_console.domain.changes.subject_lines import player_line
from kraty_console.domain.fields import (
    ChangeDialog,
    Effect,
    EffectContext,
    Field,
    Form,
    FormContext,
    Values,
    control_character,
    ticket_and_reason,
    typed_id_for,
)
from kraty_console.domain.formatting import counted, grouped
from kraty_console.domain.requests import change_request

if TYPE_CHECKING:
    from kraty_console.contract.notes import NoteAdded
    from kraty_console.contract.players import Snapshot

_SUMMARY_LENGTH: Final = 60
"""Characters of a note that its summary quotes."""


def form(context: FormContext) -> Form:
    """Asks for the ticket and the text of the note."""
    ticket, _ = ticket_and_reason(context)
    text = Field("text", "note", required=True, hint="for colleagues; the player never sees it", check=_check_text)
    return Form(
        actions.ADD_NOTE.id,
        Operation.ADD_NOTE,
        "Add note",
        (player_line(context.snapshot),),
        (ticket, text),
        "Add note",
        "writing",
        context.snapshot.player.external_player_id,
        context.now,
        typed_id_for(context.snapshot),
    )


def _check_text(text: str) -> str | None:
    if len(text) > MAX_NOTE:
        return f"at most {grouped(MAX_NOTE)} characters, these are {grouped(len(text))}"
    return control_character(text)


def call(form: Form, values: Values, key: str) -> ChangeRequest:
    """The request."""
    return change_request(form, values, key, text=form.text(values, "text"))


def effects(form: Form, values: Values, context: EffectContext) -> list[Effect]:
    """Who reads the note, and for how long it stays."""
    del form, values, context
    return [
        Effect("notes", "one more, with your name and the time"),
        Effect("note", "everyone who may look the player up reads it; it cannot be changed or deleted", note=True),
    ]


def summary(_call: ChangeRequest, answer: NoteAdded, _before: Snapshot | None) -> str:
    """The beginning of the note."""
    text = answer.note.text
    rest = len(text) - _SUMMARY_LENGTH
    return text if rest <= 0 else f"{text[:_SUMMARY_LENGTH]}… ({counted(rest, 'more character')})"


CHANGE: Final = ChangeDialog(actions.ADD_NOTE, form, effects, summary, call, quotes=True)
