"""Notes of the support staff on a player, as text."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.domain.completeness import NOT_READ, sentence, unreadable_words
from kraty_console.domain.labels import actor_name, short_actor_name
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.times import ago, exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kraty_console.contract.notes import Note
    from kraty_console.present.table import Tone

NO_NOTES: Final = SafeText("There are no notes on this player.")

_NEWEST_LENGTH: Final = 160
_NAME_LENGTH: Final = 60


class NewestNote(NamedTuple):
    """What is known of the newest note on a player."""

    note: Note | None = None
    """None if there is none, or if it could not be read."""
    is_unread: bool = False


def newest_words(newest: NewestNote | None, now: datetime, *, limit: int = _NEWEST_LENGTH) -> SafeText:
    """The newest note for the profile, or that it could not be read; empty if there is none or it is not known yet."""
    if newest is None:
        return SafeText("")
    if newest.note is not None:
        return SafeText(f"note {newest_line(newest.note, now, limit=limit)}")
    return SafeText(f"notes {NOT_READ}" if newest.is_unread else "")


def note_tone(newest: NewestNote | None) -> Tone:
    """The tone of `newest_words`."""
    return "warn" if newest is not None and newest.is_unread else "accent"


def newest_line(note: Note, now: datetime, *, limit: int = _NEWEST_LENGTH) -> SafeText:
    """`2h ago maria: appeal answered, see ZD-5012`, on one line; at most `limit` characters of the note."""
    author = safe(short_actor_name(note.author), limit=_NAME_LENGTH)
    words = " ".join(note.text.split())
    return SafeText(f"{ago(note.created_at, now)} {author or 'somebody'}: {safe(words, limit=limit)}")


def notes_text(notes: Sequence[Note], now: datetime, *, unreadable: int = 0, local: tzinfo | None = None) -> SafeText:
    """Notes, each below a line with time, author and ticket; `unreadable` is how many could not be read."""
    parts = [SafeText("\n".join(_note_lines(note, now, local))) for note in notes]
    if unreadable:
        parts.append(SafeText(sentence(unreadable_words(unreadable, "note"))))
    return SafeText("\n\n".join(parts)) if parts else NO_NOTES


def _note_lines(note: Note, now: datetime, local: tzinfo | None) -> Iterator[SafeText]:
    head = [exact(note.created_at, now, local), safe(actor_name(note.author), limit=_NAME_LENGTH)]
    if note.ticket:
        head.append(safe(note.ticket, limit=_NAME_LENGTH))
    yield SafeText(" · ".join(part for part in head if part))
    for line in note.text.splitlines() or [""]:
        yield SafeText(f"  {safe(line)}")
