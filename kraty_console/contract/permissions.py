"""Permissions and roles by name (contract/README.md#roles-and-permissions)."""

from __future__ import annotations

from typing import Final

from kraty_console.contract.operations import OPERATIONS, Operation


class Permission:
    """The permissions that the code names; the table of operations has the permission of each operation."""

    FORCE_COMPLETE: Final = OPERATIONS[Operation.FORCE_COMPLETE].permission
    RETRY_REWARD_ROLL: Final = OPERATIONS[Operation.RETRY_ROLL].permission
    FORCE_CLAIM: Final = OPERATIONS[Operation.FORCE_CLAIM].permission
    MANUAL_GRANT: Final = OPERATIONS[Operation.MANUAL_GRANT].permission
    WALLET_CREDIT: Final = OPERATIONS[Operation.CREDIT].permission
    WEBHOOK_MANAGE: Final = "webhook.manage"
    """For webhook endpoints, which the console does not manage: no operation needs it."""


GAME_ADMIN: Final = "GAME_ADMIN"
GAME_DEBUGGER: Final = "GAME_DEBUGGER"
GAME_VIEWER: Final = "GAME_VIEWER"

_NEEDED: Final = [spec for spec in OPERATIONS.values() if spec.permission]
_VIEWER: Final = frozenset(spec.permission for spec in _NEEDED if not spec.is_write)
_DEBUGGER: Final = _VIEWER | {spec.permission for spec in _NEEDED if spec.debugger}
_ADMIN: Final = _DEBUGGER | {Permission.WEBHOOK_MANAGE, *(spec.permission for spec in _NEEDED)}

ROLE_PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    GAME_ADMIN: _ADMIN,
    GAME_DEBUGGER: _DEBUGGER,
    GAME_VIEWER: _VIEWER,
}
"""What each role may do, the mightiest first."""

KEY_ROLE: Final = "KEY"
"""Stands where a member's role would, for a `server_integration` key."""

KEY_PERMISSIONS: Final = tuple(dict.fromkeys(spec.permission for spec in _NEEDED if spec.key_path))
"""What such a key may do, in the words of the admin surface (contract/SERVER.md)."""
