"""The player's profile: a tall box beside the panes, or two lines above them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.console.views.text import Line, Span, cut, width_of, wrap
from kraty_console.present.notes import newest_words, note_tone
from kraty_console.present.profile import compact_profile, profile, title

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.notes import NewestNote
    from kraty_console.present.table import Cell

FOLDED: Final = 4
"""Lines below which the profile takes only two."""


NOTE_LINES: Final = 4
"""Lines that the newest note takes at most."""


def profile_lines(
    snapshot: Snapshot, now: datetime, width: int, height: int, *, note: NewestNote | None = None
) -> list[Line]:
    """Who the player is, the totals, and the newest note; ages are counted to `now`."""
    if height < FOLDED:
        return [[(" ", "plain"), *_spans(line)] for line in compact_profile(snapshot, now, note)]
    head: list[Span] = [("─ ", "rule"), (title(snapshot), "title"), (" ", "plain")]
    head = cut(head, width - 1)
    lines: list[Line] = [[*head, ("─" * max(0, width - width_of(head)), "rule")]]
    for line in profile(snapshot, now):
        spans = _spans(line)
        if width_of(spans) <= width - 2:
            lines.append([(" ", "plain"), *spans])
        else:
            text = "".join(text for text, _ in spans)
            lines += [[(f" {part}", spans[0][1])] for part in wrap(text, width - 2)]
    if text := newest_words(note, now):
        words = wrap(text, width - 2)
        cut_off = words[NOTE_LINES:]
        shown = [*words[: NOTE_LINES - 1], f"{words[NOTE_LINES - 1]} …"] if cut_off else words
        lines += [[], *([(f" {line}", note_tone(note))] for line in shown)]
    return lines


def _spans(line: Iterable[Cell]) -> list[Span]:
    return [(cell.text, cell.tone) for cell in line]
