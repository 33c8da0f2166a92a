"""Read query parameters; errors name the parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar, overload

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.pagination import PagePosition
from kraty_console.backend.http.request_models import milliseconds
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.rules.ids import is_id

MAX_KEYS: Final = 8
"""Progression keys in one read (contract/README.md#limits)."""

_LONGEST_NUMBER: Final = 18

Word = TypeVar("Word", bound=str)


def integer(call: Call, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`."""
    text = call.query(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise invalid(name, f"must be a whole number from 1 to {most}")
    return int(text)


def clamped_integer(call: Call, name: str, default: int, most: int) -> int:
    """A whole number, clamped to 1 and `most`."""
    text = call.query(name)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER):
        raise invalid(name, "must be a whole number")
    return min(max(int(text), 1), most)


def flag(call: Call, name: str) -> bool:
    """`true` or `false`; false by default."""
    text = call.query(name) or "false"
    if text not in ("true", "false"):
        raise invalid(name, "must be true or false")
    return text == "true"


def keys(call: Call, name: str) -> tuple[str, ...]:
    """Comma-separated keys, at most eight."""
    given = tuple(dict.fromkeys(part for part in (call.query(name) or "").split(",") if part))
    if len(given) > MAX_KEYS:
        raise invalid(name, f"must be {MAX_KEYS} keys or fewer, between commas")
    return given


@overload
def one_of(call: Call, name: str, words: Sequence[Word], default: Word) -> Word: ...
@overload
def one_of(call: Call, name: str, words: Sequence[Word], default: None) -> Word | None: ...
def one_of(call: Call, name: str, words: Sequence[Word], default: Word | None) -> Word | None:
    """One of the given words."""
    text = call.query(name)
    if text is None:
        return default
    for word in words:
        if word == text:
            return word
    raise invalid(name, f"must be one of {', '.join(words)}")


def timestamp(call: Call, name: str, *, now: str) -> int | None:
    """An ISO-8601 timestamp in milliseconds, from 1970 to now; None if it is missing or equals `now`."""
    text = call.query(name)
    if text is None or text == now:
        return None
    moment = milliseconds(text, name)
    if moment is None or not 0 <= moment <= call.now_ms:
        raise invalid(name, f"must be {now}, or a moment from 1970 until now")
    return moment


def position(call: Call) -> PagePosition | None:
    """`?cursor=` of a list by time; None for the first page."""
    cursor = call.query("cursor")
    if cursor is None:
        return None
    found = PagePosition.decoded(cursor)
    if found is None:
        raise invalid("cursor", "is not one that this list gave")
    return found


def leaderboard_id(call: Call) -> str:
    """The id of an event's board in the path; anything but a UUID is 400, to show a game its mistake
    (contract/SDK.md#leaderboards)."""
    text = call.text("leaderboardId").lower()
    if not is_id(text):
        raise invalid("leaderboardId", "must be the UUID of a leaderboard")
    return text
