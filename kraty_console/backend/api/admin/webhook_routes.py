"""The routes of webhooks: deliveries, and the endpoints they go to (decisions: The admin surface)."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.api.admin import webhooks
from kraty_console.backend.api.routing import Route, RouteAccess, route_of
from kraty_console.backend.engine import endpoints
from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.contract.session import Permission
from kraty_console.contract.webhooks import (
    ChangeEndpoint,
    CreateEndpoint,
    EndpointChanged,
    EndpointCreated,
    EndpointList,
)

_ENDPOINTS: Final = OPERATIONS[Operation.DELIVERIES].path.removesuffix("deliveries") + "endpoints"
_ENDPOINT: Final = f"{_ENDPOINTS}/{{endpointId}}"

_THE_ENDPOINT: Final = ("webhook_endpoint", "endpointId")
_FILTERS: Final = ("player", "eventName", "status", "endpoint", "environment", "cursor", "limit")
_WHERE: Final = ("environment",)

_MANAGE: Final = Permission.WEBHOOK_MANAGE

ROUTES: Final[tuple[Route, ...]] = (
    route_of(Operation.DELIVERIES, webhooks.deliveries, query=_FILTERS),
    route_of(Operation.DELIVERY, webhooks.delivery, named="webhook.read"),
    route_of(Operation.REPLAY_DELIVERY, webhooks.replay),
    Route("GET", _ENDPOINTS, RouteAccess.GAME, _MANAGE, webhooks.listed, query=_WHERE, reply=EndpointList),
    Route(
        "POST",
        _ENDPOINTS,
        RouteAccess.GAME,
        _MANAGE,
        webhooks.create,
        named=endpoints.CREATE,
        body=CreateEndpoint,
        query=_WHERE,
        status=(201, 200),
        reply=EndpointCreated,
    ),
    *(
        Route(
            "POST",
            f"{_ENDPOINT}/{verb}",
            RouteAccess.GAME,
            _MANAGE,
            handler,
            _THE_ENDPOINT,
            action,
            body=ChangeEndpoint,
            query=_WHERE,
            reply=EndpointChanged,
        )
        for verb, handler, action in (
            ("pause", webhooks.pause, endpoints.PAUSE),
            ("unpause", webhooks.unpause, endpoints.UNPAUSE),
            ("archive", webhooks.archive, endpoints.ARCHIVE),
        )
    ),
)
