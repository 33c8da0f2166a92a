"""What became of each row of a queue, in the order of the input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kraty_console.domain.queue_state import IntentOutcome, QueueIntent, QueueState, RowState

NOT_SENT: Final = IntentOutcome(RowState.NOT_SENT, "the queue stopped before it")

INCOMPLETE: Final = frozenset(
    {
        RowState.REFUSED,
        RowState.SKIPPED,
        RowState.FAILED,
        RowState.UNKNOWN,
        RowState.NOT_SENT,
        RowState.NOT_FOUND,
        RowState.NOT_READ,
    }
)
"""The states of rows for which not everything was done that was asked for."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the input, and one change to its player if there is any. The texts are unsanitized."""

    line: int
    text: str
    """As it was in the input."""
    state: RowState
    player: str = ""
    """The external id; empty if no player was found."""
    target_id: str = ""
    """The attempt or grant; empty for the player."""
    about: str = ""
    """What was changed, for people."""
    words: str = ""
    """What was done, or why not."""
    audit_urls: tuple[str, ...] = ()
    request_id: str = ""
    same_as: int | None = None
    """The line that named the player first: acted on there, once."""


def report_rows(state: QueueState) -> Iterator[ReportRow]:
    """A row of the report for each row of the input, and more for a player with several changes."""
    intents: dict[str, list[int]] = {}
    for place, intent in enumerate(state.intents):
        intents.setdefault(intent.player, []).append(place)
    refused: dict[str, list[int]] = {}
    for place, each in enumerate(state.refused):
        refused.setdefault(each.player, []).append(place)
    first_lines: dict[str, int] = {}
    for row, found in zip(state.rows, state.found, strict=False):
        if not found.player or found.state is not None:
            first = first_lines.setdefault(found.player, row.line) if found.player else row.line
            same_as = first if first != row.line else None
            known = found.state or RowState.NOT_FOUND
            yield ReportRow(row.line, row.text, known, found.player, words=found.words, same_as=same_as)
            continue
        first = first_lines.setdefault(found.player, row.line)
        same_as = first if first != row.line else None
        for place in intents.get(found.player, ()):
            outcome = state.outcomes.get(place, NOT_SENT)
            yield _changed(row.line, row.text, state.intents[place], outcome, same_as)
        for place in refused.get(found.player, ()):
            each = state.refused[place]
            yield ReportRow(
                row.line,
                row.text,
                RowState.REFUSED,
                each.player,
                each.target_id or "",
                each.about,
                each.words,
                same_as=same_as,
            )


def _changed(line: int, text: str, intent: QueueIntent, outcome: IntentOutcome, same_as: int | None) -> ReportRow:
    return ReportRow(
        line,
        text,
        outcome.state,
        intent.player,
        intent.target_id or "",
        intent.about,
        outcome.words,
        outcome.audit_urls,
        outcome.request_id,
        same_as,
    )


def counts_of(state: QueueState) -> Counter[RowState]:
    """How many rows of the report have each state; rows that name a player again are not counted again."""
    return Counter(row.state for row in report_rows(state) if row.same_as is None)


def is_complete(counts: Counter[RowState]) -> bool:
    """Whether everything was done that was asked for."""
    return not any(counts[state] for state in INCOMPLETE)
