"""Webhook endpoints and their deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0009_webhooks"
down_revision = "r0008_boards"
branch_labels = None
depends_on = None

IS_DUE = sa.text("due_at IS NOT NULL")
IS_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Create the tables, with a partial index of pending events."""
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["studio_id", "game_id", "outbox_id"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    op.drop_index("ix_outbox_state", "outbox")
    _endpoints()
    _deliveries()
    _attempts()


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("endpoint_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("events", JSON, nullable=True),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("first_outbox_id", UUID, nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_webhook_endpoints_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "endpoint_id", name=op.f("pk_webhook_endpoints")),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("delivery_id", TEXT, nullable=False),
        sa.Column("endpoint_id", UUID, nullable=False),
        sa.Column("outbox_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("player_id", UUID, nullable=True),
        sa.Column("event_name", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("attempts_before", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("sending_since", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_webhook_deliveries_games")
        ),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "endpoint_id"],
            ["webhook_endpoints.studio_id", "webhook_endpoints.game_id", "webhook_endpoints.endpoint_id"],
            name=op.f("fk_webhook_deliveries_webhook_endpoints"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "delivery_id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("studio_id", "game_id", "endpoint_id", "outbox_id", name="uq_webhook_deliveries_event"),
    )
    of_endpoint = ["studio_id", "game_id", "endpoint_id"]
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        [*of_endpoint, "due_at"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.create_index(
        "ix_webhook_deliveries_stream",
        "webhook_deliveries",
        [*of_endpoint, "stream", "position"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    for name, column in (("player", "player_id"), ("state", "state")):
        op.create_index(
            f"ix_webhook_deliveries_{name}", "webhook_deliveries", ["studio_id", "game_id", column, "delivery_id"]
        )


def _attempts() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("delivery_id", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("answer", TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "delivery_id"],
            ["webhook_deliveries.studio_id", "webhook_deliveries.game_id", "webhook_deliveries.delivery_id"],
            name=op.f("fk_webhook_attempts_webhook_deliveries"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "delivery_id", "number", name=op.f("pk_webhook_attempts")),
    )
