"""Error messages: what happened, what to do, and the exit code of the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.contract.errors import (
    BadAnswer,
    Code,
    IdempotencyConflict,
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    OperationMissing,
    RateLimited,
    Refused,
    SignInNeeded,
    Unavailable,
)
from kraty_console.domain.action_spec import missing_permission
from kraty_console.domain.formatting import counted
from kraty_console.present.safe import SafeText, safe

FAILED: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
NOT_ALLOWED: Final = 4
UNREACHABLE: Final = 5

_MESSAGE_LIMIT: Final = 300
_INPUT_MESSAGE_LIMIT: Final = 2_000
"""For input that this program refuses: its message may list what can be given instead."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error as it is shown."""

    title: SafeText
    """What happened, in one short sentence."""
    text: SafeText
    """What happened in more detail, with code and request id."""
    hint: SafeText
    """What to do; empty when there is nothing to do."""
    exit_code: int
    retry_after: float | None = None
    """Seconds to wait before a retry."""


def error_text(error: KratyError, *, role: str | None = None) -> ErrorText:
    """The message of an error; `role` is the member's role, for a missing permission."""
    message = safe(error.message, limit=_MESSAGE_LIMIT).rstrip(". ")
    trace = _trace(error)
    if isinstance(error, SignInNeeded):
        return _words(
            "The session has expired or is unknown.", trace, message, "Enter a new token to continue.", NOT_ALLOWED
        )
    if isinstance(error, NotAllowed):
        return _not_allowed(error, message, trace, role)
    if isinstance(error, NotFound):
        return _words("Not found.", trace, message, "Check the id, the game and the environment.", NOT_FOUND)
    if isinstance(error, OperationMissing):
        hint = "Configure it under routes in the profile, or use the portal." if error.route else "Use the portal."
        return ErrorText(SafeText(message + "."), SafeText(message + "."), SafeText(hint), FAILED)
    if isinstance(error, RateLimited):
        seconds = max(1, math.ceil(error.retry_after))
        return _words(
            "Too many requests.", trace, message, f"Wait {counted(seconds, 'second')}.", UNREACHABLE, float(seconds)
        )
    if isinstance(error, IdempotencyConflict):
        return _words(
            "Not applied: this key was already used for another change.",
            trace,
            message,
            "Close the dialog and open it again.",
            FAILED,
        )
    if isinstance(error, Refused):
        return _refused(error, message, trace)
    if isinstance(error, Invalid) and error.status is None:  # refused before sending
        message = safe(error.message, limit=_INPUT_MESSAGE_LIMIT).rstrip(". ")
        title = f"{message[:1].upper()}{message[1:]}."
        return ErrorText(SafeText(title), SafeText(title), SafeText(""), USAGE)
    if isinstance(error, Invalid):
        return _words("Not applied: the server rejected the request.", trace, _fields(error, message), "", FAILED)
    if isinstance(error, Unavailable):
        return _unavailable(error, message, trace)
    if isinstance(error, BadAnswer):
        hint = "Check the address: is it a Kraty backend?" if not error.maybe_applied else _CHECK_FIRST
        return _words("The answer was not one of Kraty's.", trace, message, hint, FAILED)
    if error.status is None and not error.code:  # of this program, such as a journal that cannot be written
        return ErrorText(SafeText(f"{message}."), SafeText(f"{message}."), SafeText(""), FAILED)
    return _words("The request failed.", trace, message, "", FAILED)


_CHECK_FIRST: Final = "It may have taken effect: check before sending it again."


def _words(
    title: str, trace: str, message: str, hint: str, exit_code: int, retry_after: float | None = None
) -> ErrorText:
    detail = f" {message[:1].upper()}{message[1:]}." if message and message.casefold() not in title.casefold() else ""
    return ErrorText(SafeText(title), SafeText(f"{title}{detail}{trace}"), SafeText(hint), exit_code, retry_after)


def _trace(error: KratyError) -> str:
    parts = []
    if error.status is not None or error.code:
        parts.append(" ".join(part for part in (str(error.status or ""), safe(error.code, limit=60)) if part))
    if error.request_id:
        parts.append(f"request {safe(error.request_id, limit=80)}")
    return f" ({', '.join(parts)})" if parts else ""


def _not_allowed(error: NotAllowed, message: str, trace: str, role: str | None) -> ErrorText:
    if error.code == Code.PLAYER_BANNED:
        return _words("Not applied: the player is banned.", trace, message, "Lift the ban first (B).", NOT_ALLOWED)
    permission = error.permission or _text(error.details.get("permission"))
    if permission:
        needs = safe(missing_permission(permission, role), limit=_MESSAGE_LIMIT)
        return ErrorText(
            SafeText(f"Not allowed: {needs}."),
            SafeText(f"Not allowed: {needs}.{trace}"),
            SafeText("Ask somebody who may, or for the role."),
            NOT_ALLOWED,
        )
    return _words("Not allowed.", trace, message, "Ask somebody who may, or for the role.", NOT_ALLOWED)


def _refused(error: Refused, message: str, trace: str) -> ErrorText:
    grants = error.details.get("grantIds")
    if isinstance(grants, list) and grants:
        are = "is" if len(grants) == 1 else "are"
        them = "it" if len(grants) == 1 else "them"
        title = f"Not applied: {counted(len(grants), 'grant')} {are} already linked to this attempt."
        return ErrorText(SafeText(title), SafeText(title + trace), SafeText(f"Open {them} with 2."), FAILED)
    rolled = _text(error.details.get("rollError"))
    if rolled:
        title = f"The roll failed again: {safe(rolled, limit=_MESSAGE_LIMIT)}."
        hint = "Fix the cause in the portal, then retry the roll."
        return ErrorText(SafeText(title), SafeText(title + trace), SafeText(hint), FAILED)
    title = f"Not applied: {message}." if message else "Not applied: not possible in the current state."
    return ErrorText(SafeText(title), SafeText(title + trace), SafeText("Refresh with r and look again."), FAILED)


def _fields(error: Invalid, message: str) -> str:
    """The fields that the server names, for any shape of the details (contract/README.md#wire-format)."""
    named = error.details.get("fields", error.details.get("errors", error.details))
    parts: list[str] = []
    if isinstance(named, Mapping):
        parts = [f"{name}: {_flat(value)}" for name, value in named.items() if name not in ("requestId", "permission")]
    elif isinstance(named, list):
        parts = [_flat(each) for each in named]
    field_errors = "; ".join(part for part in parts[:5] if part)
    return f"{message} ({safe(field_errors, limit=_MESSAGE_LIMIT)})" if field_errors else message


def _flat(value: Any) -> str:  # noqa: ANN401 (details are any JSON)
    if isinstance(value, Mapping):
        where = value.get("field", value.get("path", value.get("loc")))
        what = value.get("message", value.get("msg", value.get("error")))
        return ": ".join(_flat(part) for part in (where, what) if part is not None)
    if isinstance(value, list):
        return ".".join(_flat(each) for each in value)
    return str(value) if value is not None else ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _unavailable(error: Unavailable, message: str, trace: str) -> ErrorText:
    title = "The server reported an error." if error.status is not None else "The server cannot be reached."
    hint = _CHECK_FIRST if error.maybe_applied else "Press u to try again."
    if error.status is None and message.startswith("The server"):
        return ErrorText(SafeText(title), SafeText(f"{message}.{trace}"), SafeText(hint), UNREACHABLE)
    return _words(title, trace, message, hint, UNREACHABLE)
