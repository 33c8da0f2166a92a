"""The roles of members in games."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kraty_console.backend.storage.tables import game_roles, games, studios
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.session import ROLE_PERMISSIONS


@dataclass(frozen=True, slots=True)
class GameRole:
    """A member's role in one game."""

    studio_id: str
    studio_name: str
    game_id: str
    slug: str
    name: str
    role: str

    @property
    def permissions(self) -> frozenset[str]:
        """What the role may do; a role that is not in the table may do nothing."""
        return ROLE_PERMISSIONS.get(self.role, frozenset())


async def roles_of(tx: Transaction, member_id: str, studio_id: str | None = None) -> list[GameRole]:
    """The games of a member in the order of their names, of one studio when asked so."""
    query = (
        sa.select(
            games.c.studio_id,
            studios.c.name.label("studio_name"),
            games.c.game_id,
            games.c.slug,
            games.c.name,
            game_roles.c.role,
        )
        .join_from(
            game_roles,
            games,
            sa.and_(games.c.studio_id == game_roles.c.studio_id, games.c.game_id == game_roles.c.game_id),
        )
        .join(studios, studios.c.studio_id == games.c.studio_id)
        .where(game_roles.c.member_id == member_id)
        .order_by(studios.c.name, studios.c.studio_id, games.c.name, games.c.game_id)
    )
    if studio_id is not None:
        query = query.where(game_roles.c.studio_id == studio_id)
    return [
        GameRole(row.studio_id, row.studio_name, row.game_id, row.slug, row.name, row.role)
        for row in await tx.execute(query)
    ]


async def role_in(tx: Transaction, member_id: str, studio_id: str, game_id: str) -> str | None:
    """The member's role in one game; None when there is none, or no such game."""
    query = sa.select(game_roles.c.role).where(
        game_roles.c.studio_id == studio_id,
        game_roles.c.game_id == game_id,
        game_roles.c.member_id == member_id,
    )
    role: str | None = await tx.scalar(query)
    return role


async def game_exists(tx: Transaction, studio_id: str, game_id: str) -> bool:
    """Whether the studio has such a game, seen or unseen."""
    query = sa.select(games.c.game_id).where(games.c.studio_id == studio_id, games.c.game_id == game_id)
    return await tx.scalar(query) is not None
