"""Webhooks: event names, envelope, endpoints and deliveries (contract/README.md#webhooks)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from kraty_console.contract.actions import Changed, IdempotencyKey, Reason, Ticket
from kraty_console.contract.secret import Secret
from kraty_console.contract.wire import Answer, Request


class EventName(StrEnum):
    """The published event names, and ours: for revoked grants and for events caused by the worker."""

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
"""Always sent to live endpoints (contract/README.md#environments)."""


class Envelope(Answer):
    """The message posted to an endpoint; retries keep `id` and `data`."""

    id: str
    event_name: str
    studio_id: str
    game_id: str
    occurred_at: datetime
    delivery_attempt: int = 1
    data: dict[str, Any] = Field(default_factory=dict)


class CreateEndpoint(Request):
    """Create an endpoint in the environment of the call."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    events: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=50)] | None = None
    """The names of the events to send; all if left out."""
    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ChangeEndpoint(Request):
    """Pause, unpause or archive an endpoint."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class ReplayDelivery(Request):
    """Send a delivery again, under the same id and with the same data."""

    reason: Reason | None = None
    ticket: Ticket | None = None
    idempotency_key: IdempotencyKey


class WebhookEndpoint(Answer):
    """A URL that receives the events of a game and environment."""

    id: str
    url: str = ""
    environment: str = ""
    events: list[str] | None = None
    """The names of the events it receives; None for all."""
    state: str = ""
    """`active`, `paused` (events wait) or `archived` (for good)."""
    created_at: datetime | None = None
    updated_at: datetime | None = None


class EndpointList(Answer):
    """The endpoints of a game, newest first."""

    endpoints: list[WebhookEndpoint] = Field(default_factory=list)


class EndpointChanged(Changed):
    """The endpoint after the change."""

    endpoint: WebhookEndpoint


class EndpointCreated(EndpointChanged):
    """The new endpoint."""

    secret: Secret | None = None
    """The signing secret; only in the first answer, not in a replayed one."""


class DeliveryPlayer(Answer):
    """The player concerned by an event."""

    id: str | None = None
    external_player_id: str | None = None


class DeliveryEndpoint(Answer):
    """The target of a delivery; the URL has no query, which often contains a password."""

    id: str | None = None
    url: str = ""
    state: str = ""


class DeliveryAttempt(Answer):
    """One attempt to deliver."""

    number: int = 0
    started_at: datetime | None = None
    duration_ms: int | None = None
    """Milliseconds; None if the end is unknown, for example because the backend was stopped."""
    status: int | None = None
    """The HTTP status; None without an answer."""
    error: str | None = None
    """Why it failed, in words; None on success."""
    answer: str | None = None
    """The start of the answer's body."""


class Delivery(Answer):
    """The delivery of one event to one endpoint."""

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
    """None if it is finished, being sent, or waiting for an earlier delivery or a paused endpoint."""
    sending: bool = False
    """Whether an attempt is in progress."""
    attempt_count: int = 0
    attempts: list[DeliveryAttempt] = Field(default_factory=list)
    """Oldest first."""


class DeliveryDetail(Delivery):
    """One delivery, with its payload."""

    data: dict[str, Any] | None = None


class DeliveryPage(Answer):
    """A page of deliveries, newest first; `next_cursor` is None on the last page."""

    deliveries: list[Delivery] = Field(default_factory=list)
    next_cursor: str | None = None


class DeliveryReplayed(Changed):
    """The delivery after the replay: due at once."""

    delivery: DeliveryDetail
