"""Interprets HTTP answers: the data in the envelope, or the error
(contract/README.md#wire-format, contract/README.md#errors)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.client.http_dates import http_date
from kraty_console.contract.errors import (
    BadAnswer,
    Code,
    IdempotencyConflict,
    Invalid,
    KratyError,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    SignInNeeded,
    Stale,
    Unavailable,
)

MAX_ANSWER: Final = 64 * 1024 * 1024
"""Maximum size of a decompressed answer, in bytes."""

_CODES: Final = frozenset(code.value for code in Code)

DEFAULT_RETRY_AFTER: Final = 1.0
"""Seconds to wait after a 429 without Retry-After."""

NOT_KRATY: Final = "The server does not answer like a Kraty backend: check the URL."


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One complete HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    elapsed_ms: float
    sent_id: str = ""
    """The request id that was sent; empty if none was."""

    @property
    def request_id(self) -> str | None:
        """The server's id of this request (contract/README.md#wire-format)."""
        return self.headers.get("x-request-id")

    @property
    def echoes_id(self) -> bool:
        """Whether the answer echoes the request id, which only the server that received it can do."""
        if not self.sent_id:
            return False
        if self.headers.get("x-request-id") == self.sent_id:
            return True
        details = _envelope(self).get("details")
        return isinstance(details, dict) and details.get("requestId") == self.sent_id

    @property
    def retry_after(self) -> float | None:
        """Retry-After in seconds; it may be given as a date (RFC 9110, 10.2.3)."""
        value = self.headers.get("retry-after")
        if value is None:
            return None
        try:
            seconds = float(value)
        except ValueError:
            return self._seconds_until(value)
        return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else None

    def _seconds_until(self, text: str) -> float | None:
        moment, now = http_date(text), http_date(self.headers.get("date", ""))
        return None if moment is None or now is None else max((moment - now).total_seconds(), 0.0)


def parsed(content: bytes) -> Any:  # noqa: ANN401 (JSON is anything)
    """The JSON value, or None if it cannot be parsed."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def is_kraty_error(reply: HttpReply, *, echoes: bool) -> bool:
    """Whether an error comes from Kraty itself: it has the envelope, and the request id or a known code.

    A proxy, a gateway or a filter may forward a request and then answer itself; such an answer says nothing about the
    outcome (client/README.md#whose-answer-it-is).

    Args:
        reply: The answer.
        echoes: Whether this backend is known to echo request ids; an answer without one is then not Kraty's.
    """
    code = _envelope(reply).get("code")
    if not isinstance(code, str):
        return False
    return reply.echoes_id or (not echoes and code in _CODES)


def check_refusal(reply: HttpReply, *, echoes: bool) -> None:
    """Check that the refusal of a change comes from Kraty itself (`is_kraty_error`).

    Raises:
        BadAnswer: another server answered, so it is unknown whether the change was made.
    """
    if 400 <= reply.status < 500 and not is_kraty_error(reply, echoes=echoes):
        raise BadAnswer(
            not_from_kraty(reply.status), status=reply.status, request_id=reply.request_id, maybe_applied=True
        )


def _envelope(reply: HttpReply) -> Mapping[str, Any]:
    """The error object of an answer; empty without one."""
    body = parsed(reply.content)
    envelope = body.get("error") if isinstance(body, dict) else None
    return envelope if isinstance(envelope, dict) else {}


def data_of(reply: HttpReply, *, write: bool, enveloped: bool = True) -> dict[str, Any]:
    """The data of a 2xx answer.

    Raises:
        KratyError: the answer is an error, or not one of Kraty's.
    """
    if not 200 <= reply.status < 300:
        raise error_of(reply, write=write)
    value = parsed(reply.content)
    if enveloped and isinstance(value, dict):
        value = value.get("data")
    if not isinstance(value, dict):
        raise BadAnswer(NOT_KRATY, status=reply.status, request_id=reply.request_id, maybe_applied=write)
    return value


def error_of(reply: HttpReply, *, write: bool) -> KratyError:
    """The error of an answer, from its status and the code in its envelope."""
    status, envelope = reply.status, _envelope(reply)
    fields = _error_fields(reply, envelope)
    if 400 <= status < 500 and status not in (404, 408, 425, 429) and not isinstance(envelope.get("code"), str):
        return BadAnswer(**fields(not_from_kraty(status)), maybe_applied=write)
    if status == 401:
        return SignInNeeded(**fields("The session has expired or is unknown."))
    if status == 403:
        error = NotAllowed(**fields("Not allowed."))
        permission = error.details.get("permission")
        error.permission = permission if isinstance(permission, str) else None
        return error
    if status == 404:
        if envelope:
            return NotFound(**fields("Not found."))
        return BadAnswer(**fields(NOT_KRATY), maybe_applied=write)
    if status == 429:
        seconds = reply.retry_after
        return RateLimited(
            **fields("Too many requests."), retry_after=DEFAULT_RETRY_AFTER if seconds is None else seconds
        )
    if status == 409 and reply.retry_after is not None:
        return Unavailable(**fields("The same change is still in progress."), maybe_applied=write)
    if status == 412:
        return Stale(**fields("It has changed since you looked; nothing was done."))
    if status in (402, 409, 422):
        declined = fields("Not possible in the current state.")
        return IdempotencyConflict(**declined) if declined["code"] == Code.IDEMPOTENCY_CONFLICT else Refused(**declined)
    if status in (408, 425) or status >= 500:
        return Unavailable(**fields("The server reported an error."), maybe_applied=write)
    if 300 <= status < 400:
        to = reply.headers.get("location", "nowhere")
        words = f"The server redirects to {to}, which is not followed: check the URL."
        return BadAnswer(**fields(words), maybe_applied=write)
    if status >= 400:
        return Invalid(**fields("The server rejected the request."))
    return BadAnswer(**fields(NOT_KRATY), maybe_applied=write)


def not_from_kraty(status: int) -> str:
    """The message for an error that does not come from Kraty."""
    return f"The answer ({status}) is not Kraty's: it may come from a proxy, a gateway or a filter in between."


def _error_fields(reply: HttpReply, envelope: Mapping[str, Any]) -> Callable[[str], dict[str, Any]]:
    """The fields common to all errors; the given text is used if the server sends no message."""
    code, message, details = envelope.get("code"), envelope.get("message"), envelope.get("details")
    known = details if isinstance(details, dict) else {}
    request_id = known.get("requestId")

    def with_message(words: str) -> dict[str, Any]:
        return {
            "message": message if isinstance(message, str) and message else words,
            "code": code if isinstance(code, str) else "",
            "status": reply.status,
            "details": known,
            "request_id": request_id if isinstance(request_id, str) else reply.request_id,
        }

    return with_message
