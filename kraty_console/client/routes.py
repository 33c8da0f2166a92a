"""The routes of operations: those of the contract, replaced by a profile's own routes and field names.

Every path segment is percent-encoded as a whole and sent unchanged: an id such as `..`, `a/b` or `x/merge-into/y`
reaches that player or none, never another route (client/README.md#paths).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.characters import storage_fault
from kraty_console.contract.errors import Invalid, OperationMissing
from kraty_console.contract.operations import GAME_IDS, OPERATIONS, Operation

_MAY_HAVE_NO_PLAYER: Final = (Operation.REPLAY_DELIVERY, Operation.CORRECT_TICKET)
"""Changes of a delivery or an audit row, which may be about no player."""

Query = Mapping[str, str | int | Sequence[str] | None]
"""Query parameters; a sequence is sent as one parameter for each of its texts."""


class ClientRoute(NamedTuple):
    """A method and a path template; each `{name}` is one encoded segment."""

    method: str
    template: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.template))

    def target(self, segments: Mapping[str, str], query: Query | None = None) -> str:
        """The path and query to send; segments that the path does not name are ignored.

        Raises:
            Invalid: a segment or a query value cannot be sent (empty, NUL, or a lone surrogate).
        """
        path = self.template.format_map({name: segment(segments[name], name) for name in self.names})
        pairs = [
            f"{name}={_quoted(str(each), name)}"
            for name, value in (query or {}).items()
            if value is not None
            for each in ([value] if isinstance(value, str | int) else value)
        ]
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    @property
    def short(self) -> str:
        """`POST …/retry-reward-roll`: the method, and the path after its last id."""
        begin = self.template.rfind("}/")
        return f"{self.method} {self.template}" if begin < 0 else f"{self.method} …{self.template[begin + 1 :]}"


def built_in_route(operation: Operation) -> ClientRoute:
    """The contract's route of an operation on the admin surface."""
    spec = OPERATIONS[operation]
    return ClientRoute(spec.method, spec.path)


def key_route(operation: Operation) -> ClientRoute:
    """The contract's route of an operation on the server surface."""
    spec = OPERATIONS[operation]
    return ClientRoute(spec.method, spec.key_path)


class OutgoingChange(NamedTuple):
    """A change as it is sent."""

    route: ClientRoute
    target: str
    """Path and query."""
    body: dict[str, Any]


def _no_names(operation: str) -> Mapping[str, str | None]:
    del operation
    return {}


class RouteTable:
    """The routes of the admin surface on one backend."""

    def __init__(
        self,
        own: Mapping[str, tuple[str, str]] | None = None,
        field_names: Callable[[str], Mapping[str, str | None]] = _no_names,
    ) -> None:
        """
        Args:
            own: The profile's method and path by operation, which replace the contract's; an empty path means that
                the backend has no such route.
            field_names: Returns the backend's names of the body fields of an operation, if they differ; None leaves
                a field out.
        """
        self._own = dict(own or {})
        self._field_names = field_names

    def route(self, operation: Operation) -> ClientRoute:
        """The route of an operation.

        Raises:
            OperationMissing: the profile says that this backend has no such route, or only a server key may use it.
        """
        built_in = built_in_route(operation)
        if not built_in.template:
            raise OperationMissing("This needs a server key: no member may do it.", operation=operation)
        own = self._own.get(operation)
        if own is not None and not own[1]:
            words = f"The profile says that this Kraty has no route for {operation}."
            raise OperationMissing(words, operation=operation, route=built_in.short)
        return ClientRoute(*own) if own is not None else built_in

    def is_own(self, operation: Operation) -> bool:
        """Whether the profile sets the route of the operation, or says that there is none."""
        return operation in self._own

    def me_target(self) -> str:
        """The path of the session's own member.

        Raises:
            OperationMissing: the profile says that this backend has no such route.
        """
        return self.route(Operation.ME).target({})

    def player_target(self, player: str, game: Mapping[str, str], environment: str | None, limit: int) -> str:
        """The path and query of a look-up; equal arguments give equal text.

        Raises:
            Invalid: an id in it cannot be sent.
            OperationMissing: the profile says that this backend has no such route.
        """
        route = self.route(Operation.PLAYER)
        return route.target({"externalPlayerId": player, **game}, {"limit": limit, "environment": environment})

    def change(self, call: ChangeRequest, *, studio: str, game: str, environment: str | None) -> OutgoingChange:
        """A change as it is sent, with the environment, because several environments may have a player of that id.

        Each id is sent once: in the path if the route names it, otherwise in the body.

        Raises:
            Invalid: an id cannot be sent, or one that the route names is missing.
            OperationMissing: the profile says that this backend has no such route.
        """
        route = self.route(call.operation)
        if call.external_player_id or call.operation not in _MAY_HAVE_NO_PLAYER:
            segment(call.external_player_id, "player's id")  # also if it is sent in the body
        ids = {
            OPERATIONS[call.operation].target: call.target_id or "",
            "studioId": studio,
            "gameId": game,
            "externalPlayerId": call.external_player_id,
            "economyKey": call.economy_key or "",
        }
        target = route.target(ids, {"environment": environment})
        body = {name: value for name, value in call.request.body().items() if name not in route.names}
        names = OPERATIONS[call.operation].names
        body |= {name: ids[name] for name in names if name not in (*route.names, *GAME_IDS)}
        return OutgoingChange(route, target, self._renamed(body, call.operation))

    def _renamed(self, body: dict[str, Any], operation: Operation) -> dict[str, Any]:
        names = self._field_names(operation)
        renamed = {names.get(name, name): value for name, value in body.items()}
        return {name: value for name, value in renamed.items() if name is not None}


def segment(value: str, name: str = "id") -> str:
    """One path segment, encoded so that no proxy or library splits or normalizes it.

    Raises:
        Invalid: it is empty, or contains NUL or a lone surrogate; no player has such an id.
    """
    if not value:
        raise Invalid(f"the {name} is empty")
    encoded = _quoted(value, name)
    return encoded.replace(".", "%2E") if value in (".", "..") else encoded


def _quoted(value: str, name: str) -> str:
    fault = storage_fault(value)
    if fault is not None:
        raise Invalid(f"the {name} contains {fault}, which is not allowed")
    return quote(value, safe="")
