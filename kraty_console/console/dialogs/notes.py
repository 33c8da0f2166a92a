"""All notes on a player, to read and to copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual.content import Content

from kraty_console.console.dialogs.text import TextDialog
from kraty_console.present.notes import notes_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kraty_console.console.notes import AllNotes

_OLDER: Final = "Older notes are not shown."


class NotesDialog(TextDialog):
    """The notes, newest first; it says so if there are older ones than were read."""

    IS_HERE: ClassVar[Mapping[str, str]] = {"player.notes": "these are the notes"}

    def __init__(self, player: str, notes: AllNotes, now: datetime, copy: Callable[[str], str]) -> None:
        text = notes_text(notes.rows, now, unreadable=notes.unreadable)
        words = text if notes.are_all else f"{text}\n\n{_OLDER}"
        super().__init__(f"Notes · {safe(player, limit=60)}", Content(words), copy=copy, indent=2)
