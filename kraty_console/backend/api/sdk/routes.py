"""The routes of `/sdk/v1` (kraty-api 4). Each asks for a `client_sdk` key; most of a player's for the secret, too."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.routing import Route

ROUTES: Final[tuple[Route, ...]] = ()
