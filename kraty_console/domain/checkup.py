"""What a check of the surroundings found: one finding for each thing that was looked at, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple


class CheckArea(StrEnum):
    """What a finding is about; the order is that of importance: a fault in one explains those in later ones."""

    CONFIGURATION = "configuration"
    TOKEN = "token"  # noqa: S105 (the name of an area)
    ADDRESS = "address"
    TLS = "tls"
    PROXY = "proxy"
    SESSION = "session"
    OPERATIONS = "operations"
    CLOCK = "clock"
    LINK = "link"
    STATE = "state"
    JOURNAL = "journal"
    TERMINAL = "terminal"


class CheckState(StrEnum):
    """How it is."""

    OK = "ok"
    NOTE = "note"
    """Good to know; nothing has to be done."""
    WARNING = "warning"
    PROBLEM = "problem"
    """The console cannot work, or not safely, until it is mended."""
    UNKNOWN = "unknown"
    """It could not be found out."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    area: CheckArea
    name: str
    state: CheckState
    words: str
    """What was found; may hold text from outside, which whoever shows it makes safe."""
    advice: str = ""
    """What to do about it; empty where there is nothing to do."""
    facts: Mapping[str, Any] = {}
    """The same for programs, as JSON."""


_AREAS: Final = tuple(CheckArea)
_FIRST: Final = (CheckState.PROBLEM, CheckState.WARNING)


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Problems first, then warnings, then the rest; within each by area, as they were found."""

    def place(finding: Finding) -> tuple[int, int]:
        grave = _FIRST.index(finding.state) if finding.state in _FIRST else len(_FIRST)
        return grave, _AREAS.index(finding.area)

    return sorted(findings, key=place)


def has_problem(findings: Iterable[Finding]) -> bool:
    """Whether something has to be mended."""
    return any(each.state is CheckState.PROBLEM for each in findings)


def without(findings: Iterable[Finding], secrets: Iterable[str], hidden: str) -> list[Finding]:
    """The findings with `hidden` in place of every secret: a backend, or an error, may say back what it was sent."""
    wanted = sorted({each for each in secrets if each}, key=len, reverse=True)

    def cleaned(value: Any) -> Any:  # noqa: ANN401 (JSON)
        if isinstance(value, str):
            for secret in wanted:
                value = value.replace(secret, hidden)
            return value
        if isinstance(value, Mapping):
            return {cleaned(key): cleaned(each) for key, each in value.items()}
        return [cleaned(each) for each in value] if isinstance(value, list | tuple) else value

    return [
        finding._replace(words=cleaned(finding.words), advice=cleaned(finding.advice), facts=cleaned(finding.facts))
        for finding in findings
    ]
