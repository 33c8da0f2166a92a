"""CORS: any origin may call `/sdk/v1`, the portal's pages may call `/admin/v1`.

A client key is public, a player's secret is in a header that the page sets, and cookies are ignored there: so any
origin is allowed, without the browser's credentials. The portal's pages sign in by cookie.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

SENT: Final = (
    "authorization",
    "content-type",
    "if-none-match",
    "last-event-id",
    "x-kraty-sdk",
    "x-player-secret",
    "x-request-id",
)
"""Request headers that a page may send."""

SENT_BY_PORTAL: Final = ("content-type", "if-none-match", "x-request-id")

SHOWN: Final = ("etag", "idempotent-replayed", "retry-after", "x-request-id")
"""Response headers that a page may read."""

REMEMBERED: Final = 600
"""Seconds for which a browser caches a preflight."""


class CorsPolicy:
    """Middleware that answers preflights and adds CORS headers."""

    def __init__(self, app: ASGIApp, portal: frozenset[str]) -> None:
        """`portal` are the origins of the portal's pages."""
        self._app = app
        self._portal = portal
        self._for_portal = CORSMiddleware(
            app,
            allow_origins=sorted(portal),
            allow_credentials=True,
            allow_methods=METHODS,
            allow_headers=SENT_BY_PORTAL,
            expose_headers=SHOWN,
            max_age=REMEMBERED,
        )
        self._for_games = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=SHOWN,
            max_age=REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._chosen(scope)(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._app
        if scope["path"].startswith("/sdk/"):
            return self._for_games
        if scope["path"].startswith("/admin/") and Headers(scope=scope).get("origin") in self._portal:
            return self._for_portal
        return self._app
