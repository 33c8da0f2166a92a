"""Games that run in a browser: pages of any origin may call `/sdk/v1`, and nothing else (kraty-api 7.7: CORS).

A client key is public, a player's secret is in a header that the page itself sets, and cookies count for nothing there:
so any origin may be let in, without credentials of the browser's own.
"""

from __future__ import annotations

from typing import Final

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
"""Headers that a page may send."""

SHOWN: Final = ("etag", "idempotent-replayed", "retry-after", "x-request-id")
"""Headers of an answer that a page may read."""

REMEMBERED: Final = 600
"""Seconds for which a browser need not ask again."""


class Browsers:
    """Answers what browsers ask before they call `/sdk/v1`, and lets their pages read the answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=SHOWN,
            max_age=REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        for_games = scope["type"] == "http" and scope["path"].startswith("/sdk/")
        await (self._open if for_games else self._app)(scope, receive, send)
