"""Routes of deliveries and endpoints."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import Route, RouteAccess, admin_route
from kraty_console.backend.webhooks import endpoints, handlers
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

ADMIN: Final[tuple[Route, ...]] = (
    admin_route(Operation.DELIVERIES, handlers.deliveries, query=_FILTERS, operation_id="webhooks.deliveries"),
    admin_route(Operation.DELIVERY, handlers.delivery, named="webhook.read", operation_id="webhooks.delivery"),
    admin_route(Operation.REPLAY_DELIVERY, handlers.replay, operation_id="webhooks.replay"),
    Route(
        "GET",
        _ENDPOINTS,
        RouteAccess.GAME,
        _MANAGE,
        handlers.listed,
        query=_WHERE,
        reply=EndpointList,
        operation_id="webhooks.listed",
    ),
    Route(
        "POST",
        _ENDPOINTS,
        RouteAccess.GAME,
        _MANAGE,
        handlers.create,
        named=endpoints.CREATE,
        body=CreateEndpoint,
        query=_WHERE,
        status=(201, 200),
        reply=EndpointCreated,
        operation_id="webhooks.create",
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
            operation_id=f"webhooks.{verb}",
        )
        for verb, handler, action in (
            ("pause", handlers.pause, endpoints.PAUSE),
            ("unpause", handlers.unpause, endpoints.UNPAUSE),
            ("archive", handlers.archive, endpoints.ARCHIVE),
        )
    ),
)
