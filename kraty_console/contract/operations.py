"""The operations of the admin surface: a name, a method and a path each, and whether Kraty publishes them.

The name is what a profile's `routes`, `backend serve --only` and `health.features` call an operation. Four are public;
the others follow their pattern (contract/README.md#admin-surface) and may be missing on another backend.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Operation(StrEnum):
    """What the console asks of a backend; a change has the name of its `ActionKind`."""

    HEALTH = "health"
    ME = "me"
    END_SESSION = "end_session"
    SEARCH = "search"
    PLAYER = "player"
    TIMELINE = "timeline"
    CATALOG = "catalog"
    AUDIT_LOG = "audit_log"
    AUDIT_ROW = "audit_row"
    DELIVERIES = "deliveries"
    DELIVERY = "delivery"
    FORCE_COMPLETE = "force_complete"
    RETRY_ROLL = "retry_roll"
    MANUAL_GRANT = "manual_grant"
    FORCE_CLAIM = "force_claim"
    CREDIT = "credit"
    BAN = "ban"
    UNBAN = "unban"
    REPLAY_DELIVERY = "replay_delivery"


class OperationRoute(NamedTuple):
    """Where an operation is: `{names}` in the path are filled with one encoded segment each."""

    method: str
    path: str
    published: bool = False
    """Whether Kraty's public documents name it; the rest is this project's own extension of their pattern."""


_STUDIO: Final = "/admin/v1/studios/{studioId}"
_GAME: Final = _STUDIO + "/games/{gameId}"
_PLAYER: Final = _GAME + "/players/{externalPlayerId}"

OPERATIONS: Final[dict[Operation, OperationRoute]] = {
    Operation.HEALTH: OperationRoute("GET", "/admin/v1/health", published=True),
    Operation.ME: OperationRoute("GET", "/admin/v1/me"),
    Operation.END_SESSION: OperationRoute("DELETE", "/admin/v1/session"),
    Operation.SEARCH: OperationRoute("GET", _GAME + "/players"),
    Operation.PLAYER: OperationRoute("GET", _PLAYER, published=True),
    Operation.TIMELINE: OperationRoute("GET", _PLAYER + "/timeline"),
    Operation.CATALOG: OperationRoute("GET", _GAME + "/catalog"),
    Operation.AUDIT_LOG: OperationRoute("GET", _STUDIO + "/audit-log"),
    Operation.AUDIT_ROW: OperationRoute("GET", _STUDIO + "/audit-log/{auditId}"),
    Operation.DELIVERIES: OperationRoute("GET", _GAME + "/webhooks/deliveries"),
    Operation.DELIVERY: OperationRoute("GET", _GAME + "/webhooks/deliveries/{deliveryId}"),
    Operation.FORCE_COMPLETE: OperationRoute("POST", _GAME + "/attempts/{attemptId}/force-complete"),
    Operation.RETRY_ROLL: OperationRoute("POST", _GAME + "/attempts/{attemptId}/retry-reward-roll"),
    Operation.MANUAL_GRANT: OperationRoute("POST", _GAME + "/grants", published=True),
    Operation.FORCE_CLAIM: OperationRoute("POST", _GAME + "/grants/{grantId}/force-claim", published=True),
    Operation.CREDIT: OperationRoute("POST", _PLAYER + "/wallet/{economyKey}/credit"),
    Operation.BAN: OperationRoute("POST", _PLAYER + "/ban"),
    Operation.UNBAN: OperationRoute("POST", _PLAYER + "/unban"),
    Operation.REPLAY_DELIVERY: OperationRoute("POST", _GAME + "/webhooks/deliveries/{deliveryId}/replay"),
}

PUBLISHED: Final = tuple(operation for operation, route in OPERATIONS.items() if route.published)
"""The operations that every Kraty has."""

FEATURE_PREFIX: Final = "operation:"
"""Begins a feature in the answer of `health` that names an operation; a backend that names one names all it has."""
