"""The roles of members in games."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import GameRoleRecord, game_roles, games, studios
from kraty_console.backend.storage.tables.columns import UUID
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


_STUDIO: Final = parameter("studio_id", UUID)
_GAME: Final = parameter("game_id", UUID)
_MEMBER: Final = parameter("member_id", UUID)


class _RoleInGame(GameRoleRecord):
    """A role with its game and studio."""

    studio_name: str
    slug: str
    name: str


def _roles(*conditions: sa.ColumnElement[bool]) -> Query[_RoleInGame]:
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
        .where(game_roles.c.member_id == _MEMBER, *conditions)
        .order_by(studios.c.name, studios.c.studio_id, games.c.name, games.c.game_id)
    )
    return Query(_RoleInGame, query)


_EVERYWHERE: Final = _roles()
_IN_STUDIO: Final = _roles(game_roles.c.studio_id == _STUDIO)
_IN_GAME: Final = Query(
    GameRoleRecord,
    sa.select(game_roles.c.role).where(
        game_roles.c.studio_id == _STUDIO, game_roles.c.game_id == _GAME, game_roles.c.member_id == _MEMBER
    ),
)
_FIND_EVERYWHERE: Final = Queries(_EVERYWHERE)
_FIND_IN_STUDIO: Final = Queries(_IN_STUDIO)
_FIND_IN_GAME: Final = Queries(_IN_GAME)


async def roles_of(reader: Reader, member_id: str, studio_id: str | None = None) -> list[GameRole]:
    """The games of a member, by name; optionally of one studio."""
    if studio_id is None:
        rows = (await reader.fetch(_FIND_EVERYWHERE, {"member_id": member_id}))[_EVERYWHERE]
    else:
        rows = (await reader.fetch(_FIND_IN_STUDIO, {"member_id": member_id, "studio_id": studio_id}))[_IN_STUDIO]
    return [GameRole(row.studio_id, row.studio_name, row.game_id, row.slug, row.name, row.role) for row in rows]


async def role_in(reader: Reader, member_id: str, studio_id: str, game_id: str) -> str | None:
    """The member's role in one game; None when there is none, or no such game."""
    results = await reader.fetch(_FIND_IN_GAME, {"member_id": member_id, "studio_id": studio_id, "game_id": game_id})
    row = results.first(_IN_GAME)
    return None if row is None else row.role


async def game_exists(tx: Transaction, studio_id: str, game_id: str) -> bool:
    """Whether the studio has this game."""
    query = sa.select(games.c.game_id).where(games.c.studio_id == studio_id, games.c.game_id == game_id)
    return await tx.scalar(query) is not None
