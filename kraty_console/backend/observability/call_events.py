"""The record of an answered request, without its contents and without names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

CALLER: Final = "kraty.caller"
"""Where a request's scope says who called, once that is known."""

NO_ROUTE: Final = "(none)"
"""The route of a call to a path that is not there."""


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """What kind of caller, and for a key its public prefix."""

    kind: str
    """`member`, `api_key` or `player`."""
    key_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call and its outcome."""

    request_id: str
    """As the answer names it: the caller's, when one was sent."""
    method: str
    route: str
    """The path with its segments' names, never the path that was asked for: ids of players are in that."""
    status: int
    """Of HTTP; 499 when the caller hung up before there was an answer."""
    seconds: float
    who: CallerInfo | None
    """None where nobody was asked for, or nobody was known."""
    own_id: str = ""
    """The backend's own id of the request, which stands in the audit log."""


HUNG_UP: Final = 499


@dataclass(frozen=True, slots=True)
class Watch:
    """The listeners to calls, and the clock that measures them."""

    clock: Callable[[], float]
    """Seconds, from anywhere, never backwards."""
    ended: tuple[Callable[[AnsweredCall], None], ...] = ()
    begun: tuple[Callable[[], None], ...] = ()
