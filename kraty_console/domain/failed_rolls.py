"""Describes a failed reward roll: when, why, and whether the cause seems fixed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.domain.completeness import is_complete
from kraty_console.domain.formatting import since, since_past
from kraty_console.domain.grant_contents import contents_words, listed
from kraty_console.domain.grant_links import links_of
from kraty_console.domain.labels import event_words
from kraty_console.domain.timestamps import age

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Attempt, Snapshot

_NAMED: Final = re.compile(r'\b(table|bundle|item|currency|crate) "([^"]+)"', re.IGNORECASE)
_LISTS: Final = {"bundle": "bundles", "item": "items", "crate": "items", "currency": "currencies"}
"""The list of the catalog that has each kind."""


def failed_when(attempt: Attempt, now: datetime) -> str:
    """` 1h ago`, to follow "failed"; a note when the time is unknown."""
    at = attempt.roll.at if attempt.roll is not None else None
    return f" {since_past(at, now)}" if at is not None else " (time not known)"


def failed_why(attempt: Attempt) -> str:
    """The error of the roll, as a sentence."""
    why = (attempt.roll.error or "").strip().rstrip(".") if attempt.roll is not None else ""
    return f"Its error: {why}." if why else "It gave no reason."


def later_roll_words(attempt: Attempt, snapshot: Snapshot, now: datetime) -> str:
    """Whether a later roll of the same event worked, as a sentence."""
    event = event_words(attempt)
    later = later_success(attempt, snapshot)
    if later is not None:
        return f"A roll of {event} worked {since(later, now)}, so the cause seems fixed."
    return f"It may fail again: no later roll of {event} is known to have worked."


def later_success(attempt: Attempt, snapshot: Snapshot) -> datetime | None:
    """When a roll of the same event first worked after this failure; None when unknown."""
    failed_at = attempt.roll.at if attempt.roll is not None else None
    if failed_at is None:
        return None
    moments = [
        other.roll.at
        for other in snapshot.attempts
        if _same_event(other, attempt)
        and other.roll is not None
        and other.roll.status == "rolled"
        and other.roll.at is not None
        and age(failed_at, other.roll.at) > 0
    ]
    return min(moments, key=lambda moment: age(moment, failed_at), default=None)


def _same_event(one: Attempt, other: Attempt) -> bool:
    if one.event_key is not None and other.event_key is not None:
        return one.event_key == other.event_key
    return one.event_id is not None and one.event_id == other.event_id


def usual_reward_words(attempt: Attempt, snapshot: Snapshot) -> str:
    """What the newest other roll of the event gave, as a sentence with a blank before it; empty when unknown."""
    gave = usual_reward(attempt, snapshot)
    return f" Such a roll gave {gave}." if gave else ""


def usual_reward(attempt: Attempt, snapshot: Snapshot) -> str:
    """The contents of the grants of the newest other roll of the same event; empty when none is loaded."""
    links = links_of(snapshot)
    for other in snapshot.attempts:
        if other.id == attempt.id or not _same_event(other, attempt):
            continue
        grants = [each for each in links.of_attempt(other).grants if each.source_kind in ("event_completion", "event")]
        if grants:
            return listed(contents_words(each.contents, each.kind) for each in grants)
    return ""


def named_in_error(attempt: Attempt) -> tuple[str, str] | None:
    """What the error of a failed roll is about: kind and key."""
    found = _NAMED.search(attempt.roll.error or "") if attempt.roll is not None else None
    return (found[1].lower(), found[2]) if found is not None else None


def needs_catalog(snapshot: Snapshot) -> bool:
    """Whether the catalog can tell anything of a failed roll of this player."""
    failed = (each for each in snapshot.attempts if each.roll is not None and each.roll.status == "failed")
    return any((named := named_in_error(each)) is not None and named[0] in _LISTS for each in failed)


def catalog_words(attempt: Attempt, catalog: Catalog | None) -> str:
    """Whether what made the roll fail exists now, as a sentence; empty when nothing tells it.

    The catalog has bundles, items and currencies; of tables no backend tells.
    """
    named = named_in_error(attempt)
    if named is None or catalog is None or named[0] not in _LISTS or not is_complete(catalog, _LISTS[named[0]]):
        return ""
    kind, key = named
    entry = next((each for each in getattr(catalog, _LISTS[kind]) if each.key == key), None)
    if entry is None:
        return f'The catalog has no {kind} "{key}" now, so it will fail again.'
    gives = f", which gives {contents_words({'entries': entry.entries})}" if kind == "bundle" and entry.entries else ""
    return f'The catalog has the {kind} "{key}" now{gives}.'
