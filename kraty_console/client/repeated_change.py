"""Whether a change that is asked for again under its key is the one that the journal has."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kraty_console.client.admin import PreparedChange
    from kraty_console.client.journal_entries import JournalEntry

BUILT_APART: Final = timedelta(hours=1)
"""How long before and after an entry its change is built for `is_repeated`."""


def is_repeated(entry: JournalEntry, early: PreparedChange, late: PreparedChange) -> bool:
    """Whether an entry is the change that was built for a moment before it and for one after it.

    Values that do not depend on the moment must be equal; those that do, such as an expiry, must lie between the two.
    """
    if entry.path != early.path:
        return False
    sent, first, last = (json.loads(body) for body in (entry.body, early.body, late.body))
    if sent.keys() != first.keys():
        return False
    return all(
        sent[name] == first[name] if first[name] == last[name] else _is_between(first[name], sent[name], last[name])
        for name in sent
    )


def _is_between(first: object, sent: object, last: object) -> bool:
    """For times as text, which sort as they follow each other."""
    return all(isinstance(each, str) for each in (first, sent, last)) and str(first) <= str(sent) <= str(last)
