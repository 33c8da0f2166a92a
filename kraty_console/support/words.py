"""What a backend's words and values are called in front of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kraty_console.contract.players import Attempt


def status_words(status: str) -> str:
    """A status as people say it; one this program does not know stays as it came."""
    if status == "force_completed":
        return "force-completed"
    return status.replace("_", " ") if status in ("in_progress", "not_configured") else status


def localized(value: Any) -> str | None:  # noqa: ANN401 (a string, or a map of language to string: kraty-api 5.12)
    """A name that may be a text or a map of languages: English first, else the first there is."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        texts = [value.get("en"), value.get("en-US"), *value.values()]
        return next((text for text in texts if isinstance(text, str) and text), None)
    return None


def event_words(attempt: Attempt) -> str:
    """The event of an attempt: its key, else its name, else its id."""
    return attempt.event_key or localized(attempt.event_name) or attempt.event_id or "unknown event"
