"""Routes of a game about who its player is: registration, identity, metadata, presence (kraty-api 4, 5.10)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.routing import Access, Route
from kraty_console.backend.api.sdk import registration
from kraty_console.backend.api.sdk.requests import Registration
from kraty_console.backend.api.sdk.route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.contract import sdk

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "POST",
        f"{PLAYER}/register",
        registration.register,
        "player.register",
        THE_PLAYER,
        Registration,
        access=Access.KEY,
        query=("force",),
        status=(201,),
        reply=sdk.PlayerRegistration,
    ),
)
