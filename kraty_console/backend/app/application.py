"""Build the ASGI application from the table of routes."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route as PathRoute
from starlette.routing import Router
from starlette.types import ASGIApp

from kraty_console.backend.app.dispatch import PathEndpoint
from kraty_console.backend.app.reduced_routes import reduced
from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.cors import CorsPolicy
from kraty_console.backend.http.error_middleware import ErrorMiddleware
from kraty_console.backend.http.paths import router_pattern
from kraty_console.backend.http.rate_limit_gate import RateLimitGate
from kraty_console.backend.http.routing import Route

WORTH_COMPRESSING = 1024
"""Bytes; shorter answers are not compressed."""

QUICK = 3
"""The gzip level that gives most of the gain for little time."""


def build_app(services: Services, routes: Iterable[Route] = ROUTES, *, only: Reduction | None = None) -> ASGIApp:
    """The ASGI application of the three surfaces; `only` limits the operations of the admin surface."""
    if only is not None:
        routes = reduced(routes, only)
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = route
    router = Router(
        [
            PathRoute(router_pattern(path), PathEndpoint(path, methods, services), methods=list(methods))
            for path, methods in by_path.items()
        ],
        redirect_slashes=False,
    )
    free = frozenset(route.path for methods in by_path.values() for route in methods.values() if route.unlimited)
    with_errors = ErrorMiddleware(RateLimitGate(router, services, free), services.new_id, services.watch)
    compressed = GZipMiddleware(with_errors, minimum_size=WORTH_COMPRESSING, compresslevel=QUICK)
    return CorsPolicy(compressed, services.own_origins)
