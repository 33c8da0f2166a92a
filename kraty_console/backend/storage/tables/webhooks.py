"""Webhook endpoints, deliveries and attempts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_game, tenant, where

IS_DUE: Final = sa.text("due_at IS NOT NULL")
IS_PENDING: Final = sa.text("state = 'pending'")

webhook_endpoints: Final = sa.Table(
    "webhook_endpoints",
    metadata,
    *tenant(),
    sa.Column("endpoint_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),  # live, test
    sa.Column("url", TEXT, nullable=False),
    sa.Column("events", JSON, nullable=True),  # the names it is told; none for all
    # Sealed (see `storage.vault`), for every message is signed with it; no answer after the first, no log and no repr
    # shows it.
    sa.Column("secret", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),  # active, paused, archived
    sa.Column("first_outbox_id", UUID, nullable=False),  # the least id of what happened after it was made
    sa.Column("last_position", sa.BigInteger, nullable=False, default=0),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("updated_at", MOMENT, nullable=False),
    of_game(),
)

webhook_deliveries: Final = sa.Table(
    "webhook_deliveries",
    metadata,
    *tenant(),
    sa.Column("delivery_id", TEXT, primary_key=True),  # `evt_` and a ULID (contract/README.md#wire-format)
    sa.Column("endpoint_id", UUID, nullable=False),
    sa.Column("outbox_id", UUID, nullable=False),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("player_id", UUID, nullable=True),
    sa.Column("event_name", TEXT, nullable=False),
    # Deliveries of one endpoint and stream go one after the other, in the order of their positions.
    sa.Column("stream", TEXT, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("state", TEXT, nullable=False),  # pending, delivered, failed, cancelled
    sa.Column("attempt_count", sa.Integer, nullable=False, default=0),
    sa.Column("attempts_before", sa.Integer, nullable=False, default=0),  # of these, how many before the last replay
    # When it is to be tried, or, while it is being tried, when whoever does so is given up; none while it waits for
    # another of its stream or for its endpoint, and when it is done with.
    sa.Column("due_at", MOMENT, nullable=True),
    sa.Column("sending_since", MOMENT, nullable=True),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("finished_at", MOMENT, nullable=True),
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

webhook_attempts: Final = sa.Table(
    "webhook_attempts",
    metadata,
    *tenant(),
    sa.Column("delivery_id", TEXT, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("started_at", MOMENT, nullable=False),
    sa.Column("duration_ms", sa.BigInteger, nullable=True),  # none: nobody saw how it ended
    sa.Column("status", sa.Integer, nullable=True),  # the answer's
    sa.Column("error", TEXT, nullable=True),  # why it did not succeed, in words
    sa.Column("answer", TEXT, nullable=True),  # how the answer's body begins
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "delivery_id"],
        ["webhook_deliveries.studio_id", "webhook_deliveries.game_id", "webhook_deliveries.delivery_id"],
    ),
)
