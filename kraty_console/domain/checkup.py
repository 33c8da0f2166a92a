"""The findings of `doctor`: one per check, most severe first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple


class CheckArea(StrEnum):
    """The subject of a finding, most important first: a fault in one area can explain those in later areas."""

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
    """The result of a check."""

    OK = "ok"
    NOTE = "note"
    """For information; no action is needed."""
    WARNING = "warning"
    PROBLEM = "problem"
    """The console cannot work, or not safely, until it is fixed."""
    UNKNOWN = "unknown"
    """The check could not be completed."""


class Finding(NamedTuple):
    """The result of one check."""

    area: CheckArea
    name: str
    state: CheckState
    words: str
    """What was found; may contain text from outside, so sanitize it before showing it."""
    advice: str = ""
    """What to do about it; may be empty."""
    facts: Mapping[str, Any] = {}
    """The finding as JSON, for programs."""


_AREAS: Final = tuple(CheckArea)
_FIRST: Final = (CheckState.PROBLEM, CheckState.WARNING)


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: problems, warnings, then the rest; within each by area."""

    def place(finding: Finding) -> tuple[int, int]:
        grave = _FIRST.index(finding.state) if finding.state in _FIRST else len(_FIRST)
        return grave, _AREAS.index(finding.area)

    return sorted(findings, key=place)


def has_problem(findings: Iterable[Finding]) -> bool:
    """Whether any finding is a problem."""
    return any(each.state is CheckState.PROBLEM for each in findings)


def without(findings: Iterable[Finding], secrets: Iterable[str], hidden: str) -> list[Finding]:
    """Replace every secret in the findings by `hidden`: a backend or an error may echo what it was sent."""
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
