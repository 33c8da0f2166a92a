"""Resolve references to players: external id, internal id, e-mail, and ids of players who were merged into others.

An external id belongs to one environment of a game. A merge frees it and leaves an alias that leads to the target
until another player has the id. No other module resolves references to players.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import sqlalchemy as sa

from kraty_console.backend.rules.errors import not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.queries import parameter
from kraty_console.backend.storage.tables import PlayerAliasRecord, PlayerRecord
from kraty_console.backend.storage.tables.columns import TEXT, UUID
from kraty_console.backend.storage.transaction import Transaction

Conditions = tuple[sa.ColumnElement[bool], ...]

STUDIO_ID: Final = parameter("studio_id", UUID)
GAME_ID: Final = parameter("game_id", UUID)
EXTERNAL_ID: Final = parameter("external_player_id", TEXT)
_ENVIRONMENT: Final = parameter("environment", TEXT)
_FOLDED_EMAIL: Final = parameter("email_folded", TEXT)
"""Places in queries that are compiled once."""


class GameKey(Protocol):
    """Anything that belongs to one game: a tenant, an API key, a row."""

    @property
    def studio_id(self) -> str: ...

    @property
    def game_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ResolvedId:
    """Where an external id leads when merges are followed."""

    row_id: str | None
    """Internal id of the player who has or had the external id; None if an early version merged them."""
    current_id: str
    """Internal id of the player they were merged into; `row_id` if they were not."""


def in_environment(game: GameKey, environment: str, table: sa.Table = tables.players) -> Conditions:
    """The rows of a table in one environment of a game."""
    column = table.c
    return (column.studio_id == game.studio_id, column.game_id == game.game_id, column.environment == environment)


def by_external_id(game: GameKey, environment: str, external_id: str, table: sa.Table = tables.players) -> Conditions:
    """The row with this external id: a player, or an alias in `player_aliases`."""
    return (*in_environment(game, environment, table), table.c.external_player_id == external_id)


def by_email(game: GameKey, environment: str, email: str) -> Conditions:
    """The players with this e-mail; case and surrounding space do not matter."""
    return (*in_environment(game, environment), tables.players.c.email_folded == fold_email(email.strip()))


def prepared_environment(table: sa.Table = tables.players) -> Conditions:
    """As `in_environment`, for a query that is compiled once and read with `prepared_values`."""
    column = table.c
    return (column.studio_id == STUDIO_ID, column.game_id == GAME_ID, column.environment == _ENVIRONMENT)


def prepared_external_id(table: sa.Table = tables.players) -> Conditions:
    """As `by_external_id`, for a query that is compiled once and read with `prepared_values`."""
    return (*prepared_environment(table), table.c.external_player_id == EXTERNAL_ID)


def prepared_email() -> Conditions:
    """As `by_email`, for a query that is compiled once and read with `prepared_values`."""
    return (*prepared_environment(), tables.players.c.email_folded == _FOLDED_EMAIL)


def prepared_values(game: GameKey, environment: str, reference: str) -> dict[str, str]:
    """The values of a prepared query, for a reference that is an external id or an e-mail."""
    return {
        STUDIO_ID.key: game.studio_id,
        GAME_ID.key: game.game_id,
        _ENVIRONMENT.key: environment,
        EXTERNAL_ID.key: reference,
        _FOLDED_EMAIL.key: fold_email(reference.strip()),
    }


def by_any_id(table: sa.Table, reference: str) -> list[sa.ColumnElement[bool]]:
    """One condition for each column of a table in which a reference may be a player's id: external, then internal."""
    external = table.c.external_player_id == reference
    return [external, table.c.player_id == reference] if is_id(reference) else [external]


def not_gone() -> Conditions:
    """The players who are neither merged into another nor erased."""
    return (tables.players.c.merged_into.is_(None), tables.players.c.deleted_at.is_(None))


def is_gone(player: PlayerRecord) -> bool:
    """Whether the player was merged into another or erased."""
    return player.merged_into is not None or player.deleted_at is not None


def fold_email(email: str) -> str:
    """An e-mail as it is searched by: case does not matter."""
    return email.casefold()


def has_email(player: PlayerRecord, folded_email: str) -> bool:
    """Whether this is the player's e-mail, folded."""
    return player.email_folded == folded_email


async def find_by_external_id(
    tx: Transaction, game: GameKey, environment: str, external_id: str, *, lock: bool = False
) -> PlayerRecord | None:
    """The player with exactly this external id; merges are not followed."""
    return await tx.find(tables.players, *by_external_id(game, environment, external_id), lock=lock)


async def get_by_external_id(tx: Transaction, game: GameKey, environment: str, external_id: str) -> PlayerRecord:
    """The player with exactly this external id; 404 `not_found` if there is none."""
    player = await find_by_external_id(tx, game, environment, external_id)
    if player is None:
        not_found("Player", external_id)
    return player


async def find_by_any_id(tx: Transaction, game: GameKey, environment: str, reference: str) -> PlayerRecord | None:
    """The player with this external id, else the one with this internal id, in any environment."""
    player = await find_by_external_id(tx, game, environment, reference)
    if player is None and is_id(reference):
        player = await tx.get(tables.players, game.studio_id, game.game_id, reference)
    return player


async def find_alias(tx: Transaction, game: GameKey, environment: str, external_id: str) -> PlayerAliasRecord | None:
    """The alias that a merge left under this id; None if there was none, or another player has the id since."""
    alias = tables.player_aliases
    return await tx.record(
        PlayerAliasRecord, sa.select(alias).where(*by_external_id(game, environment, external_id, alias))
    )


async def delete_alias(tx: Transaction, game: GameKey, environment: str, *external_ids: str) -> None:
    """Delete the aliases of these ids."""
    alias = tables.player_aliases
    await tx.execute(
        sa.delete(alias).where(
            *in_environment(game, environment, alias), tx.among(alias.c.external_player_id, external_ids)
        )
    )


async def resolve(tx: Transaction, game: GameKey, environment: str, external_id: str) -> ResolvedId | None:
    """The player with this external id, or the one that its player was merged into."""
    player = await find_by_external_id(tx, game, environment, external_id)
    if player is not None:
        return ResolvedId(player.player_id, player.merged_into or player.player_id)
    alias = await find_alias(tx, game, environment, external_id)
    return None if alias is None else ResolvedId(alias.source_id, alias.player_id)


async def follow_merge(tx: Transaction, player: PlayerRecord) -> PlayerRecord:
    """The player that this one was merged into, through any number of merges; the player itself if it was not."""
    if player.merged_into is None:
        return player
    current = await tx.get(tables.players, player.studio_id, player.game_id, player.merged_into)
    assert current is not None, "players who were merged into are kept"
    return current
