"""Error codes and their HTTP status (kraty-api 7.2); what went wrong, as values with a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Code(StrEnum):
    """The published error codes that this project answers with or acts on."""

    VALIDATION_FAILED = "validation_failed"
    INVALID_METRIC = "invalid_metric"
    UNAUTHENTICATED = "unauthenticated"
    SESSION_INVALID = "session_invalid"
    PLAYER_SECRET_INVALID = "player_secret_invalid"  # noqa: S105 (the name of a code)
    FORBIDDEN = "forbidden"
    TENANT_MISMATCH = "tenant_mismatch"
    PLAYER_BANNED = "player_banned"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    RATE_LIMITED = "rate_limited"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


STATUS: Final[dict[Code, int]] = {
    Code.VALIDATION_FAILED: 400,
    Code.INVALID_METRIC: 400,
    Code.UNAUTHENTICATED: 401,
    Code.SESSION_INVALID: 401,
    Code.PLAYER_SECRET_INVALID: 401,
    Code.FORBIDDEN: 403,
    Code.TENANT_MISMATCH: 403,
    Code.PLAYER_BANNED: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL_ERROR: 500,
    Code.UNAVAILABLE: 503,
}


@dataclass(slots=True, eq=False)
class KratyError(Exception):
    """A call that did not do what was asked; the message says what happened in plain words."""

    message: str
    code: str = ""
    status: int | None = None
    """The HTTP status, None when there was no answer."""
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None

    def __str__(self) -> str:
        return self.message


@dataclass(slots=True, eq=False)
class SignInNeeded(KratyError):
    """401: no session, or one that is over."""


@dataclass(slots=True, eq=False)
class NotAllowed(KratyError):
    """403: the session is fine, the permission is missing."""

    permission: str | None = None


@dataclass(slots=True, eq=False)
class NotFound(KratyError):
    """404: nothing there that this member can see."""


@dataclass(slots=True, eq=False)
class Refused(KratyError):
    """409 and 422: understood and declined; the state does not allow it."""


@dataclass(slots=True, eq=False)
class IdempotencyConflict(Refused):
    """409: the same key was used before for something else."""


@dataclass(slots=True, eq=False)
class Invalid(KratyError):
    """400, 413, 415: the request itself is wrong; `details` names the fields."""


@dataclass(slots=True, eq=False)
class RateLimited(KratyError):
    """429: too many calls."""

    retry_after: float = 1.0
    """Seconds to wait, as the server said."""


@dataclass(slots=True, eq=False)
class Unavailable(KratyError):
    """No answer, or a 5xx: a time-out, a broken connection, a server in trouble."""

    maybe_applied: bool = False
    """True when the request may have reached the server: a write is then of unknown outcome."""


@dataclass(slots=True, eq=False)
class BadAnswer(KratyError):
    """The answer is not one a Kraty backend gives (not JSON, or not the shape asked for)."""

    maybe_applied: bool = False
