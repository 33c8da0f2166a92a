"""The three surfaces, and the route that serves the OpenAPI document of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.routing import NOTHING, Handler, Route, RouteAccess

FOLDER: Final = Path(__file__).parents[2] / "openapi"
"""The documents, shipped with the package."""


@dataclass(frozen=True, slots=True)
class Surface:
    """One of the three surfaces."""

    name: str
    title: str
    words: str

    @property
    def prefix(self) -> str:
        """The prefix of its paths."""
        return f"/{self.name}/v1"

    @property
    def file(self) -> Path:
        """The file of its document."""
        return FOLDER / f"{self.name}.json"


SURFACES: Final = (
    Surface("admin", "Kraty: the portal", "For members of a studio: look players up, and fix what went wrong."),
    Surface("server", "Kraty: the studio's backend", "For a studio's own backend, with a `server_integration` key."),
    Surface("sdk", "Kraty: the game", "For games, with a `client_sdk` key, and the secret of the player who plays."),
)


@cache
def shipped_document(surface: Surface) -> Any:  # noqa: ANN401 (it is JSON)
    """The shipped document."""
    return json.loads(surface.file.read_text(encoding="utf-8"))


def document_route(name: str) -> Route:
    """The route that serves the document of a surface to anyone."""
    surface = next(each for each in SURFACES if each.name == name)
    return Route(
        "GET",
        f"{surface.prefix}/openapi.json",
        RouteAccess.ANYONE,
        NOTHING,
        _handler(surface),
        bare=True,
        tagged=True,
        operation_id="surfaces.openapi",
    )


def _handler(surface: Surface) -> Handler:
    async def openapi(call: Call) -> HandlerReply:
        """This document."""
        del call
        return HandlerReply(shipped_document(surface), bare=True, tagged=True, headers={"Cache-Control": "no-cache"})

    return openapi
