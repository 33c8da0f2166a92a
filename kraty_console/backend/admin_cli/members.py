"""Members and their roles in games."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.admin_cli.admin_session import AdminSession, Declined, NoSuch
from kraty_console.backend.admin_cli.games import Game
from kraty_console.backend.rules import formats
from kraty_console.backend.storage.tables import GameRoleRecord, MemberRecord, game_roles, games, members
from kraty_console.backend.storage.transaction import Transaction

_LONGEST_EMAIL: Final = 320


class _MemberInGame(MemberRecord):
    """A member with one role and its game; None without a role."""

    role: str | None
    slug: str | None
    game_id: str | None


async def find_member(tx: Transaction, email: str) -> MemberRecord:
    """The member with this e-mail; case does not matter."""
    member = await _with_email(tx, email)
    if member is None:
        raise NoSuch(f"there is no member {email}: add one with kraty-console backend member add {email} --role ROLE")
    return member


async def all_members(tx: Transaction, game: Game | None = None) -> list[dict[str, Any]]:
    """Every role of a member in a game, one row each; optionally of one game."""
    query = (
        sa.select(members, game_roles.c.role, games.c.slug, games.c.game_id)
        .join_from(members, game_roles, game_roles.c.member_id == members.c.member_id, isouter=True)
        .join(
            games,
            sa.and_(games.c.studio_id == game_roles.c.studio_id, games.c.game_id == game_roles.c.game_id),
            isouter=True,
        )
        .order_by(members.c.email, members.c.member_id, games.c.slug)
    )
    if game is not None:
        query = query.where(games.c.game_id == game.tenant.game_id, games.c.studio_id == game.tenant.studio_id)
    return [
        {
            "memberId": row.member_id,
            "email": row.email,
            "name": row.name,
            "game": row.slug,
            "gameId": row.game_id,
            "role": row.role,
            "createdAt": formats.timestamp(row.created_at),
        }
        for row in await tx.records(_MemberInGame, query)
    ]


async def add_member(admin: AdminSession, email: str, name: str | None, game: Game, role: str) -> str:
    """Give a member a role in a game; the member is created if needed. Returns the member's id."""
    email = email.strip()
    if "@" not in email.strip("@") or len(email) > _LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise Declined(f"not an e-mail address: {email!r}")
    member = await _with_email(admin.tx, email)
    if member is None:
        name = name or email.partition("@")[0]
        row = {"member_id": admin.new_id(), "email": email, "name": name, "created_at": admin.now_ms}
        member = admin.tx.add(members, row)
    if await _role(admin.tx, member.member_id, game) is not None:
        raise Declined(f"{email} is in {game.slug} already; change the role with kraty-console backend member role")
    values = {"member_id": member.member_id, "role": role, "created_at": admin.now_ms}
    admin.tx.add(game_roles, {"studio_id": game.tenant.studio_id, "game_id": game.tenant.game_id, **values})
    admin.record(game.tenant, "member.role", "member", member.member_id, role=role, before=None)
    return member.member_id


async def set_role(admin: AdminSession, email: str, game: Game, role: str | None) -> None:
    """Change or remove a member's role in a game, with effect from the next change and within a second."""
    member = await find_member(admin.tx, email)
    row = await _role(admin.tx, member.member_id, game)
    if row is None:
        raise NoSuch(f"{email} is not in {game.slug}: add them with kraty-console backend member add")
    before = row.role
    if role is None:
        await admin.tx.execute(
            sa.delete(game_roles).where(
                game_roles.c.studio_id == game.tenant.studio_id,
                game_roles.c.game_id == game.tenant.game_id,
                game_roles.c.member_id == member.member_id,
            )
        )
    else:
        admin.tx.change(row, role=role)
    admin.record(game.tenant, "member.role", "member", member.member_id, role=role, before=before)


async def _with_email(tx: Transaction, email: str) -> MemberRecord | None:
    """There are few members, so all are compared in Python, which folds case for every script."""
    folded = email.strip().casefold()
    rows = await tx.records(MemberRecord, sa.select(members).order_by(members.c.member_id))
    return next((row for row in rows if row.email.casefold() == folded), None)


async def _role(tx: Transaction, member_id: str, game: Game) -> GameRoleRecord | None:
    column = game_roles.c
    return await tx.find(
        game_roles,
        column.studio_id == game.tenant.studio_id,
        column.game_id == game.tenant.game_id,
        column.member_id == member_id,
    )
