"""What a backend's words and values are called in front of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt, Lobby

_WHOLE: Final = 24
"""Characters up to which an id is shown whole: keys are, a UUID is not."""


def status_words(status: str) -> str:
    """A status as people say it; one this program does not know stays as it came."""
    if status == "force_completed":
        return "force-completed"
    return status.replace("_", " ") if status in ("in_progress", "not_configured") else status


_REASONS: Final = {"grant_deposit": "from a grant"}
"""Reasons that a backend writes into a ledger by itself; the others come from people and studios."""


def reason_words(reason: str | None) -> str | None:
    """The reason of a ledger row as people say it; one this program does not know stays as it came."""
    return _REASONS.get(reason, reason) if reason is not None else None


def spaced(word: str) -> str:
    """A machine's word of several, `lobby_matched`, with blanks between them; anything else stays as it came."""
    parts = word.split("_")
    return " ".join(parts) if all(part.isascii() and part.isalpha() and part.islower() for part in parts) else word


def localized(value: Any) -> str | None:  # noqa: ANN401 (a string, or a map of language to string)
    """A name that may be a text or a map of languages: English first, else the first there is."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        texts = [value.get("en"), value.get("en-US"), *value.values()]
        return next((text for text in texts if isinstance(text, str) and text), None)
    return None


def event_words(row: Attempt | Lobby, *, whole: bool = False) -> str:
    """The event of a row: its key, else its name, else what it is called elsewhere, else its id.

    A long id is shown without its middle, except where the `whole` is asked for.
    """
    named = row.event_key or localized(row.event_name) or row.event_label
    if named or not row.event_id:
        return named or "unknown event"
    return row.event_id if whole else without_middle(row.event_id)


def without_middle(value: str) -> str:
    """A long id without its middle: `0197…a3c3`; a short one stays whole."""
    return value if len(value) <= _WHOLE else f"{value[:4]}…{value[-4:]}"


def short(value: str) -> str:
    """A long id without its middle."""
    return value if len(value) <= 9 else f"{value[:4]}…{value[-4:]}"
