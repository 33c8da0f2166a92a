"""API keys: found by their public prefix, compared by hash in constant time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.auth.tokens import MAX_CREDENTIAL_LENGTH, digest, key_prefix, matches
from kraty_console.backend.storage.queries import Queries, Query, Reader, parameter
from kraty_console.backend.storage.tables import ApiKeyRecord, api_keys
from kraty_console.backend.storage.tables.columns import TEXT
from kraty_console.backend.storage.transaction import Transaction

CLIENT_SDK: Final = "client_sdk"
SERVER_INTEGRATION: Final = "server_integration"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An active key."""

    key_id: str
    prefix: str
    permission_set: str
    environment: str
    studio_id: str
    game_id: str


_ACTIVE: Final = Query(
    ApiKeyRecord,
    sa.select(api_keys).where(api_keys.c.prefix == parameter("prefix", TEXT), api_keys.c.revoked_at.is_(None)),
)
_FIND_ACTIVE: Final = Queries(_ACTIVE)


async def find_key(reader: Reader, key: str) -> ApiKey | None:
    """What a key is for; None when it is unknown or revoked."""
    prefix = key_prefix(key)
    if prefix is None or len(key) > MAX_CREDENTIAL_LENGTH or not key.isascii():
        return None
    for row in (await reader.fetch(_FIND_ACTIVE, {"prefix": prefix}))[_ACTIVE]:
        if matches(key, row.secret_hash):
            return ApiKey(row.key_id, row.prefix, row.permission_set, row.environment, row.studio_id, row.game_id)
    return None


async def create_key(
    tx: Transaction,
    *,
    studio_id: str,
    game_id: str,
    key_id: str,
    key: str,
    permission_set: str,
    environment: str,
    now_ms: int,
) -> None:
    """Keep a new key; of it only its prefix and its hash stay."""
    await tx.execute(
        api_keys.insert().values(
            studio_id=studio_id,
            game_id=game_id,
            key_id=key_id,
            prefix=key_prefix(key),
            secret_hash=digest(key),
            permission_set=permission_set,
            environment=environment,
            created_at=now_ms,
        )
    )
