"""Routes of a game about who its player is: registration, identity, metadata, presence (kraty-api 4, 5.10)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import Route, RouteAccess
from kraty_console.backend.http.sdk_route import PLAYER, THE_PLAYER, sdk_route
from kraty_console.backend.players import handlers as profiles
from kraty_console.backend.players import registration_handlers as registration
from kraty_console.backend.players import sdk_handlers as own_profile
from kraty_console.backend.players.schemas import IdentityChoice, MetadataBag, Presence, Registration
from kraty_console.contract import sdk

ROUTES: Final[tuple[Route, ...]] = (
    sdk_route(
        "POST",
        f"{PLAYER}/register",
        registration.register,
        "player.register",
        THE_PLAYER,
        Registration,
        access=RouteAccess.KEY,
        query=("force",),
        status=(201,),
        reply=sdk.PlayerRegistration,
        operation="registration.register",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/identity",
        own_profile.identity,
        "player.identity.read",
        THE_PLAYER,
        access=RouteAccess.KEY,
        reply=sdk.PlayerIdentities,
        operation="profiles.identity",
    ),
    sdk_route(
        "PUT",
        f"{PLAYER}/identity",
        own_profile.set_identity,
        "player.identity",
        THE_PLAYER,
        IdentityChoice,
        reply=sdk.PlayerIdentitySet,
        operation="profiles.set_identity",
    ),
    sdk_route(
        "PUT",
        f"{PLAYER}/metadata",
        profiles.replace_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation="profiles.replace_metadata",
    ),
    sdk_route(
        "PATCH",
        f"{PLAYER}/metadata",
        profiles.merge_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation="profiles.merge_metadata",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/presence",
        own_profile.presence,
        "player.presence",
        THE_PLAYER,
        Presence,
        reply=sdk.PresenceTold,
        operation="profiles.presence",
    ),
)
