"""Finds rows of a snapshot by kind and id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditRow
    from kraty_console.contract.players import (
        Attempt,
        Grant,
        ItemHolding,
        LedgerRow,
        Lobby,
        Snapshot,
        WalletHolding,
    )


def ledger_row_id(entry: LedgerRow, place: int) -> str:
    """The id of a ledger row; its position if the backend sends no id."""
    return entry.ledger_id or f"#{place}"


def attempt(snapshot: Snapshot, row_id: str | None) -> Attempt | None:
    """An attempt of the list."""
    return next((each for each in snapshot.attempts if each.id == row_id), None)


def grant(snapshot: Snapshot, row_id: str | None) -> Grant | None:
    """A grant of the list."""
    return next((each for each in snapshot.grants if each.id == row_id), None)


def lobby(snapshot: Snapshot, row_id: str | None) -> Lobby | None:
    """A lobby of the list."""
    return next((each for each in snapshot.lobbies if each.id == row_id), None)


def balance(snapshot: Snapshot, row_id: str | None) -> WalletHolding | None:
    """A balance by its economy key."""
    return next((each for each in snapshot.wallet if each.economy_key == row_id), None)


def item(snapshot: Snapshot, row_id: str | None) -> ItemHolding | None:
    """A holding by its item key."""
    return next((each for each in snapshot.inventory if each.item_key == row_id), None)


def ledger(snapshot: Snapshot, row_id: str | None) -> LedgerRow | None:
    """A ledger row of either ledger."""
    for entries in (snapshot.wallet_ledger, snapshot.item_ledger):
        for place, entry in enumerate(entries):
            if ledger_row_id(entry, place) == row_id:
                return entry
    return None


def who_changed(snapshot: Snapshot, entry: LedgerRow) -> str | None:
    """Who made a ledger change: the person from the audit log, or else the ledger's own value.

    A change and its audit row have the same time; if several people acted at that time, the person is unknown.
    """
    if entry.origin != "admin" or entry.occurred_at is None:
        return entry.origin
    people = {
        row.actor.label
        for row in snapshot.audit
        if row.occurred_at == entry.occurred_at and row.outcome == "ok" and row.actor and row.actor.kind == "member"
    }
    return (people.pop() if len(people) == 1 else None) or entry.origin


def audit(snapshot: Snapshot, row_id: str | None) -> AuditRow | None:
    """An audit row of the list."""
    return next((each for each in snapshot.audit if each.id == row_id), None)
