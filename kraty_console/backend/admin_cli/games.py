"""Studios and their games: listed, created, defined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from kraty_console.backend.admin_cli import game_document
from kraty_console.backend.admin_cli.admin_session import AdminSession, Declined, NoSuch
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.tables import GameRecord, StudioRecord, games, studios
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.definitions import GameDocument
from kraty_console.contract.documents import BadDocument

_LONGEST_NAME: Final = 200


class _GameOfStudio(GameRecord):
    """A game with the name of its studio."""

    studio: str


@dataclass(frozen=True, slots=True)
class Game:
    """A game and its studio."""

    tenant: Tenant
    studio: str
    slug: str
    name: str
    created_at: int
    """Milliseconds since the epoch."""

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "studioId": self.tenant.studio_id,
            "studio": self.studio,
            "gameId": self.tenant.game_id,
            "slug": self.slug,
            "name": self.name,
            "createdAt": formats.timestamp(self.created_at),
        }


async def all_games(tx: Transaction) -> list[Game]:
    """Every game, ordered by the names of studio and game."""
    query = (
        sa.select(games, studios.c.name.label("studio"))
        .join(studios, studios.c.studio_id == games.c.studio_id)
        .order_by(studios.c.name, studios.c.studio_id, games.c.name, games.c.game_id)
    )
    return [
        Game(
            Tenant(row.studio_id, row.game_id),
            row.studio,
            row.slug,
            row.name,
            created_at=row.created_at,
        )
        for row in await tx.records(_GameOfStudio, query)
    ]


async def find_game(tx: Transaction, named: str | None) -> Game:
    """The game with this id, slug or name; without a name, the only game."""
    known = await all_games(tx)
    if named is None:
        if len(known) == 1:
            return known[0]
        if not known:
            raise NoSuch("there is no game yet: make one with kraty-console backend game create NAME --studio NAME")
        raise Declined(f"which game? Name one with --game: {_list_games(known)}")
    matches = [game for game in known if named in (game.tenant.game_id, game.slug, game.name)]
    if not matches:
        raise NoSuch(f"there is no game {named}; there is {_list_games(known)}" if known else "there is no game yet")
    if len(matches) > 1:
        raise Declined(f"{named} is the name of several games; say which by its id: {_list_games(matches)}")
    return matches[0]


async def create_game(
    admin: AdminSession, studio: str, name: str, slug: str | None = None, mode: str = "platform"
) -> Game:
    """Create a game, and its studio if there is none with that id or name."""
    if not 0 < len(name.strip()) <= _LONGEST_NAME or not 0 < len(studio.strip()) <= _LONGEST_NAME:
        raise Declined(f"a name has 1 to {_LONGEST_NAME} characters")
    slug = slug or _slug(name)
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", slug):
        raise Declined(f"not a valid slug: {slug!r}; use small letters, digits and hyphens: --slug my-game")
    studio_id, studio_name = await _studio(admin, studio)
    game_id = admin.new_id()
    taken = sa.select(games.c.game_id).where(games.c.studio_id == studio_id, games.c.slug == slug)
    if await admin.tx.scalar(taken) is not None:
        raise Declined(f"{studio_name} has a game {slug} already; choose another with --slug")
    row = {"slug": slug, "name": name.strip(), "inventory_management": mode, "created_at": admin.now_ms}
    secret = {"roll_secret": admin.random_bytes(32).hex()}
    admin.tx.add(games, {"studio_id": studio_id, "game_id": game_id, **row, **secret})
    tenant = Tenant(studio_id, game_id)
    admin.record(tenant, "game.create", "game", game_id, slug=slug)
    return Game(tenant, studio_name, slug, name.strip(), admin.now_ms)


async def define(admin: AdminSession, game: Game, document: GameDocument) -> dict[str, int]:
    """Load a document of definitions into the game, all of it or nothing. Returns how many of each kind."""
    try:
        made = await game_document.load(admin.tx, admin.context(game.tenant), document)
    except BadDocument as bad:
        raise Declined(f"nothing was changed; the document does not fit {game.name}:\n{bad}") from None
    admin.record(game.tenant, "game.define", "game", game.tenant.game_id, **made)
    return made


async def _studio(admin: AdminSession, named: str) -> tuple[str, str]:
    known = await admin.tx.records(StudioRecord, sa.select(studios).order_by(studios.c.studio_id))
    matches = [row for row in known if named in (row.studio_id, row.name)]
    if len(matches) > 1:
        raise Declined(f"{named} is the name of several studios; say which by its id")
    if matches:
        return matches[0].studio_id, matches[0].name
    studio_id = admin.new_id()
    admin.tx.add(studios, {"studio_id": studio_id, "name": named.strip(), "created_at": admin.now_ms})
    return studio_id, named.strip()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")


def _list_games(known: list[Game]) -> str:
    return ", ".join(f"{game.slug} ({game.tenant.game_id})" for game in known[:10])
