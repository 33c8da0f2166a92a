"""Finds the player of a text that was typed, pasted, or given at launch: by id, or else by search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeVar

from kraty_console.console.text_search import FoundInText, search_text
from kraty_console.console.workspace import SEARCH_LIMIT, Workspace
from kraty_console.contract.errors import KratyError, NotFound, OperationMissing, SignInNeeded
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.finding import TextHit, matched_words
from kraty_console.domain.pasted_candidates import CandidateKind, PastedText
from kraty_console.domain.pasted_text import read_pasted
from kraty_console.domain.player_resolution import looks_like_email, resolve, wrapped_index
from kraty_console.domain.player_text import candidates, cleaned_id_note
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.players import SearchHit

T = TypeVar("T")

LONGEST_BEGINNING = 64
"""Characters of an id that was not found which others are compared with."""


@dataclass(frozen=True, slots=True)
class FoundPlayer:
    """The player."""

    player: str
    note: str = ""
    """Why it is another than the one that was typed."""
    row: TextHit | None = None
    """The row of the player that the text names."""


class SeveralFit(Exception):
    """The person has to choose."""

    def __init__(self, hits: Sequence[SearchHit] = (), found: FoundInText | None = None) -> None:
        super().__init__("several fit")
        self.hits = hits
        """Players that a typed text fits."""
        self.found = found
        """Players and rows that a pasted text names."""


def several_words(text: str, count: int) -> str:
    """What there is to do when a text fits this many players."""
    players = f"{count} or more" if count >= SEARCH_LIMIT else str(count)
    return f"{players} players fit {safe(text, limit=60)}: ↓ chooses one, enter opens it"


class PlayerFinder:
    """Searches, and keeps the last result, so that enter opens the same player before and after suggestions arrive."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._text = ""
        self._hits: Sequence[SearchHit] | None = None
        self._found: FoundInText | None = None
        self._failed: KratyError | None = None
        """Why others than the id that was not found could not be looked for."""
        self.unread = 0
        """Players that fit what was looked up last, and that could not be read."""

    async def search(self, text: str) -> Sequence[SearchHit]:
        """Who fits.

        Raises:
            KratyError: As the client does; `OperationMissing` where the backend cannot search.
        """
        hits = await self._workspace.search(text)
        self._text, self._hits = text, hits
        return hits

    def known(self, text: str, step: int = 0) -> FoundPlayer | None:
        """The player of a text that was searched for already; None if there is none, or the person must choose.

        Raises:
            SeveralFit: The text fits several, and none was chosen.
        """
        if (pasted := self.found_in(text)) is not None and (chosen := _chosen(pasted, step)) is not None:
            return chosen
        if self._hits is None or text != self._text:
            return None
        found = self._choose(text, step, self._hits)
        if found is None and self._hits and not unreadable_count(self._hits):
            raise SeveralFit(self._hits)
        return found

    async def look_up(
        self, text: str, step: int, fetch: Callable[[str], Awaitable[T]], turn: Callable[[FoundPlayer], None]
    ) -> T:
        """Fetch the player of a typed text: usually one request, since the text is an id.

        Args:
            text: What was typed.
            step: How often down (negative: up) was pressed in what it finds.
            fetch: Reads a player by id.
            turn: Called if the text leads to another player than it names.

        Raises:
            KratyError: As the client does; `NotFound` if no player matches the text.
            SeveralFit: The text fits several, and none was chosen.
        """
        self.unread, self._failed = 0, None
        pasted = read_pasted(text)
        if not pasted.is_plain:
            return await self._look_up_in_text(pasted, step, fetch, turn)
        not_found: NotFound | None = None
        hits = self._hits if text == self._text else None
        can_search = self._workspace.facts.can_search
        if hits is None and not (can_search and (step or looks_like_email(text))):
            try:
                return await fetch(text)
            except NotFound as error:
                not_found = error
        if hits is None and can_search:
            try:
                hits = await self.search(text)
            except OperationMissing:
                can_search = False
        if hits is None:
            found = _read_as(text)
        else:
            self.unread = unreadable_count(hits)
            found = self._choose(text, step, hits) or FoundPlayer(text)
        if found.player != text:
            turn(found)
            return await fetch(found.player)
        if not_found is None:
            try:
                return await fetch(text)
            except NotFound as error:
                not_found = error
        if hits and not any(hit.external_player_id == text for hit in hits):
            raise SeveralFit(hits)
        if not self._workspace.facts.can_resolve:
            raise not_found
        try:
            await self.find(pasted)
        except SignInNeeded:
            raise
        except KratyError as error:  # it is still certain that nobody has this id
            self._failed = error
            raise not_found from error
        return await self._look_up_in_text(pasted, step, fetch, turn)

    async def find(self, pasted: PastedText) -> FoundInText:
        """What a text names, of which more than the text itself may be meant.

        Raises:
            KratyError: As the client does.
        """
        found = await search_text(await self._workspace.game_client(), pasted)
        self._found = found
        return found

    def found_in(self, text: str) -> FoundInText | None:
        """What was found last, if that was in this text."""
        found = self._found
        return found if found is not None and found.pasted.text == text else None

    async def _look_up_in_text(
        self, pasted: PastedText, step: int, fetch: Callable[[str], Awaitable[T]], turn: Callable[[FoundPlayer], None]
    ) -> T:
        """As `look_up`, for a text that may name players and rows.

        Raises:
            SeveralFit: Several players or rows were found, or none surely, and none was chosen.
        """
        found = self.found_in(pasted.text)
        if found is None or not (found.decision.hits or found.pasted.is_plain):
            found = await self.find(pasted)
        self.unread += found.unreadable
        chosen = _chosen(found, step)
        if chosen is None:
            raise NotFound(f"Nothing in this text is known: {found.not_searched}".rstrip(": "))
        if chosen.player != pasted.text or chosen.row is not None:
            turn(chosen)
        return await fetch(chosen.player)

    @staticmethod
    def _choose(text: str, step: int, hits: Sequence[SearchHit]) -> FoundPlayer | None:
        resolved = resolve(text, hits, step)
        if resolved is None:
            return None
        if resolved.by == "cleaned_id":
            return _read_as(text, resolved.external_player_id)
        merged = f"{safe(text, limit=60)} was merged into this player" if resolved.by == "merged" else ""
        return FoundPlayer(resolved.external_player_id, merged)

    async def nearest(self, player: str) -> tuple[tuple[str, ...], str]:
        """The players whose ids share the longest beginning with one that was not found, the most similar first.

        A player that could not be read begins like it as well; it only cannot be offered: why, in words.
        """
        if self._failed is not None:
            return (), f"Others could not be looked for: {error_text(self._failed).text}"
        found = self.found_in(player)
        if found is not None and (found.nearest is not None or not found.pasted.is_plain):
            unread = unreadable_words(self.unread, "player that fits", "players that fit")
            words = sentence(unread) if self.unread else ""
            return _most_similar(player, found), words
        nearest: tuple[str, ...] = ()
        words = ""
        shortest, longest = 1, min(len(player) - 1, LONGEST_BEGINNING)
        while shortest < longest:  # what begins like more also begins like less, so halving finds the longest
            length = (shortest + longest + 1) // 2
            try:
                hits = await self._workspace.search(player[:length])
            except KratyError as error:
                return nearest, f"Others could not be looked for: {error_text(error).text}"
            missing = unreadable_count(hits)
            if hits or missing:
                shortest = length
                words = sentence(unreadable_words(missing, "player with a like id", "players with like ids"))
                words = words if missing else ""
                matcher = SequenceMatcher(b=player[:LONGEST_BEGINNING], autojunk=False)
                likeness: dict[str, float] = {}
                for hit in hits:
                    matcher.set_seq1(hit.external_player_id[:LONGEST_BEGINNING])
                    likeness[hit.external_player_id] = matcher.ratio()
                nearest = tuple(sorted(likeness, key=lambda each: -likeness[each]))
            else:
                longest = length - 1
        if self.unread:
            words = sentence(unreadable_words(self.unread, "player that fits", "players that fit"))
        return nearest, words


