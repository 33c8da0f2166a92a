"""Notes of the support staff on a player (contract/README.md#notes)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kraty_console.contract.actions import Changed, IdempotencyKey, Reason, Ticket
from kraty_console.contract.audit import AuditActor
from kraty_console.contract.limits import MAX_NOTE
from kraty_console.contract.wire import Answer, Request


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must have a character that is not a space")
    return text


class AddNote(Request):
    """Write a note on a player."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=MAX_NOTE, json_schema_extra={"pattern": "\\S"}),
        AfterValidator(_not_blank),
    ]
    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class Note(Answer):
    """A note on a player."""

    id: str
    player_id: str | None = None
    created_at: datetime | None = None
    author: AuditActor | None = None
    text: str = ""
    ticket: str | None = None


class NotePage(Answer):
    """A page of a player's notes, newest first; `next_cursor` is None on the last page."""

    rows: list[Note] = Field(default_factory=list)
    next_cursor: str | None = None


class NoteAdded(Changed):
    """The new note."""

    note: Note
