"""Routes of deliveries and endpoints."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.http.routing import Route, RouteAccess, method_and_path
from kraty_console.backend.webhooks import endpoints, handlers
from kraty_console.contract.operations import Operation
from kraty_console.contract.session import Permission
from kraty_console.contract.webhooks import (
    ChangeEndpoint,
    CreateEndpoint,
    DeliveryDetail,
    DeliveryPage,
    DeliveryReplayed,
    EndpointChanged,
    EndpointCreated,
    EndpointList,
    ReplayDelivery,
)

_WEBHOOKS: Final = "/admin/v1/studios/{studioId}/games/{gameId}/webhooks"
_ENDPOINTS: Final = f"{_WEBHOOKS}/endpoints"
_ENDPOINT: Final = f"{_ENDPOINTS}/{{endpointId}}"

_THE_DELIVERY: Final = ("webhook_delivery", "deliveryId")
_THE_ENDPOINT: Final = ("webhook_endpoint", "endpointId")
_FILTERS: Final = ("player", "eventName", "status", "endpoint", "environment", "cursor", "limit")
_WHERE: Final = ("environment",)

_READ: Final = Permission.PLAYER_READ
_REPLAY: Final = Permission.WEBHOOK_REPLAY
_MANAGE: Final = Permission.WEBHOOK_MANAGE

ADMIN: Final[tuple[Route, ...]] = (
    Route(
        *method_and_path(Operation.DELIVERIES),
        RouteAccess.GAME,
        _READ,
        handlers.deliveries,
        query=_FILTERS,
        reply=DeliveryPage,
        operation="webhooks.deliveries",
    ),
    Route(
        *method_and_path(Operation.DELIVERY),
        RouteAccess.GAME,
        _READ,
        handlers.delivery,
        _THE_DELIVERY,
        "webhook.read",
        reply=DeliveryDetail,
        operation="webhooks.delivery",
    ),
    Route(
        *method_and_path(Operation.REPLAY_DELIVERY),
        RouteAccess.GAME,
        _REPLAY,
        handlers.replay,
        _THE_DELIVERY,
        body=ReplayDelivery,
        query=_WHERE,
        reply=DeliveryReplayed,
        operation="webhooks.replay",
    ),
    Route(
        "GET",
        _ENDPOINTS,
        RouteAccess.GAME,
        _MANAGE,
        handlers.listed,
        query=_WHERE,
        reply=EndpointList,
        operation="webhooks.listed",
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
        operation="webhooks.create",
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
            operation=f"webhooks.{verb}",
        )
        for verb, handler, action in (
            ("pause", handlers.pause, endpoints.PAUSE),
            ("unpause", handlers.unpause, endpoints.UNPAUSE),
            ("archive", handlers.archive, endpoints.ARCHIVE),
        )
    ),
)
