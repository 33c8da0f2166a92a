"""Which operations a backend has: available, missing, or not known yet.

Learned from answers and cached for a day in a file per profile, for the next start.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from kraty_console.client.routes import ClientRoute, RouteTable
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.operations import ADMIN_OPERATIONS, Operation
from kraty_console.private_files import write_private

KEPT_SECONDS: Final = 24 * 3600
"""The lifetime of a cached fact."""

DETECTION: Final = "detection"
"""Stored like an operation: detection has run."""

REQUEST_IDS: Final = "request-ids"
"""Stored like an operation: answers echo the request id."""

_LAYOUT: Final = 1


class Support(StrEnum):
    """Whether a backend has an operation."""

    AVAILABLE = "available"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Capabilities:
    """The known capabilities of one backend."""

    def __init__(self, path: Path | None = None, *, backend: str = "", clock: Callable[[], float] = time.time) -> None:
        """Load what an earlier session learned.

        Args:
            path: The cache file; None keeps it only for this session.
            backend: The cache key (backend, game, kind of credential and custom routes); facts under another key are
            ignored.
            clock: Seconds since 1970.
        """
        self._path = path
        self._backend = backend
        self._clock = clock
        self._known: dict[str, tuple[Support, float]] = self._read() if path is not None else {}
        self.answers_as_kraty = False
        """Whether the health route answered in this session."""
        self.game_is_visible = False
        """Whether an answer in this session showed that the game exists for this credential."""
        self.revision = 0
        """Incremented with every learned fact."""
        self._saved_revision = 0

    def of(self, operation: str) -> Support:
        """Whether the backend has an operation."""
        state, learned_at = self._known.get(operation, (Support.UNKNOWN, 0.0))
        return state if 0 <= self._clock() - learned_at < KEPT_SECONDS else Support.UNKNOWN

    def learn(self, operation: str, state: Support) -> None:
        """Record what an answer showed."""
        if self.of(operation) is not state:
            self._known[operation] = (state, self._clock())
            self.revision += 1

    def forget(self) -> None:
        """Forget everything, so that it is detected again."""
        self._known.clear()
        self.revision += 1

    def save(self) -> None:
        """Write the cache file; if that fails, the next session detects again."""
        revision = self.revision
        if self._path is None or revision == self._saved_revision:
            return
        content = {"layout": _LAYOUT, "backend": self._backend, "operations": self._known}
        with suppress(OSError):
            write_private(self._path, json.dumps(content, indent=1) + "\n", create_folder=True)
            self._saved_revision = revision

    def _read(self) -> dict[str, tuple[Support, float]]:
        """Load the cache; an unreadable file, or one of another backend, is ignored."""
        assert self._path is not None
        try:
            content = json.loads(self._path.read_text("utf-8"))
            if content["layout"] != _LAYOUT or content["backend"] != self._backend:
                return {}
            return {name: (Support(state), float(at)) for name, (state, at) in content["operations"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}


def find_route(operation: Operation, routes: RouteTable, capabilities: Capabilities) -> ClientRoute:
    """The route of an operation.

    Raises:
        OperationMissing: the backend is known not to have it, or it is not for this kind of credential.
    """
    route = routes.route(operation)
    if capabilities.of(operation) is Support.MISSING:
        raise no_route(operation, route)
    return route


def missing_operations(routes: RouteTable, capabilities: Capabilities) -> dict[str, OperationMissing]:
    """The missing operations with the reason; available and unknown ones are not included."""
    missing: dict[str, OperationMissing] = {}
    for operation in ADMIN_OPERATIONS:
        try:
            find_route(operation, routes, capabilities)
        except OperationMissing as error:
            missing[operation] = error
    return missing


def no_route(operation: Operation, route: ClientRoute) -> OperationMissing:
    """The error for a missing route."""
    return OperationMissing(f"This Kraty has no route {route.short}.", operation=operation, route=route.short)
