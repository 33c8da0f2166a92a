"""Turns an exception in a check into a finding, so that the other checks still run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kraty_console.domain.checkup import CheckArea, CheckState, Finding


def run_check(area: CheckArea, name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Run a check; if it raises, return the findings so far and one about the failure."""
    findings: list[Finding] = []
    try:
        findings.extend(each for each in check())
    except Exception as error:  # noqa: BLE001 (it is reported)
        findings.append(failed_check(area, name, error))
    return findings


def failed_check(area: CheckArea, name: str, error: Exception) -> Finding:
    """The finding for a failed check; of an unexpected error only the class is shown, because its message may contain
    secrets.
    """
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return Finding(area, name, CheckState.UNKNOWN, f"could not be checked ({reason})")
