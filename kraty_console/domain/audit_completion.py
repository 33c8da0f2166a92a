"""Completes the filter line of the audit log: keys, known actions and outcomes, periods, and values of loaded rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.contract.audit_actions import AUDIT_ACTIONS
from kraty_console.domain.audit_filter import KEYS, LIST_KEYS, TIME_KEYS, escaped, term

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

OUTCOMES: Final = ("ok", "denied")
PERIODS: Final = ("1h", "12h", "24h", "7d", "30d")

_MOST_SEEN: Final = 500
"""Values of one key that are kept."""

_BLANKS: Final = " \t\r\n"


class Completion(NamedTuple):
    """What may stand in place of a part of the line."""

    start: int
    end: int
    terms: tuple[str, ...]
    """The possible texts of that part; unsanitized."""
    labels: tuple[str, ...]
    """What is different in each; unsanitized."""


NO_COMPLETION: Final = Completion(0, 0, (), ())


class AuditVocabulary:
    """The values that are offered."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, None]] = {key: {} for key in ("actor", "action", "player", "ticket", "outcome")}

    def learn(self, rows: Iterable[AuditRow]) -> None:
        """Offer the values of these rows, too; values that cannot be typed are left out."""
        for row in rows:
            for key, value in _values_of(row):
                seen = self._seen[key]
                if value and value.isprintable() and len(seen) < _MOST_SEEN:
                    seen.setdefault(escaped(value))

    def patterns(self, key: str) -> Iterable[str]:
        """The values of a key, as patterns: those of the contract first, then the others as they were seen."""
        if key in TIME_KEYS:
            return PERIODS
        known: Iterable[str] = ()
        if key == "action":
            known = _actions(dict.fromkeys([*AUDIT_ACTIONS, *self._seen[key]]))
        elif key == "outcome":
            known = OUTCOMES
        return dict.fromkeys([*known, *self._seen[key]])


def _values_of(row: AuditRow) -> Iterator[tuple[str, str | None]]:
    if row.actor is not None:
        yield "actor", row.actor.label or row.actor.id
    if row.player is not None:
        yield "player", row.player.external_player_id or row.player.id
    yield "action", row.action
    yield "ticket", row.ticket
    yield "outcome", row.outcome


def _actions(names: Iterable[str]) -> Iterator[str]:
    """The names in order, those of one kind behind the pattern of all: `grant.*`, `grant.ack`."""
    for kind, group in groupby(sorted(names), lambda name: name.partition(".")[0]):
        same = list(group)
        if len(same) > 1:
            yield f"{kind}.*"
        yield from same


def completion(line: str, cursor: int, vocabulary: AuditVocabulary) -> Completion:
    """What may stand in place of the term that ends at the cursor."""
    if line[cursor : cursor + 1] not in ("", *_BLANKS):
        return NO_COMPLETION
    start, text = _term_before(line, cursor)
    key, separator, typed = text.partition(":")
    if not separator:
        others = [word.partition(":")[0] for word in (*line[:start].split(), *line[cursor:].split())]
        keys = [each for each in KEYS if each.startswith(key) and not (each in TIME_KEYS and each in others)]
        terms = tuple(f"{each}:" for each in keys)
        return Completion(start, cursor, terms, terms)
    if key not in KEYS:
        return NO_COMPLETION
    head = typed[: _last_alternative(typed)] if key in LIST_KEYS else ""
    begun = typed[len(head) :].casefold()
    given = head.split(",")
    fitting = [each for each in vocabulary.patterns(key) if each.casefold().startswith(begun) and each not in given]
    if fitting == [typed[len(head) :]]:
        return NO_COMPLETION
    return Completion(start, cursor, tuple(term(key, head + each) for each in fitting), tuple(fitting))


def _last_alternative(text: str) -> int:
    """Where the last of comma-separated alternatives begins."""
    start = place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == ",":
            start = place + 1
        place += 1
    return start


def _term_before(line: str, cursor: int) -> tuple[int, str]:
    """Where the term before the cursor begins, and its text without quotation marks."""
    start, quote, text = 0, "", ""
    characters = iter(enumerate(line[:cursor]))
    for place, character in characters:
        if character == "\\" and quote != "'":
            _, following = next(characters, (0, ""))
            text += following if not quote or following in '"\\' else character + following
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and character in _BLANKS:
            start, text = place + 1, ""
        else:
            text += character
    return start, text
