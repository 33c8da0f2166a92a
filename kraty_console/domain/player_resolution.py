"""Decides which player a text means: an external id, an e-mail, the id of a merged player, or the only search hit.

The text may have marks around it (`player_text.candidates`). Reading players and searching are passed in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from kraty_console.contract.errors import NotFound
from kraty_console.domain.completeness import unreadable_count
from kraty_console.domain.player_text import candidates

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit

T = TypeVar("T")

MatchedBy = Literal["id", "cleaned_id", "email", "merged", "other"]
"""How a text names a player: as typed, without the marks around it, by e-mail, by the id of a player that was merged
into this one, or as the only or the chosen hit."""


class ResolvedPlayer(NamedTuple):
    """The player that a text means."""

    external_player_id: str
    by: MatchedBy


def looks_like_email(text: str) -> bool:
    """Whether a text is an e-mail rather than an id; a backend finds only complete ones."""
    return "@" in text


async def fetch_exact(text: str, fetch: Callable[[str], Awaitable[T]]) -> T | None:
    """The player with this id, as typed or without the marks around it; None if there is none.

    Args:
        text: What was typed.
        fetch: Reads a player by id; raises `NotFound` if there is none.
    """
    for candidate in candidates(text):
        with suppress(NotFound):
            return await fetch(candidate)
    return None


async def first_hits(text: str, search: Callable[[str], Awaitable[list[T]]]) -> list[T]:
    """The hits for the text, or else for the text without the marks around it; unreadable hits count."""
    hits: list[T] = []
    for candidate in candidates(text):
        hits = await search(candidate)
        if hits or unreadable_count(hits):
            break
    return hits


def resolve(text: str, hits: Sequence[SearchHit], step: int = 0) -> ResolvedPlayer | None:
    """The player that a text means among its hits; None if several match and none was chosen, or none matches.

    Args:
        text: What was typed.
        hits: The result of searching for it.
        step: How many places down (negative: up) the person moved in the hits.
    """
    index = wrapped_index(unambiguous_match(text, hits), step, len(hits))
    if index is None:
        return None
    hit = hits[index]
    player = hit.external_player_id
    if player == text:
        return ResolvedPlayer(player, "id")
    if player in candidates(text):
        return ResolvedPlayer(player, "cleaned_id")
    if hit.match == "merged":
        return ResolvedPlayer(player, "merged")
    return ResolvedPlayer(player, "email" if hit.match == "email" else "other")


def unambiguous_match(text: str, hits: Sequence[SearchHit]) -> int | None:
    """The index of the hit that the text identifies; None if the user has to choose, or nothing matches.

    An exact id, a full e-mail and the id of a merged player identify their player, even if there are more hits. Any
    other text identifies the only hit, unless some hits could not be read; but no hit by name: names are not unique.
    """
    for candidate in candidates(text):
        for place, hit in enumerate(hits):
            if hit.external_player_id == candidate:
                return place
    named = [place for place, hit in enumerate(hits) if hit.match in ("email", "merged")]
    matching = named or range(len(hits) if not unreadable_count(hits) else 0)
    return matching[0] if len(matching) == 1 and hits[matching[0]].match != "name" else None


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
