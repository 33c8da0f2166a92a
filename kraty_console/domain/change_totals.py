"""What changes give or take, by currency and item, to be added up over many changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.domain.grant_contents import GrantEntry, entries_of

if TYPE_CHECKING:
    from kraty_console.contract.players import Grant, Snapshot


class Holding(NamedTuple):
    """What is counted."""

    type: str
    """`currency`, `item` or `crate`."""
    key: str


Totals = Counter[Holding]
"""What is given; negative if it is taken."""


def entry_totals(entries: Iterable[GrantEntry]) -> Totals:
    """What the entries of a grant hold."""
    totals: Totals = Counter()
    for entry in entries:
        totals[Holding(entry.type, entry.key)] += entry.count
    return totals


def grant_totals(grant: Grant | None, snapshot: Snapshot) -> Totals:
    """What a grant still has to deliver: nothing if it was delivered before."""
    if grant is None:
        return Counter()
    if any(row.source_ref_id == grant.id for row in (*snapshot.wallet_ledger, *snapshot.item_ledger)):
        return Counter()
    return entry_totals(entries_of(grant.contents))


def negative(totals: Totals) -> Totals:
    """The same, taken instead of given."""
    return Counter({what: -number for what, number in totals.items()})
