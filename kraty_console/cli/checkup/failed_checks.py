"""A check that fails is told like everything else; it never ends the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kraty_console.domain.checkup import CheckArea, CheckState, Finding


def run_check(area: CheckArea, name: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check finds; where it breaks off, what it found until then and that it broke off."""
    found: list[Finding] = []
    try:
        found.extend(each for each in check())
    except Exception as error:  # noqa: BLE001 (it is told)
        found.append(failed_check(area, name, error))
    return found


def failed_check(area: CheckArea, name: str, error: Exception) -> Finding:
    """That something could not be checked; of an unforeseen error only its kind is told, for its words may hold
    anything.
    """
    why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return Finding(area, name, CheckState.UNKNOWN, f"could not be checked ({why})")
