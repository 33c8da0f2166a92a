"""Secrets of players: found by the player, compared by hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.auth.api_keys import ApiKey
from kraty_console.backend.auth.tokens import MAX_CREDENTIAL_LENGTH, matches
from kraty_console.backend.rules import player_refs
from kraty_console.backend.storage.queries import Queries, Query, Reader
from kraty_console.backend.storage.tables import PlayerRecord, players

PLAYER_SECRET: Final = "x-player-secret"  # noqa: S105 (the name of a header)


@dataclass(frozen=True, slots=True)
class SecretHolder:
    """A player whose secret was shown."""

    player_id: str
    external_player_id: str


_PLAYER: Final = Query(
    PlayerRecord,
    sa.select(players.c.player_id, players.c.secret_hash).where(*player_refs.prepared_external_id()),
)
_FIND_PLAYER: Final = Queries(_PLAYER)


async def find_secret_holder(reader: Reader, key: ApiKey, external_id: str, secret: str | None) -> SecretHolder | None:
    """The player, in the game and environment of the key, whose secret this is; None when it is not theirs."""
    if not secret or len(secret) > MAX_CREDENTIAL_LENGTH:
        return None
    row = await _found(reader, key, external_id)
    if row is None or row.secret_hash is None or not matches(secret, row.secret_hash):
        return None
    return SecretHolder(row.player_id, external_id)


async def player_exists(reader: Reader, key: ApiKey, external_id: str) -> bool:
    """Whether there is a player of that id in the game and environment of the key."""
    return await _found(reader, key, external_id) is not None


async def _found(reader: Reader, key: ApiKey, external_id: str) -> PlayerRecord | None:
    values = player_refs.prepared_values(key, key.environment, external_id)
    return (await reader.fetch(_FIND_PLAYER, values)).first(_PLAYER)
