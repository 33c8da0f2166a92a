"""Labels for the backend's statuses, reasons, names and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kraty_console.contract.operations import OPERATIONS

if TYPE_CHECKING:
    from kraty_console.contract.audit import AuditActor
    from kraty_console.contract.players import Attempt, Lobby

_WHOLE: Final = 24
"""Ids up to this length are shown in full: keys are, UUIDs are not."""


_STATUSES: Final = {
    "in_progress": "in progress",
    "force_completed": "force-completed",
    "not_configured": "not configured",
}


def status_words(status: str) -> str:
    """The label of a status; an unknown status is unchanged."""
    return _STATUSES.get(status, status)


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


_REASONS: Final = {
    "grant_deposit": "from a grant",
    "consume": "consumed",
    "derived": "follows another balance",
    "migration": "imported",
    **{
        f"{origin}_{change}": f"{words} by {who}"
        for origin, who in (("admin", "an admin"), ("server", "the backend"), ("client", "the game"))
        for change, words in (("grant", "given"), ("revoke", "taken"), ("credit", "credited"), ("debit", "debited"))
    },
}
"""Ledger reasons that backends write themselves; others come from people and studios."""


def reason_words(reason: str | None) -> str | None:
    """The label of a ledger reason; an unknown reason is unchanged."""
    return _REASONS.get(reason, reason) if reason is not None else None


_ORIGINS: Final = {"client": "the game", "server": "the backend", "admin": "an admin", "engine": "Kraty"}
"""Who changes a balance or an item (contract/README.md#ledger-rows)."""


def origin_words(origin: str | None) -> str | None:
    """Who made a change of a ledger; a person's name and an unknown origin are unchanged."""
    return _ORIGINS.get(origin, origin) if origin is not None else None


_SOURCE_KINDS: Final = {
    "api": "the backend",
    "admin": "by hand",
    "crate_open": "a crate",
    "crate": "a crate",
    "event_completion": "an event",
    "event": "an event",
    "event_milestone": "a milestone",
    "progression": "a progression",
}
"""Where grants come from (contract/README.md#grant)."""


def source_kind_words(kind: str | None) -> str | None:
    """Where a grant comes from; an unknown kind is unchanged."""
    return _SOURCE_KINDS.get(kind, kind) if kind is not None else None


_ACTIONS: Final = {
    "grant.ack": "grant delivered",
    "grant.create": "grant by the backend",
    "inventory.grant": "give item",
    "inventory.revoke": "take item",
    "player.delete": "delete player",
    "player.merge": "merge players",
    "player.unban": "unban",
    "session.create": "sign in",
    "session.revoke": "sign out",
    "wallet.debit": "debit",
    "webhook.archive": "archive endpoint",
    "webhook.create": "create endpoint",
    "webhook.pause": "pause endpoint",
    "webhook.unpause": "resume endpoint",
    **{
        spec.permission: operation.replace("_", " ")
        for operation, spec in reversed(OPERATIONS.items())
        if spec.is_write and spec.permission
    },
}
"""What was tried, whether or not it was allowed (contract/README.md#audit-log); changes by their operation."""


def action_words(action: str) -> str:
    """What an action of the audit log does; empty for an unknown one."""
    return _ACTIONS.get(action, "")


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
