"""Routes of the catalog."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.catalog import handlers
from kraty_console.backend.http.routing import Route, RouteAccess, method_and_path, sdk_route
from kraty_console.contract import holdings
from kraty_console.contract.catalog import Catalog
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Permission

ADMIN: Final[tuple[Route, ...]] = (
    Route(
        *method_and_path(Operation.CATALOG),
        RouteAccess.GAME,
        Permission.PLAYER_READ,
        handlers.catalog_for_admin,
        reply=Catalog,
        tagged=True,
        operation="catalog.catalog",
    ),
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
        operation="about.catalog",
    ),
)
