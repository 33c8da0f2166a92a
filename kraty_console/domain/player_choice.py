"""Which of the players that a search found is meant by what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.player_text import candidates

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit

NAMED_BY = ("email", "merged")
"""How a text names a player besides the id: by the whole e-mail, or by the id of a guest who became that player."""


def unambiguous_match(text: str, hits: Sequence[SearchHit]) -> int | None:
    """The place of the player that the text alone means; None where the person has to choose, or nobody fits.

    An id means its player, even if others fit too; so do a whole e-mail and the id of a merged guest. Otherwise the
    text means the only player that fits, unless others fit that could not be read.
    """
    for candidate in candidates(text):
        for place, hit in enumerate(hits):
            if hit.external_player_id == candidate:
                return place
    named = [place for place, hit in enumerate(hits) if hit.match in NAMED_BY]
    fitting = named or range(len(hits) if not unreadable_count(hits) else 0)
    return fitting[0] if len(fitting) == 1 else None


def wrapped_index(start: int | None, step: int, count: int) -> int | None:
    """The place that is chosen after some steps down (negative: up), going round at the ends.

    Args:
        start: Where the steps begin; None where nothing is chosen yet: then the first step takes the first or the last.
        step: How many.
        count: Of how many there are.
    """
    if not count or not step:
        return start if count else None
    return ((start if start is not None else -1 if step > 0 else 0) + step) % count
