"""The routes of `/server/v1` (contract/SERVER.md), except those that the contract's table of operations has."""

from __future__ import annotations

from typing import Final

from kraty_console.client.routes import ClientRoute, key_route
from kraty_console.contract.operations import Operation

_PLAYER: Final = "/server/v1/players/{externalPlayerId}"
_ATTEMPT: Final = _PLAYER + "/events/{event}/attempts/{attempt}"
_GAME: Final = "/server/v1/games/{game}"

PING: Final = key_route(Operation.ME)

SNAPSHOT: Final = key_route(Operation.PLAYER)
EXPORT: Final = ClientRoute("GET", _PLAYER + "/export")
SPEND: Final = ClientRoute("GET", _PLAYER + "/spend")
FRIENDS: Final = ClientRoute("GET", _PLAYER + "/friends")
FRIEND_REQUESTS: Final = ClientRoute("GET", _PLAYER + "/friends/requests")
BLOCKS: Final = ClientRoute("GET", _PLAYER + "/blocks")

MERGE: Final = key_route(Operation.MERGE)
DELETE: Final = ClientRoute("POST", _PLAYER + "/delete")
BAN: Final = key_route(Operation.BAN)
UNBAN: Final = key_route(Operation.UNBAN)
IDENTITY: Final = ClientRoute("PUT", _PLAYER + "/identity")
EMAIL: Final = ClientRoute("PUT", _PLAYER + "/email")
REPLACE_METADATA: Final = ClientRoute("PUT", _PLAYER + "/metadata")
MERGE_METADATA: Final = ClientRoute("PATCH", _PLAYER + "/metadata")

GRANTS: Final = key_route(Operation.MANUAL_GRANT)
ACK: Final = key_route(Operation.FORCE_CLAIM)
CREDIT: Final = key_route(Operation.CREDIT)
DEBIT: Final = key_route(Operation.DEBIT)
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
