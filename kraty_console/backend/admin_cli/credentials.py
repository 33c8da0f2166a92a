"""Session tokens and API keys: issued, listed without secrets, revoked."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.admin_cli.admin_session import AdminSession, Declined, NoSuch
from kraty_console.backend.admin_cli.games import Game
from kraty_console.backend.admin_cli.members import find_member
from kraty_console.backend.auth.api_keys import CLIENT_SDK, create_key
from kraty_console.backend.auth.member_sessions import create_session
from kraty_console.backend.auth.roles import roles_of
from kraty_console.backend.auth.tokens import new_api_key, new_session_token
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import ApiKeyRecord, SessionRecord, api_keys, games, members, sessions
from kraty_console.backend.storage.transaction import Transaction

DAY_MS: Final = 86_400_000


class _SessionWithEmail(SessionRecord):
    """A session with the e-mail of its member."""

    email: str


class _KeyOfGame(ApiKeyRecord):
    """A key with the slug of its game."""

    slug: str


async def issue_token(admin: AdminSession, email: str, days: float) -> tuple[str, str]:
    """Create a session for a member, who must have a role in a game. Returns the token, shown once, and when it
    expires."""
    member = await find_member(admin.tx, email)
    roles = await roles_of(admin.tx, member.member_id)
    if not roles:
        raise Declined(f"{email} has no role in any game, so a token would open nothing")
    token, session_id = new_session_token(admin.random_bytes), admin.new_id()
    expires_at = admin.now_ms + round(days * DAY_MS)
    await create_session(
        admin.tx,
        member_id=member.member_id,
        session_id=session_id,
        token=token,
        now_ms=admin.now_ms,
        expires_at=expires_at,
    )
    for studio_id in dict.fromkeys(role.studio_id for role in roles):
        admin.record(Tenant(studio_id, ""), "session.create", "session", session_id, member=member.email)
    return token, str(formats.timestamp(expires_at))


async def all_tokens(tx: Transaction, email: str | None, now_ms: int) -> list[dict[str, Any]]:
    """Sessions, newest first, each with whether it is active; optionally of one member."""
    query = sa.select(sessions, members.c.email).join(members, members.c.member_id == sessions.c.member_id)
    if email is not None:
        query = query.where(members.c.member_id == (await find_member(tx, email)).member_id)
    rows = await tx.records(
        _SessionWithEmail, query.order_by(sessions.c.created_at.desc(), sessions.c.session_id.desc())
    )
    return [
        {
            "sessionId": row.session_id,
            "email": row.email,
            "state": "revoked" if row.revoked_at is not None else "over" if row.expires_at <= now_ms else "live",
            "createdAt": formats.timestamp(row.created_at),
            "expiresAt": formats.timestamp(row.expires_at),
            "revokedAt": formats.timestamp(row.revoked_at),
        }
        for row in rows
    ]


async def revoke_tokens(admin: AdminSession, named: str) -> int:
    """Revoke the session with this id, or every active one of the member with this e-mail. Returns how many."""
    conditions = [sessions.c.revoked_at.is_(None), sessions.c.expires_at > admin.now_ms]
    if "@" in named:
        member = await find_member(admin.tx, named)
        conditions.append(sessions.c.member_id == member.member_id)
    active = await admin.tx.load(sessions, *conditions)
    revoked = active if "@" in named else [row for row in active if row.session_id == named]
    if not revoked:
        raise NoSuch(f"{named} has no active session" if "@" in named else f"there is no active session {named}")
    for row in revoked:
        admin.tx.change(row, revoked_at=admin.now_ms)
        roles = await roles_of(admin.tx, row.member_id)
        for studio_id in dict.fromkeys(role.studio_id for role in roles):
            admin.record(Tenant(studio_id, ""), "session.revoke", "session", row.session_id)
    return len(revoked)


async def make_key(admin: AdminSession, game: Game, permission_set: str, environment: str) -> str:
    """Create an API key of a game, shown once (contract/README.md#api-keys)."""
    if not environment.isidentifier() or len(environment) > 40:
        raise Declined(f"unknown environment {environment!r}: use live or test")
    key, key_id = new_api_key(admin.random_bytes, "p" if permission_set == CLIENT_SDK else "s"), admin.new_id()
    await create_key(
        admin.tx,
        studio_id=game.tenant.studio_id,
        game_id=game.tenant.game_id,
        key_id=key_id,
        key=key,
        permission_set=permission_set,
        environment=environment,
        now_ms=admin.now_ms,
    )
    prefix = key.partition(".")[0]
    admin.record(game.tenant, "key.create", "api_key", key_id, prefix=prefix, permissionSet=permission_set)
    return key


async def all_keys(tx: Transaction, game: Game | None = None) -> list[dict[str, Any]]:
    """Keys by their prefix, newest first; optionally of one game."""
    query = sa.select(api_keys, games.c.slug).join(
        games, sa.and_(games.c.studio_id == api_keys.c.studio_id, games.c.game_id == api_keys.c.game_id)
    )
    if game is not None:
        query = query.where(_of(game))
    rows = await tx.records(_KeyOfGame, query.order_by(api_keys.c.created_at.desc(), api_keys.c.key_id.desc()))
    return [
        {
            "prefix": row.prefix,
            "keyId": row.key_id,
            "game": row.slug,
            "permissionSet": row.permission_set,
            "environment": row.environment,
            "state": "live" if row.revoked_at is None else "revoked",
            "createdAt": formats.timestamp(row.created_at),
            "revokedAt": formats.timestamp(row.revoked_at),
        }
        for row in rows
    ]


async def revoke_key(admin: AdminSession, named: str) -> None:
    """Revoke the key with this prefix or id; it changes nothing from now on, and reads for a second at most."""
    active = api_keys.c.revoked_at.is_(None)
    keys = await admin.tx.load(api_keys, active, api_keys.c.prefix == named)
    if not keys:
        keys = [row for row in await admin.tx.load(api_keys, active) if row.key_id == named]
    if not keys:
        raise NoSuch(f"there is no active key {named}")
    for row in keys:
        admin.tx.change(row, revoked_at=admin.now_ms)
        tenant = Tenant(row.studio_id, row.game_id)
        admin.record(tenant, "key.revoke", "api_key", row.key_id, prefix=row.prefix)


def _of(game: Game) -> sa.ColumnElement[bool]:
    return sa.and_(api_keys.c.studio_id == game.tenant.studio_id, api_keys.c.game_id == game.tenant.game_id)
