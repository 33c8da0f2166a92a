"""Finds the player of a text that was typed, pasted, or given at launch: by id, or else by search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeVar

from kraty_console.console.workspace import SEARCH_LIMIT, Workspace
from kraty_console.contract.errors import KratyError, NotFound, OperationMissing
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.player_resolution import looks_like_email, resolve
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


class SeveralFit(Exception):
    """The person has to choose."""

    def __init__(self, hits: Sequence[SearchHit]) -> None:
        super().__init__(f"{len(hits)} players fit")
        self.hits = hits


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
        self.unread = 0
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
        raise not_found

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
