"""Who is signed in, and what they may do where (decisions: The admin surface, Roles and permissions)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from kraty_console.contract.wire import Answer


class Permission:
    """The permission strings, by name."""

    PLAYER_READ: Final = "player.read"
    AUDIT_READ: Final = "audit.read"
    FORCE_COMPLETE: Final = "attempt.force_complete"
    RETRY_REWARD_ROLL: Final = "grant.retry_reward_roll"
    FORCE_CLAIM: Final = "grant.manual_force_claim"
    MANUAL_GRANT: Final = "grant.manual_create"
    WALLET_CREDIT: Final = "wallet.credit"
    PLAYER_BAN: Final = "player.ban"
    WEBHOOK_REPLAY: Final = "webhook.replay"


GAME_ADMIN: Final = "GAME_ADMIN"
GAME_DEBUGGER: Final = "GAME_DEBUGGER"
GAME_VIEWER: Final = "GAME_VIEWER"

_VIEWER: Final = frozenset({Permission.PLAYER_READ, Permission.AUDIT_READ})
_DEBUGGER: Final = _VIEWER | {Permission.FORCE_COMPLETE, Permission.RETRY_REWARD_ROLL, Permission.FORCE_CLAIM}
_ADMIN: Final = _DEBUGGER | {
    Permission.MANUAL_GRANT,
    Permission.WALLET_CREDIT,
    Permission.PLAYER_BAN,
    Permission.WEBHOOK_REPLAY,
}

ROLE_PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    GAME_ADMIN: _ADMIN,
    GAME_DEBUGGER: _DEBUGGER,
    GAME_VIEWER: _VIEWER,
}
"""What each role may do (player-tools: The four admin actions; decisions: Roles and permissions)."""


class Member(Answer):
    """The person a session belongs to."""

    id: str
    email: str | None = None
    name: str | None = None


class Session(Answer):
    """Until when the session lives."""

    expires_at: datetime | None = None


class GameAccess(Answer):
    """A game the member can see, with the role there."""

    id: str
    slug: str | None = None
    name: str | None = None
    role: str | None = None
    permissions: list[str] = Field(default_factory=list)


class StudioAccess(Answer):
    """A studio the member belongs to."""

    id: str
    name: str | None = None
    games: list[GameAccess] = Field(default_factory=list)


class Me(Answer):
    """The answer of `GET /admin/v1/me`."""

    member: Member
    session: Session = Field(default_factory=Session)
    studios: list[StudioAccess] = Field(default_factory=list)


class Health(Answer):
    """The answer of `GET /admin/v1/health`, which needs no credential."""

    ok: bool = False
    version: str | None = None
    features: list[str] = Field(default_factory=list)
    """What a backend says it keeps to; the embedded one names `idempotency-keys`."""
