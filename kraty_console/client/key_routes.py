"""The routes of the console's operations on the server surface, for a `server_integration` key (contract/SERVER.md).

The audit log names only the key, so the person is sent in the reason and the metadata of every change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kraty_console.client.routes import ClientRoute, OutgoingChange, RouteTable, key_route, segment
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import OperationMissing
from kraty_console.contract.limits import MAX_REASON
from kraty_console.contract.operations import OPERATIONS, Operation


class KeyRouteTable(RouteTable):
    """The routes for a server key. They are public, so a profile cannot replace them."""

    def __init__(self, person: str = "") -> None:
        """`person` is the name of who acts; it is recorded with every change."""
        super().__init__()
        self._person = person

    def route(self, operation: Operation) -> ClientRoute:
        """The route of an operation.

        Raises:
            OperationMissing: a server key has no such call.
        """
        if not OPERATIONS[operation].key_path:
            words = "This needs a member's session: Kraty publishes no call for it that a server key may make."
            raise OperationMissing(words, operation=operation)
        return key_route(operation)

    def is_own(self, operation: Operation) -> bool:
        """Always False: a profile cannot replace these routes."""
        del operation
        return False

    def player_target(self, player: str, game: Mapping[str, str], environment: str | None, limit: int) -> str:
        """The path and query of a look-up; the key implies game and environment."""
        del game, environment
        return key_route(Operation.PLAYER).target({"externalPlayerId": player}, {"limit": limit})

    def change(self, call: ChangeRequest, *, studio: str, game: str, environment: str | None) -> OutgoingChange:
        """A change as it is sent."""
        del studio, game, environment
        route = self.route(call.operation)
        ids = {
            **dict.fromkeys(route.names, call.target_id or ""),
            "externalPlayerId": call.external_player_id,
            "economyKey": call.economy_key or "",
        }
        segment(call.external_player_id, "player's id")
        return OutgoingChange(route, route.target(ids), self._body(call))

    def _body(self, call: ChangeRequest) -> dict[str, Any]:
        """The body on the server surface, made from the request of the admin surface, with person and ticket.

        The server surface ignores fields that a call does not have (contract/README.md#requests).
        """
        body = call.request.body()
        body.pop("externalPlayerId", None)
        reason, ticket = body.pop("reason", None), body.pop("ticket", None)
        recorded = {"requestedBy": self._person, "reason": reason, "ticket": ticket}
        body["metadata"] = {
            **(body.get("metadata") or {}),
            **{name: value for name, value in recorded.items() if value},
        }
        by = " · ".join(part for part in (self._person, ticket) if part)
        words = f"{reason or 'no reason given'} ({by})" if by else reason
        if words:
            body["reason"] = words[:MAX_REASON]
        if ticket:
            body["sourceRefId"] = body["ticket"] = ticket
        if call.operation is Operation.MANUAL_GRANT:
            body["sourceKind"] = "admin"
        return body
