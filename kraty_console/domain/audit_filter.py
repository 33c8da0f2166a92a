r"""The filter line of the audit log: `actor:maria action:grant.* outcome:denied since:7d ticket:"ZD 4821"`.

Terms of different keys must all match; of several terms of one key, one must. A value is compared as it is, case
included; in it `*` stands for any characters and `?` for one, and a backslash before a character takes its meaning
away. In `action` and `outcome`, commas separate alternatives. `actor` is a member's e-mail, the part of it before the
`@`, a label such as `api_key:sRabbit0`, or an id; `player` is the external id at the time of the row, or the internal
one. Values with blanks are quoted, as in a shell. `since` is inclusive and `until` exclusive: `90s`, `30m`, `12h`,
`7d`, `2w` (so long ago), `2026-06-01`, or `2026-06-01T14:30:00`, in UTC unless it names another zone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from kraty_console.contract.iso_time import iso
from kraty_console.domain.timestamps import as_utc

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow

VALUE_KEYS: Final = ("actor", "action", "player", "ticket", "outcome")
TIME_KEYS: Final = ("since", "until")
KEYS: Final = (*VALUE_KEYS, *TIME_KEYS)
"""The keys of terms, in the order of a written line."""

LIST_KEYS: Final = ("action", "outcome")
"""The keys whose values are comma-separated alternatives: the log's own words, which have no commas."""

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGE: Final = re.compile(r"([0-9]{1,9})([smhdw])")
_LONGEST_AGE: Final = 36_500 * 86_400
_TIME_FORMS: Final = "an age such as 90s, 30m, 12h, 7d or 2w, or a time such as 2026-06-01 or 2026-06-01T14:30:00Z"
_ALTERNATIVES: Final = re.compile(r"(?:\\.|[^,\\]|\\\Z)+", re.DOTALL)
_SPECIAL: Final = re.compile(r"[*?\\,]")
_BARE: Final = re.compile(r"[^\s'\"\\]+")

Moment = timedelta | datetime
"""An age, or a time in UTC with whole milliseconds."""


class AuditFilterError(ValueError):
    """A filter line that cannot be used; the message says what is allowed. Its text is unsanitized."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """A filter; each value is a pattern, as in the line."""

    actor: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    player: tuple[str, ...] = ()
    ticket: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    since: Moment | None = None
    until: Moment | None = None

    def line(self) -> str:
        """The filter as a line; parsing it gives an equal filter."""
        return " ".join(self._terms())

    def _terms(self) -> Iterator[str]:
        for key in VALUE_KEYS:
            for value in getattr(self, key):
                yield term(key, value)
        for key in TIME_KEYS:
            moment = getattr(self, key)
            if isinstance(moment, timedelta):
                yield f"{key}:{_age_text(moment)}"
            elif moment is not None:
                yield f"{key}:{iso(moment)}"

    def at(self, now: datetime) -> AuditMatcher:
        """The filter with ages counted back from a time."""
        return AuditMatcher(self, moment_at(self.since, now), moment_at(self.until, now))


@dataclass(frozen=True, slots=True)
class AuditMatcher:
    """A filter at a time: what the backend is asked for, and which rows match."""

    filter: AuditFilter
    since: datetime | None
    """Inclusive."""
    until: datetime | None
    """Exclusive."""

    def query(self) -> dict[str, Any]:
        """The arguments of the client's `audit_log`: what the backend can filter by itself.

        Rows are still matched here: a backend may ignore a parameter, and takes one exact value for each.
        """
        asked: dict[str, Any] = {"since": self.since, "until": self.until}
        for key in VALUE_KEYS:
            values = getattr(self.filter, key)
            exact = literal_of(values[0]) if len(values) == 1 else None
            if exact is not None and (key != "actor" or _is_whole_actor(exact)):
                asked[key] = exact
        return {key: value for key, value in asked.items() if value is not None}

    @property
    def is_asked_whole(self) -> bool:
        """Whether a backend that takes every parameter sends matching rows alone."""
        asked = self.query()
        return all(key in asked for key in VALUE_KEYS if getattr(self.filter, key))

    def matches(self, row: AuditRow) -> bool | None:
        """Whether a row matches; None if the backend did not send, or sent unreadable, what decides it."""
        answers = [
            _any_of(self.filter.actor, _actor_names(row), known=_is_sent(row, "actor")),
            _any_of(self.filter.action, (row.action,), known=_is_sent(row, "action")),
            _any_of(self.filter.player, _player_names(row), known=_is_sent(row, "player")),
            _any_of(self.filter.ticket, (row.ticket,), known=_is_sent(row, "ticket")),
            _any_of(self.filter.outcome, (row.outcome,), known=_is_sent(row, "outcome")),
            self._is_in_time(row.occurred_at),
        ]
        if False in answers:
            return False
        return None if None in answers else True

    def _is_in_time(self, moment: datetime | None) -> bool | None:
        if self.since is None and self.until is None:
            return True
        if moment is None:
            return None
        at = as_utc(moment)
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def parse_audit_filter(line: str) -> AuditFilter:
    """Read a filter line; an empty one matches every row.

    Raises:
        AuditFilterError: the line cannot be used.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        raise AuditFilterError("a quotation mark or a backslash at the end is not closed") from None
    values: dict[str, list[str]] = {key: [] for key in VALUE_KEYS}
    times: dict[str, Moment] = {}
    for word in words:
        key, separator, value = word.partition(":")
        if not separator or key not in KEYS:
            hint = "" if separator else '; a value with blanks is quoted, as in ticket:"ZD 4821"'
            raise AuditFilterError(
                f"{word[:200]!r} has none of the keys {', '.join(f'{each}:' for each in KEYS)}{hint}"
            )
        if not value:
            raise AuditFilterError(f"{key}: has no value")
        if key in times:
            raise AuditFilterError(f"{key}: is given twice")
        if key in TIME_KEYS:
            times[key] = parse_moment(key, value)
            continue
        parts = _ALTERNATIVES.findall(value) if key in LIST_KEYS else [value]
        if not parts:
            raise AuditFilterError(f"{key}: has no value")
        values[key].extend(parts)
    return AuditFilter(
        **{key: tuple(dict.fromkeys(each)) for key, each in values.items()},
        since=times.get("since"),
        until=times.get("until"),
    )


