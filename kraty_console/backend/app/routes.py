"""Every route of the backend, collected from the domains.

The order is that of the OpenAPI documents; no route hides another.
"""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app import status_routes as status
from kraty_console.backend.app.openapi.surfaces import document_route
from kraty_console.backend.audit import routes as audit
from kraty_console.backend.catalog import routes as catalog
from kraty_console.backend.economy import routes as economy
from kraty_console.backend.events import routes as events
from kraty_console.backend.grants import routes as grants
from kraty_console.backend.http.routing import Route
from kraty_console.backend.leaderboards import routes as leaderboards
from kraty_console.backend.lifecycle import routes as lifecycle
from kraty_console.backend.lobbies import routes as lobbies
from kraty_console.backend.lookup import routes as lookup
from kraty_console.backend.players import routes as players
from kraty_console.backend.social import routes as social
from kraty_console.backend.webhooks import routes as webhooks

ADMIN: Final[tuple[Route, ...]] = (
    document_route("admin"),
    *status.ADMIN,
    *audit.ADMIN,
    *catalog.ADMIN,
    *lookup.ADMIN,
    *events.ADMIN,
    *grants.ADMIN,
    *economy.ADMIN,
    *players.ADMIN,
    *webhooks.ADMIN,
)

SERVER: Final[tuple[Route, ...]] = (
    document_route("server"),
    *status.SERVER,
    *lookup.SERVER,
    *grants.SERVER,
    *economy.SERVER_WALLET,
    *players.SERVER,
    *social.SERVER,
    *economy.SERVER_SPEND,
    *lifecycle.SERVER,
    *grants.SERVER_CLAIMS,
    *economy.SERVER_INVENTORY,
    *leaderboards.SERVER,
    *events.SERVER,
    *lobbies.SERVER,
)

SDK: Final[tuple[Route, ...]] = (
    document_route("sdk"),
    *players.SDK,
    *social.SDK,
    *economy.SDK_PURCHASES,
    *status.SDK,
    *catalog.SDK,
    *grants.SDK,
    *economy.SDK,
    *leaderboards.SDK,
    *events.SDK,
    *lobbies.SDK,
)

ROUTES: Final[tuple[Route, ...]] = (*ADMIN, *SERVER, *SDK)
