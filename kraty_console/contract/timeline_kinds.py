"""The kinds of timeline rows; apart from the models, which `--help` of a command does not load."""

from __future__ import annotations

from enum import StrEnum


class TimelineKind(StrEnum):
    """The kind of a timeline row; the row itself is in the field of the same name."""

    ATTEMPT = "attempt"
    GRANT = "grant"
    WALLET = "wallet"
    ITEM = "item"
    LOBBY = "lobby"
    BAN = "ban"
    """The audit row of a ban or an unban."""
    AUDIT = "audit"
    """Any other audit row."""
    WEBHOOK = "webhook"
    """A delivery: one event on its way to one endpoint; the row's id is the delivery's as a UUID."""
