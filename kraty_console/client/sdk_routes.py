"""The routes of `/sdk/v1` for playing and collecting (contract/SDK.md)."""

from __future__ import annotations

from typing import Final

from kraty_console.client.routes import ClientRoute

_PLAYER: Final = "/sdk/v1/players/{player}"
_ATTEMPT: Final = _PLAYER + "/events/{event}/attempts/{attempt}"

PING: Final = ClientRoute("GET", "/sdk/v1/ping")
LOBBY: Final = ClientRoute("GET", "/sdk/v1/lobbies/{lobby}")

REGISTER: Final = ClientRoute("POST", _PLAYER + "/register")
EVENTS: Final = ClientRoute("GET", _PLAYER + "/events")

START: Final = ClientRoute("POST", _PLAYER + "/events/{event}/start")
PROGRESS: Final = ClientRoute("POST", _ATTEMPT + "/progress")
FINISH: Final = ClientRoute("POST", _ATTEMPT + "/finish")

PENDING: Final = ClientRoute("GET", _PLAYER + "/pending-grants")
CLAIM: Final = ClientRoute("POST", _PLAYER + "/grants/{grant}/claim")
OPEN: Final = ClientRoute("POST", _PLAYER + "/crates/{grant}/open")

INVENTORY: Final = ClientRoute("GET", _PLAYER + "/inventory")
CONSUME: Final = ClientRoute("POST", _PLAYER + "/inventory/{item_key}/consume")
WALLET: Final = ClientRoute("GET", _PLAYER + "/wallet")
DEBIT: Final = ClientRoute("POST", _PLAYER + "/wallet/{economy_key}/debit")