def term(key: str, pattern: str) -> str:
    """A term of a line; the pattern is quoted if it has to be."""
    return f"{key}:{pattern if _BARE.fullmatch(pattern) else shlex.quote(pattern)}"


def escaped(value: str) -> str:
    """The pattern that matches exactly this value."""
    return _SPECIAL.sub(lambda special: f"\\{special[0]}", value)


def literal_of(pattern: str) -> str | None:
    """The only value that a pattern matches; None if it has a wildcard."""
    parts = list(_pattern_parts(pattern))
    return None if any(wild for _, wild in parts) else "".join(character for character, _ in parts)


def _pattern_parts(pattern: str) -> Iterator[tuple[str, bool]]:
    """The characters of a pattern, and whether each is a wildcard."""
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            yield next(characters, "\\"), False
        else:
            yield character, character in "*?"


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression that takes linear time: as in `fnmatch`, each part is looked for once."""
    pieces = [""]
    for character, wild in _pattern_parts(pattern):
        if wild and character == "*":
            pieces.append("")
        else:
            pieces[-1] += "." if wild else re.escape(character)
    first, *middle = pieces
    last = f".*{middle.pop()}" if middle else ""
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + last, re.DOTALL)


def _any_of(patterns: tuple[str, ...], values: Iterable[str | None], *, known: bool) -> bool | None:
    """Whether a value matches a pattern; True without patterns, None if the values are not known."""
    if not patterns:
        return True
    present = [value for value in values if value is not None]
    if any(_regex(pattern).fullmatch(value) for pattern in patterns for value in present):
        return True
    return False if known else None


def _is_sent(row: AuditRow, name: str) -> bool:
    return name in row.model_fields_set


def _actor_names(row: AuditRow) -> Iterator[str | None]:
    if row.actor is not None:
        yield row.actor.id
        yield row.actor.label
        if row.actor.kind == "member" and row.actor.label is not None and "@" in row.actor.label:
            yield row.actor.label.partition("@")[0]


def _player_names(row: AuditRow) -> tuple[str | None, ...]:
    return (row.player.id, row.player.external_player_id) if row.player is not None else ()


def _is_whole_actor(name: str) -> bool:
    """Whether an actor's name cannot be the short name of a member, which the backend does not know."""
    return "@" in name or ":" in name


def parse_moment(key: str, value: str) -> Moment:
    """An age such as `24h`, or a time in UTC.

    Raises:
        AuditFilterError: it is neither; the message begins with the key.
    """
    if (age := _AGE.fullmatch(value)) is not None:
        seconds = int(age[1]) * _UNITS[age[2]]
        if seconds <= _LONGEST_AGE:
            return timedelta(seconds=seconds)
    else:
        try:
            moment = as_utc(datetime.fromisoformat(value))
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        except (ValueError, OverflowError):
            pass
    raise AuditFilterError(f"{key}:{value[:100]} is no time: give {_TIME_FORMS}")


def _age_text(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    unit = next(name for name, length in reversed(_UNITS.items()) if seconds % length == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def moment_at(moment: Moment | None, now: datetime) -> datetime | None:
    """The time of a moment, ages counted back from now."""
    if isinstance(moment, timedelta):
        moment = now.astimezone(UTC) - moment
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment
