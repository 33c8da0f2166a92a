"""Looks up what a pasted text may name: in one request where the backend resolves texts, else with the reads it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar
from urllib.parse import quote

from kraty_console.contract.characters import storage_fault
from kraty_console.contract.errors import BadAnswer, NotFound, OperationMissing
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.completeness import is_provided, unreadable_count
from kraty_console.domain.finding import PLAYER, Decision, TextHit, decide
from kraty_console.domain.pasted_candidates import LONGEST_ID, CandidateKind, PastedText
from kraty_console.domain.text_matching import comparable

if TYPE_CHECKING:
    from kraty_console.client.fetched import Fetched
    from kraty_console.contract.players import SearchHit, Snapshot
    from kraty_console.contract.resolve import Resolved

T = TypeVar("T")

MOST_BYTES: Final = 6_000
"""Of all texts as they are sent: proxies refuse addresses of more than 8 KB."""

MOST_REQUESTS: Final = 13
"""Texts that are looked up one by one, where the backend does not resolve texts."""

AT_ONCE: Final = 4

ONLY_PLAYERS: Final = "this Kraty does not resolve texts: ids of attempts, grants and other rows were not looked up"
ONLY_IDS: Final = "this Kraty finds players by their exact id only: e-mails, names and ids of rows were not looked up"


class TextReads(Protocol):
    """The reads of a client that a text is looked up with."""

    async def resolve(self, *texts: str, limit: int = ...) -> Resolved: ...

    async def search(self, query: str, limit: int = ...) -> list[SearchHit]: ...

    async def snapshot(self, external_id: str, *, limit: int = ...) -> Fetched[Snapshot] | None: ...


@dataclass(frozen=True, slots=True)
class FoundInText:
    """What a text led to."""

    pasted: PastedText
    decision: Decision
    nearest: tuple[str, ...] | None = ()
    """Ids like the one that was not found; None where the backend does not tell them."""
    unreadable: int = 0
    """Matches that could not be read."""
    not_looked_up: int = 0
    """Candidates for which there was no room."""
    not_searched: str = ""
    """What this backend cannot look up, in one line."""


async def search_text(reads: TextReads, pasted: PastedText) -> FoundInText:
    """Look up what a text may name.

    Raises:
        KratyError: As the client does: an answer that does not come, or cannot be read, is not "nobody".
    """
    places = list(_sendable(pasted))
    try:
        return await _resolved(reads, pasted, places)
    except OperationMissing:
        pass
    tried = places[:MOST_REQUESTS]
    try:
        hits, unreadable = await _searched(reads, pasted, tried)
        words = ONLY_PLAYERS
    except OperationMissing:
        hits, unreadable, words = await _by_exact_id(reads, pasted, tried), 0, ONLY_IDS
    return _found(pasted, tried, hits, unreadable, nearest=None, not_searched=words)


def _sendable(pasted: PastedText) -> Iterator[int]:
    """The places of the candidates that can be sent, as many as fit into one address."""
    size = 0
    for place, each in enumerate(pasted.candidates):
        if len(each.text) <= LONGEST_ID and storage_fault(each.text) is None:
            size += len(quote(each.text, safe="")) + 3
            if size <= MOST_BYTES:
                yield place


async def _resolved(reads: TextReads, pasted: PastedText, places: Sequence[int]) -> FoundInText:
    if not places:
        return _found(pasted, places, (), 0, nearest=())
    resolved = await reads.resolve(*(pasted.candidates[place].text for place in places), limit=MAX_LIMIT)
    if not is_provided(resolved, "matches"):
        raise BadAnswer("The answer does not say what was found.")
    unreadable = unreadable_count(resolved.matches) + (len(resolved.matches) >= MAX_LIMIT)
    hits = []
    for each in resolved.matches:
        if not 0 <= each.q < len(places) or "q" in each.unreadable_fields:
            unreadable += 1
        elif _is_meant(pasted, places[each.q], each.match, each.display_name):
            row_id = "" if each.kind == PLAYER else each.id
            hits.append(
                TextHit(places[each.q], each.external_player_id, each.match, each.kind, row_id, each.display_name)
            )
    return _found(pasted, places, hits, unreadable, nearest=tuple(resolved.nearest))


async def _searched(reads: TextReads, pasted: PastedText, places: Sequence[int]) -> tuple[list[TextHit], int]:
    """Players by search; of all but the first text only whole ids, e-mails and names."""

    async def search(place: int) -> tuple[list[TextHit], int]:
        found = await reads.search(pasted.candidates[place].text)
        hits = [
            TextHit(place, each.external_player_id, each.match, name=each.display_name)
            for each in found
            if _is_meant(pasted, place, each.match, each.display_name)
        ]
        return hits, unreadable_count(found)

    answers = await _at_once(search, places)
    return [hit for hits, _ in answers for hit in hits], sum(unreadable for _, unreadable in answers)


def _is_meant(pasted: PastedText, place: int, match: str, name: str | None) -> bool:
    """Whether a match may be meant: only the text itself may be a beginning, other candidates are whole."""
    if place == 0 or match not in ("prefix", "name"):
        return True
    return match == "name" and comparable(pasted.candidates[place].text) == comparable(name or "")


async def _by_exact_id(reads: TextReads, pasted: PastedText, places: Sequence[int]) -> list[TextHit]:
    async def read(place: int) -> TextHit | None:
        text = pasted.candidates[place].text
        try:
            fetched = await reads.snapshot(text, limit=1)
        except NotFound:
            return None
        player = fetched.value.player.external_player_id if fetched is not None else text
        return TextHit(place, player or text, "external_id")

    return [hit for hit in await _at_once(read, places) if hit is not None]


async def _at_once(call: Callable[[int], Awaitable[T]], places: Sequence[int]) -> list[T]:
    """Call for each place, a few at a time; the first error ends them all."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(place: int) -> T:
        async with room:
            return await call(place)

    tasks = [asyncio.ensure_future(one(place)) for place in places]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _found(
    pasted: PastedText,
    places: Sequence[int],
    hits: Sequence[TextHit],
    unreadable: int,
    *,
    nearest: tuple[str, ...] | None,
    not_searched: str = "",
) -> FoundInText:
    not_looked_up = pasted.left_out + sum(
        place not in places and each.kind not in (CandidateKind.TYPED, CandidateKind.WORD)
        for place, each in enumerate(pasted.candidates)
    )
    decision = decide(pasted._replace(left_out=not_looked_up), hits, unreadable=unreadable)
    return FoundInText(pasted, decision, nearest, unreadable, not_looked_up, not_searched)
