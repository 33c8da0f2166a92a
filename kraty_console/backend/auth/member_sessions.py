"""Member sessions: found by the hash of their token, revoked for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.auth.tokens import MAX_CREDENTIAL_LENGTH, SESSION_PREFIX, digest, matches
from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import SessionRecord, game_roles, members, sessions
from kraty_console.backend.storage.tables.columns import MOMENT, TEXT, UUID
from kraty_console.backend.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class MemberSession:
    """A member with a live session."""

    session_id: str
    member_id: str
    email: str
    name: str
    expires_at: int
    """Milliseconds since the epoch."""


class _SessionOfMember(SessionRecord):
    """A session with its member."""

    email: str
    name: str

    role: str | None
    """The role in the requested game."""


_SELECT: Final = (
    sa.select(
        sessions.c.session_id,
        sessions.c.token_hash,
        sessions.c.expires_at,
        members.c.member_id,
        members.c.email,
        members.c.name,
    )
    .join(members, members.c.member_id == sessions.c.member_id)
    .where(
        sessions.c.token_hash == parameter("token_hash", TEXT),
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > parameter("now_ms", MOMENT),
    )
)
_ROLE: Final = (
    sa.select(game_roles.c.role)
    .where(
        game_roles.c.studio_id == parameter("studio_id", UUID),
        game_roles.c.game_id == parameter("game_id", UUID),
        game_roles.c.member_id == members.c.member_id,
    )
    .scalar_subquery()
)
_LIVE: Final = Query(_SessionOfMember, _SELECT)
_LIVE_IN_GAME: Final = Query(_SessionOfMember, _SELECT.add_columns(_ROLE.label("role")))
_FIND_LIVE: Final = Queries(_LIVE)
_FIND_LIVE_IN_GAME: Final = Queries(_LIVE_IN_GAME)


async def find_session(reader: Reader, token: str, now_ms: int) -> MemberSession | None:
    """Whose session a token is; None when it is unknown, revoked or over."""
    if not _can_be_token(token):
        return None
    row = (await reader.fetch(_FIND_LIVE, {"token_hash": digest(token), "now_ms": now_ms})).first(_LIVE)
    return None if row is None else _session(token, row)


async def find_session_in_game(
    reader: Reader, token: str, now_ms: int, studio_id: str, game_id: str
) -> tuple[MemberSession | None, str | None]:
    """As `find_session`, with the member's role in a game; no role when there is none, or no such game."""
    if not _can_be_token(token):
        return None, None
    values = {"token_hash": digest(token), "now_ms": now_ms, "studio_id": studio_id, "game_id": game_id}
    row = (await reader.fetch(_FIND_LIVE_IN_GAME, values)).first(_LIVE_IN_GAME)
    return (None, None) if row is None else (_session(token, row), row.role)


def _can_be_token(text: str) -> bool:
    return text.startswith(SESSION_PREFIX) and len(text) <= MAX_CREDENTIAL_LENGTH


def _session(token: str, row: _SessionOfMember) -> MemberSession | None:
    if not matches(token, row.token_hash):
        return None
    return MemberSession(row.session_id, row.member_id, row.email, row.name, row.expires_at)


async def create_session(
    tx: Transaction, *, member_id: str, session_id: str, token: str, now_ms: int, expires_at: int
) -> None:
    """Keep a new session; of the token only its hash stays."""
    await tx.execute(
        sessions.insert().values(
            member_id=member_id,
            session_id=session_id,
            token_hash=digest(token),
            created_at=now_ms,
            expires_at=expires_at,
        )
    )


async def revoke_session(tx: Transaction, session: MemberSession, now_ms: int) -> bool:
    """End a session; False when it had ended before."""
    ended = await tx.execute(
        sessions.update()
        .where(
            sessions.c.member_id == session.member_id,
            sessions.c.session_id == session.session_id,
            sessions.c.revoked_at.is_(None),
        )
        .values(revoked_at=now_ms)
    )
    return bool(ended.rowcount)
