"""The routes of `/sdk/v1` (kraty-api 4), from their families.

Each asks for a `client_sdk` key; most of what is a player's asks for the player's secret, too.
"""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.openapi.surfaces import document_route
from kraty_console.backend.api.routing import Route
from kraty_console.backend.api.sdk.board_routes import ROUTES as BOARDS
from kraty_console.backend.api.sdk.collecting_routes import ROUTES as COLLECTING
from kraty_console.backend.api.sdk.friend_routes import ROUTES as FRIENDS
from kraty_console.backend.api.sdk.gift_routes import ROUTES as GIFTS
from kraty_console.backend.api.sdk.play_routes import ROUTES as PLAY
from kraty_console.backend.api.sdk.profile_routes import ROUTES as PROFILES
from kraty_console.backend.api.sdk.purchases import ROUTES as PURCHASES

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
