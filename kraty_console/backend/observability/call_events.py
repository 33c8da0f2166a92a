"""The record of an answered request, without its contents and without names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CALLER: Final = "kraty.caller"
"""The key of a request's scope for the caller, once known."""

NO_ROUTE: Final = "(none)"
"""The route of a call to an unknown path."""


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """The kind of caller, and the public prefix of a key."""

    kind: str
    """`member`, `api_key` or `player`."""
    key_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call and its outcome."""

    request_id: str
    """The request id of the answer: the caller's, if one was sent."""
    method: str
    route: str
    """The path with its segments' names, not the requested path, which holds ids of players."""
    status: int
    """The HTTP status; 499 if the caller disconnected before the answer."""
    seconds: float
    caller: CallerInfo | None
    """None on public routes, and for unknown callers."""
    own_id: str = ""
    """The backend's own id of the request, as in the audit log."""


HUNG_UP: Final = 499


@dataclass(frozen=True, slots=True)
class Watch:
    """The listeners to calls, and the clock that measures them."""

    clock: Callable[[], float]
    """A monotonic clock in seconds."""
    ended: tuple[Callable[[AnsweredCall], None], ...] = ()
    begun: tuple[Callable[[], None], ...] = ()
