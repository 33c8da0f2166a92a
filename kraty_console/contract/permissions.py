"""Permissions and roles by name (contract/README.md#roles-and-permissions)."""

from __future__ import annotations

from typing import Final


class Permission:
    """The permission strings, by name."""

    PLAYER_READ: Final = "player.read"
    AUDIT_READ: Final = "audit.read"
    FORCE_COMPLETE: Final = "attempt.force_complete"
    RETRY_REWARD_ROLL: Final = "grant.retry_reward_roll"
    FORCE_CLAIM: Final = "grant.manual_force_claim"
    MANUAL_GRANT: Final = "grant.manual_create"
    WALLET_CREDIT: Final = "wallet.credit"
    PLAYER_BAN: Final = "player.ban"
    WEBHOOK_REPLAY: Final = "webhook.replay"
    WEBHOOK_MANAGE: Final = "webhook.manage"


GAME_ADMIN: Final = "GAME_ADMIN"
GAME_DEBUGGER: Final = "GAME_DEBUGGER"
GAME_VIEWER: Final = "GAME_VIEWER"

_VIEWER: Final = frozenset({Permission.PLAYER_READ, Permission.AUDIT_READ})
_DEBUGGER: Final = _VIEWER | {Permission.FORCE_COMPLETE, Permission.RETRY_REWARD_ROLL, Permission.FORCE_CLAIM}
_ADMIN: Final = _DEBUGGER | {
    Permission.MANUAL_GRANT,
    Permission.WALLET_CREDIT,
    Permission.PLAYER_BAN,
    Permission.WEBHOOK_REPLAY,
    Permission.WEBHOOK_MANAGE,
}

ROLE_PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    GAME_ADMIN: _ADMIN,
    GAME_DEBUGGER: _DEBUGGER,
    GAME_VIEWER: _VIEWER,
}
"""What each role may do, the mightiest first."""

KEY_ROLE: Final = "KEY"
"""Stands where a member's role would, for a `server_integration` key."""

KEY_PERMISSIONS: Final = (
    Permission.PLAYER_READ,
    Permission.MANUAL_GRANT,
    Permission.FORCE_CLAIM,
    Permission.WALLET_CREDIT,
    Permission.PLAYER_BAN,
)
"""What such a key may do, in the words of the admin surface (contract/SERVER.md)."""
