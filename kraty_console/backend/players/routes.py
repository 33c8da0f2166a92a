"""Routes of players."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.http.routing import (
    PLAYER,
    THE_PLAYER,
    Route,
    RouteAccess,
    admin_route,
    sdk_route,
    server_route,
)
from kraty_console.backend.players import handlers
from kraty_console.backend.players.schemas import (
    EmailChange,
    IdentityChoice,
    MetadataBag,
    Presence,
    Registration,
    ServerBan,
)
from kraty_console.contract import sdk, server
from kraty_console.contract.operations import Operation

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.BAN, handlers.ban_for_admin, operation_id="bans.ban"),
    admin_route(Operation.UNBAN, handlers.unban_for_admin, named="player.unban", operation_id="bans.unban"),
    admin_route(
        Operation.NOTES, handlers.notes_of_player, query=("environment", "cursor", "limit"), operation_id="notes.page"
    ),
    admin_route(Operation.ADD_NOTE, handlers.add_note, status=(201, 200), operation_id="notes.add"),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "POST",
        f"{PLAYER}/register",
        handlers.register,
        "player.register",
        THE_PLAYER,
        Registration,
        access=RouteAccess.KEY,
        query=("force",),
        status=(201,),
        reply=sdk.PlayerRegistration,
        operation_id="registration.register",
    ),
    sdk_route(
        "GET",
        f"{PLAYER}/identity",
        handlers.identity,
        "player.identity.read",
        THE_PLAYER,
        access=RouteAccess.KEY,
        reply=sdk.PlayerIdentities,
        operation_id="profiles.identity",
    ),
    sdk_route(
        "PUT",
        f"{PLAYER}/identity",
        handlers.set_own_identity,
        "player.identity",
        THE_PLAYER,
        IdentityChoice,
        reply=sdk.PlayerIdentitySet,
        operation_id="profiles.set_identity",
    ),
    sdk_route(
        "PUT",
        f"{PLAYER}/metadata",
        handlers.replace_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation_id="profiles.replace_metadata",
    ),
    sdk_route(
        "PATCH",
        f"{PLAYER}/metadata",
        handlers.merge_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation_id="profiles.merge_metadata",
    ),
    sdk_route(
        "POST",
        f"{PLAYER}/presence",
        handlers.presence,
        "player.presence",
        THE_PLAYER,
        Presence,
        reply=sdk.PresenceTold,
        operation_id="profiles.presence",
    ),
)

SERVER: Final[tuple[Route, ...]] = (
    server_route(
        "PUT",
        f"{PLAYER}/identity",
        handlers.set_identity,
        "player.identity",
        THE_PLAYER,
        IdentityChoice,
        reply=server.IdentitySet,
        operation_id="profiles.set_identity",
    ),
    server_route(
        "PUT",
        f"{PLAYER}/metadata",
        handlers.replace_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation_id="profiles.replace_metadata",
    ),
    server_route(
        "PATCH",
        f"{PLAYER}/metadata",
        handlers.merge_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation_id="profiles.merge_metadata",
    ),
    server_route(
        "PUT",
        f"{PLAYER}/email",
        handlers.set_email,
        "player.email",
        THE_PLAYER,
        EmailChange,
        reply=server.EmailSet,
        operation_id="profiles.set_email",
    ),
    server_route(
        "POST",
        f"{PLAYER}/ban",
        handlers.ban_for_server,
        "player.ban",
        THE_PLAYER,
        ServerBan,
        reply=server.PlayerBanned,
        operation_id="standing.ban",
    ),
    server_route(
        "POST",
        f"{PLAYER}/unban",
        handlers.unban_for_server,
        "player.unban",
        THE_PLAYER,
        ExplainedRequest,
        reply=server.PlayerUnbanned,
        operation_id="standing.unban",
    ),
)
