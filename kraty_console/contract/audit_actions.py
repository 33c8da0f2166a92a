"""The actions in the audit log (contract/README.md#audit-log)."""

from __future__ import annotations

from typing import Final

from kraty_console.contract.operations import OPERATIONS
from kraty_console.contract.permissions import Permission

_CHANGES: Final = dict.fromkeys(spec.permission for spec in OPERATIONS.values() if spec.is_write and spec.permission)

AUDIT_ACTIONS: Final = tuple(
    sorted(
        {
            *_CHANGES,
            *("player.unban", "player.merge", "player.delete"),
            *("grant.create", "grant.ack"),
            *("wallet.debit", "inventory.grant", "inventory.revoke"),
            *("migrate.players", "migrate.wallet", "migrate.inventory"),
            *("webhook.create", "webhook.pause", "webhook.unpause", "webhook.archive", Permission.WEBHOOK_MANAGE),
            *("session.create", "session.revoke", "key.create", "key.revoke"),
            *("game.create", "game.define", "member.role"),
        }
    )
)
"""The known ones; a backend may write others."""
