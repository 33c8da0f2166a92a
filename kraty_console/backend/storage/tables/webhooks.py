"""Webhook endpoints, deliveries and attempts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import BIGINT, INTEGER, JSON, MOMENT, TEXT, UUID, of_game, where
from kraty_console.backend.storage.tables.record import OwnedByGame, column, key, optional, table

IS_DUE: Final = sa.text("due_at IS NOT NULL")
IS_PENDING: Final = sa.text("state = 'pending'")


class WebhookEndpointRecord(OwnedByGame):
    """An address that a game's events are sent to."""

    endpoint_id = key(UUID)
    environment = column(TEXT)  # live, test
    url = column(TEXT)
    events = optional(JSON)  # the subscribed names; NULL for all
    # Sealed (see `storage.vault`), for every message is signed with it; no answer after the first, no log and no repr
    # shows it.
    secret = column(TEXT)
    state = column(TEXT)  # active, paused, archived
    first_outbox_id = column(UUID)  # the least id of what happened after it was made
    last_position = column(BIGINT, default=0)
    created_at = column(MOMENT)
    updated_at = column(MOMENT)


webhook_endpoints: Final = table(
    "webhook_endpoints",
    WebhookEndpointRecord,
    of_game(),
)


class WebhookDeliveryRecord(OwnedByGame):
    """An event on its way to one endpoint."""

    delivery_id = key(TEXT)  # `evt_` and a ULID (contract/README.md#wire-format)
    endpoint_id = column(UUID)
    outbox_id = column(UUID)
    environment = column(TEXT)
    player_id = optional(UUID)
    event_name = column(TEXT)
    # Deliveries of one endpoint and stream go one after the other, in the order of their positions.
    stream = column(TEXT)
    position = column(BIGINT)
    state = column(TEXT)  # pending, delivered, failed, cancelled
    attempt_count = column(INTEGER, default=0)
    attempts_before = column(INTEGER, default=0)  # of these, how many before the last replay
    # When it is to be tried, or, while it is being tried, when whoever does so is given up; none while it waits for
    # another of its stream or for its endpoint, and when it is done with.
    due_at = optional(MOMENT)
    sending_since = optional(MOMENT)
    created_at = column(MOMENT)
    finished_at = optional(MOMENT)


webhook_deliveries: Final = table(
    "webhook_deliveries",
    WebhookDeliveryRecord,
    of_game(),
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "endpoint_id"],
        ["webhook_endpoints.studio_id", "webhook_endpoints.game_id", "webhook_endpoints.endpoint_id"],
    ),
    sa.UniqueConstraint("studio_id", "game_id", "endpoint_id", "outbox_id", name="uq_webhook_deliveries_event"),
    where("ix_webhook_deliveries_due", IS_DUE.text, "studio_id", "game_id", "endpoint_id", "due_at"),
    where("ix_webhook_deliveries_stream", IS_PENDING.text, "studio_id", "game_id", "endpoint_id", "stream", "position"),
    sa.Index("ix_webhook_deliveries_player", "studio_id", "game_id", "player_id", "delivery_id"),
    sa.Index("ix_webhook_deliveries_environment", "studio_id", "game_id", "environment", "delivery_id"),
    sa.Index("ix_webhook_deliveries_event_name", "studio_id", "game_id", "event_name", "delivery_id"),
    sa.Index("ix_webhook_deliveries_endpoint", "studio_id", "game_id", "endpoint_id", "delivery_id"),
    sa.Index("ix_webhook_deliveries_state", "studio_id", "game_id", "state", "delivery_id"),
)


class WebhookAttemptRecord(OwnedByGame):
    """One try to send a delivery."""

    delivery_id = key(TEXT)
    number = key(INTEGER)
    started_at = column(MOMENT)
    duration_ms = optional(BIGINT)  # NULL: the end was not observed
    status = optional(INTEGER)  # the answer's
    error = optional(TEXT)  # why it did not succeed, in words
    answer = optional(TEXT)  # how the answer's body begins


webhook_attempts: Final = table(
    "webhook_attempts",
    WebhookAttemptRecord,
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "delivery_id"],
        ["webhook_deliveries.studio_id", "webhook_deliveries.game_id", "webhook_deliveries.delivery_id"],
    ),
)
