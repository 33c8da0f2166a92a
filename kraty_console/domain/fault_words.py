"""What diagnosis says of a player, in a few words for the worklog: without names, reasons and ages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.domain.completeness import unreadable_parts
from kraty_console.domain.coverage import loaded_words, unknown_words
from kraty_console.domain.formatting import counted
from kraty_console.domain.labels import short
from kraty_console.domain.next_step import next_steps
from kraty_console.domain.scopes import PANE_OF

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

MOST: Final = 5
"""Faults that are named; more are counted."""

_ROW_OF: Final = {pane: scope for scope, pane in reversed(PANE_OF.items())}


def found_words(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """`attempt 0197…a001: roll failed`, most urgent first; `nothing wrong`, as far as it was loaded and read."""
    player = snapshot.player
    if player.ban is not None:
        yield "banned"
    if player.merged_into is not None:
        yield f"merged into {player.merged_into}"
    troubles = next_steps(snapshot, now).troubles
    for diagnosis, row in troubles[:MOST]:
        yield f"{_ROW_OF[row.pane]} {short(row.row_id)}: {diagnosis.code.value.replace('_', ' ')}"
    if (more := len(troubles) - MOST) > 0:
        yield counted(more, "more fault")
    if not troubles and player.merged_into is None:
        yield f"nothing{' else' if player.ban is not None else ''} wrong{loaded_words(snapshot)}"
    yield from unreadable_parts(snapshot)
    yield from unknown_words(snapshot)
