"""What a backend has: for each operation whether its route is available, missing, or not known yet.

Learned from use and kept for a day in a file of the profile, so that the next start knows it at once.
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

KEPT_SECONDS: Final = 24 * 3600
"""How long a thing once learned is believed."""

DETECTION: Final = "detection"
"""Known like an operation: that everything was looked for."""

REQUEST_IDS: Final = "request-ids"
"""Known like an operation: that answers carry the request id that was sent."""

_LAYOUT: Final = 1


class Support(StrEnum):
    """Whether a backend has an operation."""

    AVAILABLE = "available"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Capabilities:
    """What is known of one backend."""

    def __init__(self, path: Path | None = None, *, backend: str = "", clock: Callable[[], float] = time.time) -> None:
        """Reads what an earlier session learned.

        Args:
            path: Where it is kept; None keeps it for this session alone.
            backend: Names the backend, the game, the kind of credential and the profile's own routes: what was learned
                under another name is not believed.
            clock: Seconds since 1970.
        """
        self._path = path
        self._backend = backend
        self._clock = clock
        self._known: dict[str, tuple[Support, float]] = self._read() if path is not None else {}
        self.answers_as_kraty = False
        """Whether its health answered in this session."""
        self.game_is_visible = False
        """Whether an answer in this session showed that the game exists for this credential."""
        self.revision = 0
        """Grows with everything that is learned."""
        self._saved_revision = 0

    def of(self, operation: str) -> Support:
        """Whether the backend has an operation."""
        state, learned_at = self._known.get(operation, (Support.UNKNOWN, 0.0))
        return state if 0 <= self._clock() - learned_at < KEPT_SECONDS else Support.UNKNOWN

    def learn(self, operation: str, state: Support) -> None:
        """Take in what an answer showed."""
        if self.of(operation) is not state:
            self._known[operation] = (state, self._clock())
            self.revision += 1

    def forget(self) -> None:
        """Believe nothing that was learned before: it is looked at anew."""
        self._known.clear()
        self.revision += 1

    def save(self) -> None:
        """Write what was learned to the file; where that fails, the next session asks again."""
        revision = self.revision
        if self._path is None or revision == self._saved_revision:
            return
        from kraty_console.config.private_files import write_private

        content = {"layout": _LAYOUT, "backend": self._backend, "operations": self._known}
        with suppress(OSError):
            write_private(self._path, json.dumps(content, indent=1) + "\n")
            self._saved_revision = revision

    def _read(self) -> dict[str, tuple[Support, float]]:
        """An unreadable file, or one of another backend, means that nothing is known: it is a cache."""
        assert self._path is not None
        try:
            content = json.loads(self._path.read_text("utf-8"))
            if content["layout"] != _LAYOUT or content["backend"] != self._backend:
                return {}
            return {name: (Support(state), float(at)) for name, (state, at) in content["operations"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}


def find_route(operation: Operation, routes: RouteTable, capabilities: Capabilities) -> ClientRoute:
    """Where an operation is.

    Raises:
        OperationMissing: the backend is known not to have it, or the credential is none for it.
    """
    route = routes.route(operation)
    if capabilities.of(operation) is Support.MISSING:
        raise no_route(operation, route)
    return route


def missing_operations(routes: RouteTable, capabilities: Capabilities) -> dict[str, OperationMissing]:
    """By operation: why it cannot be asked for; what is available, or not known yet, is not in it."""
    found: dict[str, OperationMissing] = {}
    for operation in ADMIN_OPERATIONS:
        try:
            find_route(operation, routes, capabilities)
        except OperationMissing as error:
            found[operation] = error
    return found


def no_route(operation: Operation, route: ClientRoute) -> OperationMissing:
    """That the backend has no such route."""
    return OperationMissing(f"This Kraty has no route {route.short}.", operation=operation, route=route.short)
