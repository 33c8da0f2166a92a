"""The console's operations on the server surface, where a `server_integration` key asks: all are public
(contract/SERVER.md).

The audit log names the key, never a person: who acts travels in the reason and in the metadata of each change.
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
    """The routes that a server key may use; a profile cannot say others, since these are public."""

    def __init__(self, person: str = "") -> None:
        """`person` is who acts; recorded with every change."""
        super().__init__()
        self._person = person

    def route(self, operation: Operation) -> ClientRoute:
        """Where an operation is.

        Raises:
            OperationMissing: a key may not do it.
        """
        if not OPERATIONS[operation].key_path:
            words = "This needs a member's session: Kraty publishes no call for it that a server key may make."
            raise OperationMissing(words, operation=operation)
        return key_route(operation)

    def is_own(self, operation: Operation) -> bool:
        """No profile says where these are."""
        del operation
        return False

    def player_target(self, player: str, game: Mapping[str, str], environment: str | None, limit: int) -> str:
        """The path and query of a look-up; the key says which game and environment are meant."""
        del game, environment
        return key_route(Operation.PLAYER).target({"externalPlayerId": player}, {"limit": limit})

    def change(self, call: ChangeRequest, *, studio: str, game: str, environment: str | None) -> OutgoingChange:
        """A change as it goes out."""
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
        """The request of the admin surface in the words of the server surface, with who acts and for which ticket.

        Fields that a call does not know are ignored there (contract/README.md#requests).
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
