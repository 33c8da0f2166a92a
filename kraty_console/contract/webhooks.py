"""Webhook events by name, their envelope, and where they are sent (contract/README.md#webhooks)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from kraty_console.contract.actions import Changed, IdempotencyKey, Reason, Ticket
from kraty_console.contract.secret import Secret
from kraty_console.contract.wire import Answer, Request


class EventName(StrEnum):
    """The published event names, and ours: of revoked grants, and of what the worker makes happen."""

    GRANT_CREATED = "grant.created"
    WALLET_CHANGED = "wallet.changed"
    INVENTORY_CHANGED = "inventory.changed"
    PLAYER_REGISTERED = "player.registered"
    PLAYER_BANNED = "player.banned"
    PLAYER_DELETED = "player.deleted"
    PLAYER_MERGED = "player.merged"
    LOBBY_CREATED = "lobby.created"
    LOBBY_STARTED = "lobby.started"
    LOBBY_CLOSED = "lobby.closed"
    EVENT_WINDOW_OPENED = "event.window_opened"
    EVENT_WINDOW_CLOSED = "event.window_closed"
    GRANT_EXPIRED = "grant.expired"
    GRANT_REVOKED = "grant.revoked"


WORKER_DRIVEN: Final = frozenset(
    {EventName.EVENT_WINDOW_OPENED, EventName.EVENT_WINDOW_CLOSED, EventName.GRANT_EXPIRED}
)
"""Always told to live endpoints (contract/README.md#environments)."""


class Envelope(Answer):
    """What is posted to a studio's endpoint; retries keep `id` and `data`."""

    id: str
    event_name: str
    studio_id: str
    game_id: str
    occurred_at: datetime
    delivery_attempt: int = 1
    data: dict[str, Any] = Field(default_factory=dict)


class CreateEndpoint(Request):
    """Have events sent to a URL; the environment is the call's."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    events: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=50)] | None = None
    """The names of the events to be told; left out, all."""
    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ChangeEndpoint(Request):
    """Pause an endpoint, let it go on, or archive it."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ReplayDelivery(Request):
    """Send a delivery again, under the same id and with the same data."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class WebhookEndpoint(Answer):
    """Where events of a game and environment are sent."""

    id: str
    url: str = ""
    environment: str = ""
    events: list[str] | None = None
    """The names it is told; None for all."""
    state: str = ""
    """`active`, `paused` (events wait) or `archived` (for good)."""
    created_at: datetime | None = None
    updated_at: datetime | None = None


class EndpointList(Answer):
    """The endpoints of a game, the newest first."""

    endpoints: list[WebhookEndpoint] = Field(default_factory=list)


class EndpointChanged(Changed):
    """The endpoint as it is now."""

    endpoint: WebhookEndpoint


class EndpointCreated(EndpointChanged):
    """The new endpoint."""

    secret: Secret | None = None
    """What its messages are signed with; told this once, and not when the answer is given again."""


class DeliveryPlayer(Answer):
    """The player whom an event concerns."""

    id: str | None = None
    external_player_id: str | None = None


class DeliveryEndpoint(Answer):
    """Where a delivery goes; the url is without its query, which often holds a password."""

    id: str | None = None
    url: str = ""
    state: str = ""


class DeliveryAttempt(Answer):
    """One try."""

    number: int = 0
    started_at: datetime | None = None
    duration_ms: int | None = None
    """Milliseconds; None when nobody saw how it ended, as when the backend was stopped."""
    status: int | None = None
    """The HTTP status of the answer; None when none came."""
    error: str | None = None
    """Why it did not succeed, in words; None when it did."""
    answer: str | None = None
    """How the answer's body begins."""


class Delivery(Answer):
    """One event on its way to one endpoint."""

    id: str
    event_name: str = ""
    environment: str = ""
    status: str = ""
    """`pending`, `delivered`, `failed` (for good) or `cancelled` (its endpoint was archived)."""
    endpoint: DeliveryEndpoint | None = None
    player: DeliveryPlayer | None = None
    occurred_at: datetime | None = None
    created_at: datetime | None = None
    finished_at: datetime | None = None
    next_attempt_at: datetime | None = None
    """None when it is done with, is being sent, or waits for an earlier one of its player or for its endpoint."""
    sending: bool = False
    """Whether an attempt is under way."""
    attempt_count: int = 0
    attempts: list[DeliveryAttempt] = Field(default_factory=list)
    """The first to the last."""


class DeliveryDetail(Delivery):
    """One delivery, with what it tells."""

    data: dict[str, Any] | None = None


class DeliveryPage(Answer):
    """A page of deliveries, newest first; `next_cursor` is None on the last page."""

    deliveries: list[Delivery] = Field(default_factory=list)
    next_cursor: str | None = None


class DeliveryReplayed(Changed):
    """The delivery as it is now: due at once."""

    delivery: DeliveryDetail
