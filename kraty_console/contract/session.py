"""The session: its member, games and roles; and the backend's health (contract/README.md#roles-and-permissions)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER, ROLE_PERMISSIONS, Permission
from kraty_console.contract.wire import Answer, empty_dict, empty_list

__all__ = [
    "GAME_ADMIN",
    "GAME_DEBUGGER",
    "GAME_VIEWER",
    "ROLE_PERMISSIONS",
    "GameAccess",
    "Health",
    "Me",
    "Member",
    "Permission",
    "Session",
    "StudioAccess",
]


class Member(Answer):
    """The person a session belongs to."""

    id: str
    email: str | None = None
    name: str | None = None


class Session(Answer):
    """The expiry of the session."""

    expires_at: datetime | None = None


class GameAccess(Answer):
    """A game visible to the member, with the role there."""

    id: str
    slug: str | None = None
    name: str | None = None
    role: str | None = None
    permissions: list[str] = Field(default_factory=empty_list)

    @property
    def only_environment(self) -> str | None:
        """The only environment of the credential (server keys have one); None if it is not restricted."""
        environment = (self.model_extra or {}).get("environment")
        return environment if isinstance(environment, str) else None


class StudioAccess(Answer):
    """A studio the member belongs to."""

    id: str
    name: str | None = None
    games: list[GameAccess] = Field(default_factory=empty_list)


class Me(Answer):
    """The answer of `GET /admin/v1/me`."""

    member: Member
    session: Session = Field(default_factory=Session)
    studios: list[StudioAccess] = Field(default_factory=empty_list)


class DatabaseHealth(Answer):
    """The state and kind of the database."""

    ok: bool = False
    kind: str | None = None
    trouble: str | None = None
    """Why it does not answer or is read-only, with the path of a file that cannot be written."""


class JobHealth(Answer):
    """The state of a background job in the answering process."""

    name: str = ""
    last_run_at: datetime | None = None
    failing: int = 0
    """Failures since the last success."""
    done: int = 0


class WorkerHealth(Answer):
    """The state of the background jobs."""

    running: bool = False
    jobs: list[JobHealth] = Field(default_factory=empty_list)
    set_aside: dict[str, int] = Field(default_factory=empty_dict)
    """By job: the number of rows set aside after repeated failures."""


class Health(Answer):
    """The answer of `GET /admin/v1/health`, which needs no credential."""

    ok: bool = False
    version: str | None = None
    features: list[str] = Field(default_factory=empty_list)
    """Features of the backend; the embedded one lists `idempotency-keys` and each operation that it has."""
    database: DatabaseHealth | None = None
    worker: WorkerHealth | None = None
