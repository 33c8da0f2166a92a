"""Routes of a studio's backend about a player: who they are, whether they may play, whom they know (kraty-api 3)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.request_models import ExplainedRequest
from kraty_console.backend.http.routing import Route
from kraty_console.backend.http.server_route import PLAYER, THE_PLAYER, server_route
from kraty_console.backend.lifecycle import import_handlers as migrate
from kraty_console.backend.players import handlers as profiles
from kraty_console.backend.players import server_handlers as standing
from kraty_console.backend.players.schemas import EmailChange, IdentityChoice, MetadataBag, ServerBan
from kraty_console.contract import friends as told
from kraty_console.contract import sdk, server
from kraty_console.contract.purchases import PlayerSpend

ROUTES: Final[tuple[Route, ...]] = (
    server_route(
        "PUT",
        f"{PLAYER}/identity",
        profiles.set_identity,
        "player.identity",
        THE_PLAYER,
        IdentityChoice,
        reply=server.IdentitySet,
        operation="profiles.set_identity",
    ),
    server_route(
        "PUT",
        f"{PLAYER}/metadata",
        profiles.replace_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation="profiles.replace_metadata",
    ),
    server_route(
        "PATCH",
        f"{PLAYER}/metadata",
        profiles.merge_metadata,
        "player.metadata",
        THE_PLAYER,
        MetadataBag,
        reply=sdk.PlayerMetadata,
        operation="profiles.merge_metadata",
    ),
    server_route(
        "PUT",
        f"{PLAYER}/email",
        profiles.set_email,
        "player.email",
        THE_PLAYER,
        EmailChange,
        reply=server.EmailSet,
        operation="profiles.set_email",
    ),
    server_route(
        "POST",
        f"{PLAYER}/ban",
        standing.ban,
        "player.ban",
        THE_PLAYER,
        ServerBan,
        reply=server.PlayerBanned,
        operation="standing.ban",
    ),
    server_route(
        "POST",
        f"{PLAYER}/unban",
        standing.unban,
        "player.unban",
        THE_PLAYER,
        ExplainedRequest,
        reply=server.PlayerUnbanned,
        operation="standing.unban",
    ),
    server_route(
        "GET",
        f"{PLAYER}/friends",
        standing.friends,
        "friend.read",
        THE_PLAYER,
        reply=told.Friends,
        operation="standing.friends",
    ),
    server_route(
        "GET",
        f"{PLAYER}/friends/requests",
        standing.friend_requests,
        "friend.read",
        THE_PLAYER,
        reply=told.FriendRequests,
        operation="standing.friend_requests",
    ),
    server_route(
        "GET",
        f"{PLAYER}/blocks",
        standing.blocks,
        "player.block.read",
        THE_PLAYER,
        reply=told.Blocks,
        operation="standing.blocks",
    ),
    server_route(
        "GET",
        f"{PLAYER}/spend",
        standing.spend,
        "purchase.read",
        THE_PLAYER,
        reply=PlayerSpend,
        operation="standing.spend",
    ),
    *(
        server_route(
            "POST",
            f"/migrate/{what}",
            rule,
            f"migrate.{what}",
            body=body,
            reply=server.Migrated,
            operation=f"migrate.{what}",
        )
        for what, rule, body in (
            ("players", migrate.players, migrate.PlayerBatch),
            ("wallet", migrate.wallet, migrate.WalletBatch),
            ("inventory", migrate.inventory, migrate.InventoryBatch),
        )
    ),
)
