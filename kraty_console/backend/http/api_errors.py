"""Refusals of the HTTP layer: credentials, permissions, bodies, limits, an unavailable database."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage.faults import StorageFault
from kraty_console.contract.errors import Code


def too_large(limit: int) -> RuleError:
    """413: a body of more than `limit` bytes."""
    return RuleError(Code.PAYLOAD_TOO_LARGE, f"the body is larger than {limit} bytes", {"limit": limit})


def compressed_body(encoding: str) -> RuleError:
    """415: a compressed body."""
    return RuleError(Code.UNSUPPORTED_MEDIA_TYPE, "send the body as it is, not compressed", {"encoding": encoding[:50]})


def no_credential() -> RuleError:
    """401: the request has no credential."""
    return RuleError(Code.UNAUTHENTICATED, "sign in: this call needs a credential")


def bad_credential(what: str) -> RuleError:
    """401: a session or key that is unknown, revoked or expired."""
    return RuleError(Code.SESSION_INVALID, f"this {what} is not valid, or no longer")


def forbidden(permission: str, role: str) -> RuleError:
    """403: the member lacks the permission."""
    return RuleError(Code.FORBIDDEN, f"{role} does not have the permission {permission}", {"permission": permission})


def cross_site_change(why: str) -> RuleError:
    """403: a change by cookie that another site's page may have sent."""
    return RuleError(Code.FORBIDDEN, why)


def wrong_key(permission_set: str, needed: str) -> RuleError:
    """403: an API key for another surface (contract/README.md#surfaces)."""
    return RuleError(
        Code.FORBIDDEN,
        f"this call needs a {needed} key, this one is {permission_set}",
        {"permission": needed, "permissionSet": permission_set},
    )


def bad_player_secret(missing: bool) -> RuleError:
    """401: the secret of the player in the path is missing or is not theirs (contract/SDK.md#registration)."""
    fault = "is missing" if missing else "is not this player's"
    return RuleError(Code.PLAYER_SECRET_INVALID, f"X-Player-Secret {fault}; register the player first")


def wrong_game() -> RuleError:
    """403: the game in the path is not the key's; the answer does not reveal whether it exists."""
    return RuleError(Code.FORBIDDEN, "this key is for another game than the one in the path")


def nothing_at_path() -> RuleError:
    """404 for unknown paths, and for studios and games that the caller cannot see, without revealing whether they
    exist."""
    return RuleError(Code.NOT_FOUND, "there is nothing here, or nothing that you can see")


def too_many(wait: float) -> RuleError:
    """429, with the seconds to wait."""
    return RuleError(Code.RATE_LIMITED, "too many calls; wait a moment", {"retryAfter": round(wait, 3)})


_TROUBLE: Final = {
    StorageFault.AWAY: ("the database does not answer; try again", 1),
    StorageFault.COLLISION: ("too many changes to the same rows at once; try again", 1),
    StorageFault.LOCKED: ("another transaction is changing the same rows and takes long; try again", 2),
    StorageFault.TOO_SLOW: ("the database took too long over this and was stopped; try again later", 5),
    StorageFault.UNWRITABLE: ("the database takes no changes; the operator has to fix it; health says why", 60),
    StorageFault.POOLED: ("the database is behind a pooler and not configured for it; the operator has to fix it", 60),
    StorageFault.CROWDED: ("every connection to the database is busy; try again", 2),
}


def unavailable(fault: StorageFault) -> RuleError:
    """503: temporary trouble of the database, with seconds to wait; nothing changed unless its answer was lost."""
    message, wait = _TROUBLE[fault]
    return RuleError(Code.UNAVAILABLE, message, {"retryAfter": wait})
