"""The context of a change: actor, game, time, ids, randomness, idempotency key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

Surface = Literal["admin", "server", "sdk", "engine"]

LIVE: Final = "live"
"""The environment of real players: the default, and the one in which sweeps act."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor, as the audit log names them (contract/README.md#audit-log)."""

    kind: Literal["member", "api_key", "player", "engine"]
    id: str | None
    label: str | None


ENGINE = Actor(kind="engine", id=None, label="engine")
"""The game itself: sweeps, normal play, the demo world."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The studio and game that every row belongs to."""

    studio_id: str
    game_id: str


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule needs besides the database and its arguments."""

    tenant: Tenant
    environment: str
    actor: Actor
    request_id: str
    now_ms: int
    """Milliseconds since the epoch, UTC; the same for the entire transaction."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""
    reason: str | None = None
    ticket: str | None = None
    idempotency_key: str | None = None
    versions: frozenset[str] | None = None
    """The versions of the row that the caller looked at (`versions.named_versions`); None for any."""
    surface: Surface = "engine"
    public_url: str = ""
    """The prefix of links in answers, e.g. `http://127.0.0.1:8080`; if empty, links are relative to the backend."""
    importing: bool = False
    """Whether the change is an import, which fires no webhooks and pays no progression steps."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    """Returns random bytes, for secrets of players and names from the pool."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The answer of a rule: the wire form, built before the commit and stored with the idempotency key."""

    status: int
    data: dict[str, Any]
    replayed: bool = False
    """Whether this is a repeated answer (header `Idempotent-Replayed: true`)."""
