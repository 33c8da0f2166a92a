"""The detail document of the row under the cursor: exact times, full ids, linked rows, contents in words."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from kraty_console.domain import snapshot_lookup
from kraty_console.domain.corrections import corrected_tickets
from kraty_console.present import attempts, grants, holdings, lobbies
from kraty_console.present.audit import audit_document
from kraty_console.present.document import Document
from kraty_console.present.profile import player_document
from kraty_console.present.table import TableRow

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot

__all__ = ["Document", "audit_document", "document", "player_document"]


def document(row: TableRow, snapshot: Snapshot, now: datetime, local: tzinfo | None = None) -> Document | None:
    """The detail document of a row; None when the row is no longer in the snapshot."""
    if row.scope == "attempt" and (attempt := snapshot_lookup.attempt(snapshot, row.id)) is not None:
        return attempts.document(attempt, snapshot, now, local)
    if row.scope == "grant" and (grant := snapshot_lookup.grant(snapshot, row.id)) is not None:
        return grants.document(grant, snapshot, now, local)
    if row.scope == "lobby" and (lobby := snapshot_lookup.lobby(snapshot, row.id)) is not None:
        return lobbies.document(lobby, now, local)
    if row.scope == "wallet" and (balance := snapshot_lookup.balance(snapshot, row.id)) is not None:
        return holdings.holding_document("balance of", balance.economy_key, balance.balance, balance, now, local)
    if row.scope == "item" and (holding := snapshot_lookup.item(snapshot, row.id)) is not None:
        return holdings.holding_document("item", holding.item_key, holding.quantity, holding, now, local)
    if row.scope == "ledger" and (entry := snapshot_lookup.ledger(snapshot, row.id)) is not None:
        return holdings.ledger_document(entry, snapshot, now, local)
    if row.scope == "audit" and (audited := snapshot_lookup.audit(snapshot, row.id)) is not None:
        return audit_document(audited, now, local, corrected=corrected_tickets(snapshot.audit).get(audited.id))
    if row.scope == "player":
        return player_document(snapshot, now, local)
    return None
