"""Decides what a pasted text leads to: one player, a list to choose from, or nobody. It never guesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from kraty_console.domain.labels import short
from kraty_console.domain.pasted_candidates import WHY, Candidate, CandidateKind, PastedText
from kraty_console.domain.scopes import PANE_OF, PaneId

_UNSURE: Final = (CandidateKind.NAME, CandidateKind.WORD)
"""Kinds of candidates that open nobody by themselves."""

_UNSURE_MATCHES: Final = ("prefix", "name")
"""Matches that are beginnings, or of what is not unique."""

_LABELLED: Final = (CandidateKind.PLAYER_ID, CandidateKind.SOME_ID)

PLAYER: Final = "player"
"""The kind of a player; those of rows are those of `contract.resolve`, whose models are loaded with the client."""

_ROWS: Final = {"delivery": "webhook delivery", "audit": "audit row"}

MATCHES: Final = {
    "external_id": "id",
    "id": "internal id",
    "merged": "id that was merged into this player",
    "link": "link",
    "email": "e-mail",
    "prefix": "beginning of the id",
    "name": "display name",
}
"""How something matched, in words."""


class TextHit(NamedTuple):
    """A player, or a row, that a candidate led to."""

    place: int
    """Of the candidate."""
    player: str | None
    """The external id; None for a row of no player."""
    by: str
    """How it matched: a `ResolvedBy`, or an unknown value."""
    kind: str = PLAYER
    """A `ResolvedKind`, or an unknown value."""
    row_id: str = ""
    """The row; empty for a player."""
    name: str | None = None
    """The name that others see."""

    @property
    def pane(self) -> PaneId | None:
        """The pane that holds the row; None if none does."""
        return PANE_OF.get(self.kind)

    @property
    def row(self) -> str:
        """The row in words: `attempt 0198…04c3`; empty for a player."""
        return "" if self.kind == PLAYER else f"{_ROWS.get(self.kind, self.kind)} {short(self.row_id)}"

    @property
    def matched(self) -> str:
        """What matched, in words."""
        return self.row or MATCHES.get(self.by, self.by)


class Decision(NamedTuple):
    """What a text leads to."""

    player: str | None = None
    """The player to open; None if a person has to choose, or nothing was found."""
    row: TextHit | None = None
    """The row of this player that the text names."""
    hits: tuple[TextHit, ...] = ()
    """What was found, the surest first; each player and row once."""


def decide(pasted: PastedText, hits: Sequence[TextHit], *, unreadable: int = 0) -> Decision:
    """What a text leads to.

    An id that is exactly the text, or the text without the marks around it, opens its player. Otherwise one player
    opens if everything that was found leads to it, nothing was left out, and no id that the text names as surely is
    unknown. Beginnings, names and mere words are offered only if nothing else was found, and open nobody.

    Args:
        pasted: The text.
        hits: What its candidates led to.
        unreadable: Matches that could not be read.
    """
    ordered = sorted(_once(hits), key=lambda hit: hit.place)
    for hit in ordered:
        kind = pasted.candidates[hit.place].kind
        if kind <= CandidateKind.CLEANED and hit.by == "external_id":
            return Decision(hit.player, None, (hit,))
    sure = tuple(hit for hit in ordered if _is_sure(pasted, hit))
    if not sure:
        return Decision(hits=tuple(ordered))
    players = {hit.player for hit in sure}
    player = sure[0].player
    if len(players) > 1 or player is None or pasted.left_out or unreadable or _names_another(pasted, hits, sure):
        return Decision(hits=sure)
    rows = [hit for hit in sure if hit.row]
    return Decision(player, rows[0] if rows else None, sure)


def matched_words(hit: TextHit, candidate: Candidate) -> str:
    """What matched, and the text that did: `e-mail alice@example.com`."""
    return f"{hit.matched} {candidate.text}" if not hit.row else hit.row


def tried_words(pasted: PastedText) -> tuple[str, ...]:
    """What was looked up besides the text itself, and why: `alice_43 (a player id)`; mere words if there is no more."""
    parts = pasted.candidates[1:]
    surer = [each for each in parts if each.kind is not CandidateKind.WORD]
    return tuple(f"{' '.join(each.text.split())} ({WHY[each.kind]})" for each in surer or parts)


def _once(hits: Iterable[TextHit]) -> Iterable[TextHit]:
    """Each player and row once, by its surest candidate."""
    kept: dict[tuple[str | None, str, str], TextHit] = {}
    for hit in hits:
        key = (hit.player, hit.kind, "" if hit.kind == PLAYER else hit.row_id)
        known = kept.get(key)
        if known is None or _rank(hit) < _rank(known):
            kept[key] = hit
    return kept.values()


def _rank(hit: TextHit) -> tuple[bool, int]:
    return hit.by in _UNSURE_MATCHES, hit.place


def _is_sure(pasted: PastedText, hit: TextHit) -> bool:
    return hit.by not in _UNSURE_MATCHES and pasted.candidates[hit.place].kind not in _UNSURE


def _names_another(pasted: PastedText, hits: Sequence[TextHit], sure: Sequence[TextHit]) -> bool:
    """Whether the text names an id, as surely as what was found, that is unknown: it may be another player's."""
    surest = min(pasted.candidates[hit.place].kind for hit in sure)
    known = {pasted.candidates[hit.place].group for hit in hits if _is_sure(pasted, hit)}
    return any(
        each.kind in _LABELLED
        and each.kind <= surest
        and each.group not in known
        and len(each.text.split()) == 1  # several words are rather a sentence
        for each in pasted.candidates
    )
