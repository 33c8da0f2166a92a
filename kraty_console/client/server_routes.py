"""The routes of the server surface (kraty-api 3), once."""

from __future__ import annotations

from typing import Final

from kraty_console.client.routes import Route

_PLAYER: Final = "/server/v1/players/{externalPlayerId}"
_ATTEMPT: Final = _PLAYER + "/events/{event}/attempts/{attempt}"
_GAME: Final = "/server/v1/games/{game}"

PING: Final = Route("GET", "/server/v1/ping")

SNAPSHOT: Final = Route("GET", _PLAYER)
EXPORT: Final = Route("GET", _PLAYER + "/export")
SPEND: Final = Route("GET", _PLAYER + "/spend")
FRIENDS: Final = Route("GET", _PLAYER + "/friends")
FRIEND_REQUESTS: Final = Route("GET", _PLAYER + "/friends/requests")
BLOCKS: Final = Route("GET", _PLAYER + "/blocks")

MERGE: Final = Route("POST", _PLAYER + "/merge-into/{targetId}")
DELETE: Final = Route("POST", _PLAYER + "/delete")
BAN: Final = Route("POST", _PLAYER + "/ban")
UNBAN: Final = Route("POST", _PLAYER + "/unban")
IDENTITY: Final = Route("PUT", _PLAYER + "/identity")
EMAIL: Final = Route("PUT", _PLAYER + "/email")
REPLACE_METADATA: Final = Route("PUT", _PLAYER + "/metadata")
MERGE_METADATA: Final = Route("PATCH", _PLAYER + "/metadata")

GRANTS: Final = Route("POST", _PLAYER + "/grants")
ACK: Final = Route("POST", _PLAYER + "/grants/{grantId}/ack")
CREDIT: Final = Route("POST", _PLAYER + "/wallet/{economyKey}/credit")
DEBIT: Final = Route("POST", _PLAYER + "/wallet/{economyKey}/debit")
ITEM_GRANT: Final = Route("POST", _PLAYER + "/inventory/{itemKey}/grant")
ITEM_REVOKE: Final = Route("POST", _PLAYER + "/inventory/{itemKey}/revoke")

PROGRESS: Final = Route("POST", _ATTEMPT + "/progress")
FINISH: Final = Route("POST", _ATTEMPT + "/finish")
SCORE: Final = Route("POST", "/server/v1/leaderboards/{board}/score")
PUSH_LOBBY: Final = Route("POST", _GAME + "/events/{event}/lobbies")
LOBBY: Final = Route("GET", _GAME + "/lobbies/{lobby}")

MIGRATE_PLAYERS: Final = Route("POST", "/server/v1/migrate/players")
MIGRATE_WALLET: Final = Route("POST", "/server/v1/migrate/wallet")
MIGRATE_INVENTORY: Final = Route("POST", "/server/v1/migrate/inventory")
