"""The context of a change: actor, game, time, ids, randomness, idempotency key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

Surface = Literal["admin", "server", "sdk", "engine"]

LIVE: Final = "live"
"""The environment of real players: the one meant where none is named, and the one in which sweeps act."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the audit log names them (contract/README.md#audit-log)."""

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
    """Everything a rule needs to know that is not in the database and not what it is asked to do."""

    tenant: Tenant
    environment: str
    actor: Actor
    request_id: str
    now_ms: int
    """Milliseconds since the epoch, UTC; one moment for the whole transaction."""
    new_id: Callable[[], str]
    """A fresh UUIDv7 as text."""
    reason: str | None = None
    ticket: str | None = None
    idempotency_key: str | None = None
    surface: Surface = "engine"
    public_url: str = ""
    """What links in answers start with, e.g. `http://127.0.0.1:8080`; empty gives links relative to the backend."""
    importing: bool = False
    """Whether the change is an import: it fires no webhook, and no step of a progression pays."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    """So many random bytes: secrets of players, names from the pool."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What a rule answers: the wire form, built before the commit and kept with the idempotency key."""

    status: int
    data: dict[str, Any]
    replayed: bool = False
    """True when an earlier answer is given again (header `Idempotent-Replayed: true`)."""
