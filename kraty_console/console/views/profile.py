"""The player's profile: a tall box beside the panes, or a few lines above them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from kraty_console.console.views.layout import LEAST
from kraty_console.console.views.text import Line, Span, cut, width_of, wrap
from kraty_console.domain.formatting import counted
from kraty_console.present.profile import (
    balance_lines,
    compact_profile,
    context_lines,
    more_lines,
    note_line,
    profile,
    title,
)

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot
    from kraty_console.present.notes import NewestNote
    from kraty_console.present.table import Cell

_HINTS: Final = ("3 shows all", "i shows all", "e shows all")
"""How to see what is left out of balances, note and context."""

_KEPT: Final = 4
"""Lines of each that stay at first when there is no room for all."""


def profile_lines(
    snapshot: Snapshot, now: datetime, width: int, height: int, *, note: NewestNote | None = None
) -> list[Line]:
    """Who the player is, the totals, balances, the newest note, and the last context; ages are counted to `now`.

    Without room for all, the empty lines between them go first; then the context is shortened, then the note, then
    the balances.
    """
    if width >= LEAST[0]:  # above the panes: the box beside them is narrower than any terminal
        return _folded(snapshot, now, width, height, note)
    first, *blocks = _blocks(snapshot, now, width, note)
    apart = [bool(block) for block in blocks]
    room = height - len(first)

    def excess() -> int:
        return sum(map(len, blocks)) + sum(apart) - room

    for place in (2, 1, 0):
        apart[place] &= excess() <= 0
    for least in (_KEPT, 2, 0):
        for place in (2, 1, 0):
            if (over := excess()) > 0 and len(blocks[place]) > least:
                blocks[place] = _shortened(blocks[place], max(least, len(blocks[place]) - over), _HINTS[place])
    lines = list(first)
    for block, blank in zip(blocks, apart, strict=True):
        lines += [[]] * blank + block
    return lines


def _shortened(block: list[Line], lines: int, hint: str) -> list[Line]:
    """A block in fewer lines, the last of which says how many are left out."""
    kept = block[: max(0, lines - 1)]
    return [*kept, [(f" … {counted(len(block) - len(kept), 'line')} more, {hint}", "dim")]] if lines else []


def profile_needed(snapshot: Snapshot, now: datetime, width: int, note: NewestNote | None) -> tuple[int, int]:
    """Lines that the whole profile takes, and those of who the player is and the totals."""
    if width >= LEAST[0]:
        return len(_folded(snapshot, now, width, 1_000, note)), 2
    first, *blocks = _blocks(snapshot, now, width, note)
    return len(first) + sum(len(block) + 1 for block in blocks if block), len(first)


def _blocks(snapshot: Snapshot, now: datetime, width: int, note: NewestNote | None) -> list[list[Line]]:
    """Identity and totals, balances, the note, the context."""
    head: list[Span] = cut([("─ ", "rule"), (title(snapshot), "title"), (" ", "plain")], width - 1)
    rule: Line = [*head, ("─" * max(0, width - width_of(head)), "rule")]
    note_text = note_line(note, now)
    parts = (
        profile(snapshot, now),
        balance_lines(snapshot),
        (note_text,) if note_text else (),
        context_lines(snapshot),
    )
    blocks = [[shown for line in part for shown in _wrapped(line, width)] for part in parts]
    blocks[0].insert(0, rule)
    return blocks


def _wrapped(line: Iterable[Cell], width: int) -> list[Line]:
    """A line of cells, over several lines where it is too long."""
    spans = _spans(line)
    if width_of(spans) <= width - 2:
        return [[(" ", "plain"), *spans]]
    text = "".join(text for text, _ in spans)
    return [[(f" {part}", spans[0][1])] for part in wrap(text, width - 2)]


def _folded(snapshot: Snapshot, now: datetime, width: int, height: int, note: NewestNote | None) -> list[Line]:
    """Two lines; where more are free, the note, balances and context below them."""
    if height <= 2:
        return [[(" ", "plain"), *_spans(line)] for line in compact_profile(snapshot, now, note)]
    parts = (*compact_profile(snapshot, now), *more_lines(snapshot, now, note))
    lines = [shown for line in parts for shown in _flowing(line, width)]
    if len(lines) > height:
        lines = [*lines[: height - 1], cut([*lines[height - 1], (" …", "dim")], width)]
    return lines


def _flowing(line: Iterable[Cell], width: int) -> list[Line]:
    """A line of parts with dots between them, over several lines where it is too long: broken between parts."""
    lines: list[list[Span]] = []
    for text, tone in _spans(line):
        if text.strip() == "·":
            continue
        last = lines[-1] if lines else None
        if last is not None and width_of(last) + cell_len(text) + 4 <= width:
            last += [(" · ", "dim"), (text, tone)]
        else:
            lines += [[(" ", "plain"), (piece, tone)] for piece in wrap(text, max(1, width - 2))]
    return list(lines)


def _spans(line: Iterable[Cell]) -> list[Span]:
    return [(cell.text, cell.tone) for cell in line]
