"""Every route of the backend, once, from its three surfaces."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.app.admin_routes import ROUTES as ADMIN
from kraty_console.backend.app.sdk_routes import ROUTES as SDK
from kraty_console.backend.app.server_routes import ROUTES as SERVER
from kraty_console.backend.http.routing import Route

ROUTES: Final[tuple[Route, ...]] = (*ADMIN, *SERVER, *SDK)
"""In the order in which paths are tried; none hides another."""
