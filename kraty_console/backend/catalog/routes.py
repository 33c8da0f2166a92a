"""Routes of the catalog."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.catalog import handlers
from kraty_console.backend.http.routing import Route, RouteAccess, admin_route, sdk_route
from kraty_console.contract import holdings
from kraty_console.contract.operations import Operation

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.CATALOG, handlers.catalog_for_admin, tagged=True, operation_id="catalog.catalog"),
)

SDK: Final[tuple[Route, ...]] = (
    sdk_route(
        "GET",
        "/catalog",
        handlers.catalog_for_game,
        "catalog.read",
        access=RouteAccess.KEY,
        reply=holdings.GameCatalog,
        tagged=True,
        operation_id="about.catalog",
    ),
)
