"""Every route of the backend, once, from its three surfaces."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.admin.routes import ROUTES as ADMIN
from kraty_console.backend.api.routing import Route
from kraty_console.backend.api.sdk.routes import ROUTES as SDK
from kraty_console.backend.api.server.routes import ROUTES as SERVER

ROUTES: Final[tuple[Route, ...]] = (*ADMIN, *SERVER, *SDK)
"""In the order in which paths are tried; none hides another."""