def _read_as(text: str, player: str | None = None) -> FoundPlayer:
    """The note that the text was cleaned, and the player it leads to."""
    player = player or (candidates(text) or (text,))[-1]
    note = "" if player == text else cleaned_id_note(safe(text, limit=60), safe(player, limit=60))
    return FoundPlayer(player, note)


def _chosen(found: FoundInText, step: int) -> FoundPlayer | None:
    """The player that a text leads to, or the one that was chosen in its list; None if nothing was found.

    Raises:
        SeveralFit: There are several, or none is sure, and none was chosen.
    """
    decision = found.decision
    if not decision.hits:
        return None
    hits = offered(found)
    meant = next((place for place, hit in enumerate(hits) if hit.player == decision.player), None)
    index = wrapped_index(meant if decision.player is not None else None, step, len(hits))
    if index is None:
        raise SeveralFit(found=found)
    hit = hits[index]
    return found_player(found, hit, decision.row if not step else None)


def offered(found: FoundInText) -> list[TextHit]:
    """The hits that can be opened."""
    return [hit for hit in found.decision.hits if hit.player is not None]


def found_player(found: FoundInText, hit: TextHit, row: TextHit | None = None) -> FoundPlayer:
    """The player of a hit, with the row that it is, or that the text names otherwise."""
    candidate = found.pasted.candidates[hit.place]
    player = hit.player or ""
    row = row if row is not None else hit if hit.row else None
    if hit.by == "external_id" and candidate.kind <= CandidateKind.CLEANED:
        return _read_as(found.pasted.text, player)
    words = matched_words(hit, candidate)
    return FoundPlayer(player, f"found by {safe(words, limit=120)}", row)


def _most_similar(text: str, found: FoundInText) -> tuple[str, ...]:
    """The ids that the backend calls nearest, the most similar first."""
    if found.pasted.is_plain and looks_like_email(text):
        return ()
    words = [each.text for each in found.pasted.candidates if len(each.text.split()) == 1]
    matcher = SequenceMatcher(b=(words[0] if words else text)[:LONGEST_BEGINNING], autojunk=False)

    def ratio(player: str) -> float:
        matcher.set_seq1(player[:LONGEST_BEGINNING])
        return matcher.ratio()

    return tuple(sorted(found.nearest or (), key=ratio, reverse=True))
