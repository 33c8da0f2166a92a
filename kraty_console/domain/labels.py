"""Labels for the backend's statuses, reasons, names and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditActor
    from kraty_console.contract.players import Attempt, Lobby

_WHOLE: Final = 24
"""Ids up to this length are shown in full: keys are, UUIDs are not."""


def status_words(status: str) -> str:
    """The label of a status; an unknown status is unchanged."""
    if status == "force_completed":
        return "force-completed"
    return status.replace("_", " ") if status in ("in_progress", "not_configured") else status


def actor_name(actor: AuditActor | None) -> str:
    """The actor's label, or else kind and id; empty when neither is known."""
    if actor is None:
        return ""
    return actor.label or f"{actor.kind} {actor.id or ''}".strip()


def short_actor_name(actor: AuditActor | None) -> str:
    """The part of a member's e-mail before the `@`, `key sRabbit0` for an API key; other actors as `actor_name`."""
    name = actor_name(actor)
    if actor is None or not name:
        return name
    if actor.kind == "member":
        return name.partition("@")[0] or name
    return f"key {name.removeprefix('api_key').lstrip(': ')}" if actor.kind == "api_key" else name


_REASONS: Final = {"grant_deposit": "from a grant"}
"""Ledger reasons that the backend writes itself; others come from people and studios."""


def reason_words(reason: str | None) -> str | None:
    """The label of a ledger reason; an unknown reason is unchanged."""
    return _REASONS.get(reason, reason) if reason is not None else None


def spaced(word: str) -> str:
    """Replace underscores in an identifier such as `lobby_matched` by blanks; other text is unchanged."""
    parts = word.split("_")
    return " ".join(parts) if all(part.isascii() and part.isalpha() and part.islower() for part in parts) else word


def localized(value: Any) -> str | None:  # noqa: ANN401 (a string, or a map of language to string)
    """The name from a text or a map of languages: English, or else the first one."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        texts = [value.get("en"), value.get("en-US"), *value.values()]
        return next((text for text in texts if isinstance(text, str) and text), None)
    return None


def event_words(row: Attempt | Lobby, *, whole: bool = False) -> str:
    """The label of a row's event: its key, name, learned name, or id.

    A long id is shortened in the middle unless `whole` is set.
    """
    named = row.event_key or localized(row.event_name) or row.event_label
    if named or not row.event_id:
        return named or "unknown event"
    return row.event_id if whole else without_middle(row.event_id)


def without_middle(value: str) -> str:
    """Shorten a long id in the middle: `0197…a3c3`; a short one is unchanged."""
    return value if len(value) <= _WHOLE else f"{value[:4]}…{value[-4:]}"


def short(value: str) -> str:
    """Shorten a long id in the middle."""
    return value if len(value) <= 9 else f"{value[:4]}…{value[-4:]}"
