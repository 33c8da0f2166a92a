"""The routes of `/sdk/v1` (kraty-api 4), from their families.

Each asks for a `client_sdk` key; most of what is a player's asks for the player's secret, too.
"""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app.openapi.surfaces import document_route
from kraty_console.backend.economy.purchase_handlers import ROUTES as PURCHASES
from kraty_console.backend.economy.sdk_routes import ROUTES as COLLECTING
from kraty_console.backend.events.sdk_routes import ROUTES as PLAY
from kraty_console.backend.http.routing import Route
from kraty_console.backend.leaderboards.sdk_routes import ROUTES as BOARDS
from kraty_console.backend.players.sdk_routes import ROUTES as PROFILES
from kraty_console.backend.social.friend_routes import ROUTES as FRIENDS
from kraty_console.backend.social.gift_routes import ROUTES as GIFTS

ROUTES: Final[tuple[Route, ...]] = (
    document_route("sdk"),
    *PROFILES,
    *FRIENDS,
    *GIFTS,
    *PURCHASES,
    *COLLECTING,
    *BOARDS,
    *PLAY,
)
