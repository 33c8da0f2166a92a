"""The routes of `/server/v1` (contract/SERVER.md)."""

from __future__ import annotations

from typing import Final

from kraty_console.client.routes import ClientRoute

_PLAYER: Final = "/server/v1/players/{externalPlayerId}"
_ATTEMPT: Final = _PLAYER + "/events/{event}/attempts/{attempt}"
_GAME: Final = "/server/v1/games/{game}"

PING: Final = ClientRoute("GET", "/server/v1/ping")

SNAPSHOT: Final = ClientRoute("GET", _PLAYER)
EXPORT: Final = ClientRoute("GET", _PLAYER + "/export")
SPEND: Final = ClientRoute("GET", _PLAYER + "/spend")
FRIENDS: Final = ClientRoute("GET", _PLAYER + "/friends")
FRIEND_REQUESTS: Final = ClientRoute("GET", _PLAYER + "/friends/requests")
BLOCKS: Final = ClientRoute("GET", _PLAYER + "/blocks")

MERGE: Final = ClientRoute("POST", _PLAYER + "/merge-into/{targetId}")
DELETE: Final = ClientRoute("POST", _PLAYER + "/delete")
BAN: Final = ClientRoute("POST", _PLAYER + "/ban")
UNBAN: Final = ClientRoute("POST", _PLAYER + "/unban")
IDENTITY: Final = ClientRoute("PUT", _PLAYER + "/identity")
EMAIL: Final = ClientRoute("PUT", _PLAYER + "/email")
REPLACE_METADATA: Final = ClientRoute("PUT", _PLAYER + "/metadata")
MERGE_METADATA: Final = ClientRoute("PATCH", _PLAYER + "/metadata")

GRANTS: Final = ClientRoute("POST", _PLAYER + "/grants")
ACK: Final = ClientRoute("POST", _PLAYER + "/grants/{grantId}/ack")
CREDIT: Final = ClientRoute("POST", _PLAYER + "/wallet/{economyKey}/credit")
DEBIT: Final = ClientRoute("POST", _PLAYER + "/wallet/{economyKey}/debit")
ITEM_GRANT: Final = ClientRoute("POST", _PLAYER + "/inventory/{itemKey}/grant")
ITEM_REVOKE: Final = ClientRoute("POST", _PLAYER + "/inventory/{itemKey}/revoke")

PROGRESS: Final = ClientRoute("POST", _ATTEMPT + "/progress")
FINISH: Final = ClientRoute("POST", _ATTEMPT + "/finish")
SCORE: Final = ClientRoute("POST", "/server/v1/leaderboards/{board}/score")
PUSH_LOBBY: Final = ClientRoute("POST", _GAME + "/events/{event}/lobbies")
LOBBY: Final = ClientRoute("GET", _GAME + "/lobbies/{lobby}")

MIGRATE_PLAYERS: Final = ClientRoute("POST", "/server/v1/migrate/players")
MIGRATE_WALLET: Final = ClientRoute("POST", "/server/v1/migrate/wallet")
MIGRATE_INVENTORY: Final = ClientRoute("POST", "/server/v1/migrate/inventory")
