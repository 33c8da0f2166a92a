"""The routes of the game's surface that playing and collecting need (kraty-api 4), once."""

from __future__ import annotations

from typing import Final

from kraty_console.client.routes import Route

_PLAYER: Final = "/sdk/v1/players/{player}"
_ATTEMPT: Final = _PLAYER + "/events/{event}/attempts/{attempt}"

PING: Final = Route("GET", "/sdk/v1/ping")
LOBBY: Final = Route("GET", "/sdk/v1/lobbies/{lobby}")

REGISTER: Final = Route("POST", _PLAYER + "/register")
EVENTS: Final = Route("GET", _PLAYER + "/events")

START: Final = Route("POST", _PLAYER + "/events/{event}/start")
PROGRESS: Final = Route("POST", _ATTEMPT + "/progress")
FINISH: Final = Route("POST", _ATTEMPT + "/finish")

PENDING: Final = Route("GET", _PLAYER + "/pending-grants")
CLAIM: Final = Route("POST", _PLAYER + "/grants/{grant}/claim")
OPEN: Final = Route("POST", _PLAYER + "/crates/{grant}/open")

INVENTORY: Final = Route("GET", _PLAYER + "/inventory")
CONSUME: Final = Route("POST", _PLAYER + "/inventory/{item_key}/consume")
WALLET: Final = Route("GET", _PLAYER + "/wallet")
DEBIT: Final = Route("POST", _PLAYER + "/wallet/{economy_key}/debit")
