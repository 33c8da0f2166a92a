"""How much of a player was looked at: what was loaded of each list, and what may hide faults because it is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kraty_console.domain.action_spec import COMPLETE
from kraty_console.domain.completeness import NOT_PROVIDED, is_complete, is_provided, may_be_cut, why_unknown
from kraty_console.domain.formatting import counted, grouped
from kraty_console.domain.grant_contents import listed
from kraty_console.domain.grant_links import NOT_IN_TOTALS

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


def loaded_words(snapshot: Snapshot) -> str:
    """` in the 50 of 69 attempts loaded` if a list is or may be cut short; empty if all rows are loaded."""
    summary = snapshot.summary
    standing = sum(grant.status not in NOT_IN_TOTALS for grant in snapshot.grants)
    granted = None
    if summary.grants_pending is not None and summary.grants_claimed is not None:
        granted = summary.grants_pending + summary.grants_claimed
    lists = (
        ("attempts", "attempt", len(snapshot.attempts), summary.attempt_count),
        ("grants", "grant", standing, granted),
        ("lobbies", "lobby", len(snapshot.lobbies), None),
    )
    parts, unsure = [], False
    for name, one, rows, total in lists:
        if not is_provided(snapshot, name):
            continue
        if total is not None and total > rows:
            parts.append(f"{grouped(rows)} of {counted(total, one)}")
        elif total is None and may_be_cut(snapshot, name):
            parts.append(counted(rows, one, name))
            unsure = True
    more = ", and there may be more" if unsure else ""
    return f" in the {listed(parts)} loaded{more}" if parts else ""


def unknown_words(snapshot: Snapshot) -> Iterator[str]:
    """Possible faults that are unknown because the backend does not provide the data."""
    missing = [name for name in ("attempts", "grants", "lobbies") if why_unknown(snapshot, name) == NOT_PROVIDED]
    if missing:
        yield f"{listed(missing)} are {NOT_PROVIDED}"
    parts = []
    if any(each.status in COMPLETE and not is_provided(each, "roll") for each in snapshot.attempts):
        parts.append("whether rolls failed")
    if why_unknown(snapshot.player, "ban") == NOT_PROVIDED:
        parts.append("whether the player is banned")
    if parts:
        yield f"{' and '.join(parts)} {'is' if len(parts) == 1 else 'are'} {NOT_PROVIDED}"


def has_none(snapshot: Snapshot) -> bool:
    """Whether it is certain that the player has no attempts and no grants: by the lists and by the totals."""
    summary = snapshot.summary
    totals = (summary.attempt_count, summary.grants_pending, summary.grants_claimed)
    return (
        not snapshot.attempts
        and not snapshot.grants
        and is_complete(snapshot, "attempts")
        and is_complete(snapshot, "grants")
        and not any(totals)
    )
