"""Chooses among search hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.player_text import candidates

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit

NAMED_BY = ("email", "merged")
"""Exact matches other than by id: by the full e-mail, or by the id of a merged guest."""


def unambiguous_match(text: str, hits: Sequence[SearchHit]) -> int | None:
    """The index of the hit that the text identifies; None if the user has to choose, or nothing matches.

    An exact id, a full e-mail and the id of a merged guest identify their player, even if there are more hits. Any
    other text identifies the only hit, unless some hits could not be read.
    """
    for candidate in candidates(text):
        for place, hit in enumerate(hits):
            if hit.external_player_id == candidate:
                return place
    named = [place for place, hit in enumerate(hits) if hit.match in NAMED_BY]
    fitting = named or range(len(hits) if not unreadable_count(hits) else 0)
    return fitting[0] if len(fitting) == 1 else None


def wrapped_index(start: int | None, step: int, count: int) -> int | None:
    """The index after moving `step` places down (negative: up), wrapping at the ends.

    Args:
        start: The current index; None if nothing is chosen yet: the first step then selects the first or the last.
        step: The number of places to move.
        count: The number of hits.
    """
    if not count or not step:
        return start if count else None
    return ((start if start is not None else -1 if step > 0 else 0) + step) % count
