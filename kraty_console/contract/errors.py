"""Error codes with their HTTP status, and typed errors (contract/README.md#errors)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Code(StrEnum):
    """The published error codes that this project sends or handles."""

    VALIDATION_FAILED = "validation_failed"
    INVALID_METRIC = "invalid_metric"
    SCORE_NOT_SUPPORTED = "score_not_supported"
    UNAUTHENTICATED = "unauthenticated"
    SESSION_INVALID = "session_invalid"
    PLAYER_SECRET_INVALID = "player_secret_invalid"  # noqa: S105 (the name of a code)
    FORBIDDEN = "forbidden"
    TENANT_MISMATCH = "tenant_mismatch"
    PLAYER_BANNED = "player_banned"
    PLAYER_BLOCKED = "player_blocked"
    CANNOT_FRIEND_SELF = "cannot_friend_self"
    FRIEND_CODE_INVALID = "friend_code_invalid"
    ALREADY_FRIENDS = "already_friends"
    GIFTING_DISABLED = "gifting_disabled"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_ITEM = "unknown_item"
    PLAYER_ALREADY_REGISTERED = "player_already_registered"
    UNLOCK_CONDITION_FAILED = "unlock_condition_failed"
    ENTRY_REQUIREMENT_FAILED = "entry_requirement_failed"
    INSUFFICIENT_ENTRY_COST = "insufficient_entry_cost"
    EVENT_DISABLED = "event_disabled"
    NO_ACTIVE_WINDOW = "no_active_window"
    ATTEMPT_FINISHED = "attempt_finished"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"
    MAX_DAILY_ATTEMPTS_REACHED = "max_daily_attempts_reached"
    LOBBY_FORMING = "lobby_forming"
    INVALID_UNLOCK_CONDITION = "invalid_unlock_condition"
    INVALID_ENTRY_REQUIREMENT = "invalid_entry_requirement"
    INVENTORY_NOT_PERMISSIVE = "inventory_not_permissive"
    CLIENT_SCORING_DISABLED = "client_scoring_disabled"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    STALE = "stale"
    RATE_LIMITED = "rate_limited"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


STATUS: Final[dict[Code, int]] = {
    Code.LOBBY_FORMING: 202,
    Code.VALIDATION_FAILED: 400,
    Code.INVALID_METRIC: 400,
    Code.SCORE_NOT_SUPPORTED: 400,
    Code.UNAUTHENTICATED: 401,
    Code.SESSION_INVALID: 401,
    Code.PLAYER_SECRET_INVALID: 401,
    Code.INSUFFICIENT_ENTRY_COST: 402,
    Code.FORBIDDEN: 403,
    Code.TENANT_MISMATCH: 403,
    Code.PLAYER_BANNED: 403,
    Code.UNLOCK_CONDITION_FAILED: 403,
    Code.ENTRY_REQUIREMENT_FAILED: 403,
    Code.INVENTORY_NOT_PERMISSIVE: 403,
    Code.CLIENT_SCORING_DISABLED: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.EVENT_DISABLED: 409,
    Code.NO_ACTIVE_WINDOW: 409,
    Code.ATTEMPT_FINISHED: 409,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.STALE: 412,
    Code.PLAYER_BLOCKED: 403,
    Code.CANNOT_FRIEND_SELF: 400,
    Code.FRIEND_CODE_INVALID: 404,
    Code.ALREADY_FRIENDS: 409,
    Code.GIFTING_DISABLED: 403,
    Code.UNKNOWN_CURRENCY: 400,
    Code.UNKNOWN_ITEM: 400,
    Code.PLAYER_ALREADY_REGISTERED: 409,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.RATE_LIMITED: 429,
    Code.MAX_ATTEMPTS_REACHED: 429,
    Code.MAX_DAILY_ATTEMPTS_REACHED: 429,
    Code.INTERNAL_ERROR: 500,
    Code.INVALID_UNLOCK_CONDITION: 500,
    Code.INVALID_ENTRY_REQUIREMENT: 500,
    Code.UNAVAILABLE: 503,
}


@dataclass(slots=True, eq=False)
class KratyError(Exception):
    """A failed call; the message says in plain words what happened."""

    message: str
    code: str = ""
    status: int | None = None
    """The HTTP status, None when there was no answer."""
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None

    def __str__(self) -> str:
        return self.message


class SignInNeeded(KratyError):
    """401: no session, or an expired one."""


@dataclass(slots=True, eq=False)
class NotAllowed(KratyError):
    """403: the session is fine, the permission is missing."""

    permission: str | None = None


class NotFound(KratyError):
    """404: the object does not exist or is not visible to this member."""


@dataclass(slots=True, eq=False)
class OperationMissing(KratyError):
    """The backend has no route for this operation, or none for this kind of credential; a retry does not help."""

    operation: str = ""
    route: str = ""
    """Method and path of the route, shortened; empty if the credential is the reason."""


class Refused(KratyError):
    """409 and 422: valid but declined, because of the current state."""


class IdempotencyConflict(Refused):
    """409: the idempotency key was already used for another request."""


class Stale(Refused):
    """412: the row changed since its version was read; `details["current"]` is the row now, and nothing was done."""


class Invalid(KratyError):
    """400, 413, 415: the request itself is wrong; `details` names the fields."""


@dataclass(slots=True, eq=False)
class RateLimited(KratyError):
    """429: too many calls."""

    retry_after: float = 1.0
    """Seconds to wait, from the server."""


@dataclass(slots=True, eq=False)
class Unavailable(KratyError):
    """No answer, or a 5xx: a timeout, a broken connection, a server error."""

    maybe_applied: bool = False
    """True when the request may have reached the server: the outcome of a write is then unknown."""


@dataclass(slots=True, eq=False)
class BadAnswer(KratyError):
    """The answer does not come from a Kraty backend (not JSON, or of an unexpected shape)."""

    maybe_applied: bool = False
