"""Items, currencies, rewards, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0002_catalog"
down_revision = "r0001_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "bundles",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_bundles_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "key", name=op.f("pk_bundles")),
    )
    op.create_table(
        "currencies",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("description", JSON, nullable=True),
        sa.Column("icon_url", TEXT, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_currencies_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "key", name=op.f("pk_currencies")),
    )
    op.create_table(
        "events",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("leaderboard_mode", TEXT, nullable=False),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("reward_policy", JSON, nullable=False),
        sa.Column("milestone_rewards", JSON, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_events_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "event_id", name=op.f("pk_events")),
        sa.UniqueConstraint("studio_id", "game_id", "key", name=op.f("uq_events_studio_id_game_id_key")),
    )
    op.create_table(
        "items",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("description", JSON, nullable=True),
        sa.Column("icon_url", TEXT, nullable=True),
        sa.Column("item_type_key", TEXT, nullable=False),
        sa.Column("rarity", TEXT, nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("attributes", JSON, nullable=False),
        sa.Column("crate_entries", JSON, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_items_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "key", name=op.f("pk_items")),
    )
    op.create_table(
        "reward_tables",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("weighted_entries", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_reward_tables_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "key", name=op.f("pk_reward_tables")),
    )
    op.create_table(
        "event_windows",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("window_id", UUID, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "event_id"],
            ["events.studio_id", "events.game_id", "events.event_id"],
            name=op.f("fk_event_windows_events"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "window_id", name=op.f("pk_event_windows")),
    )
    op.create_index(
        "ix_event_windows_event", "event_windows", ["studio_id", "game_id", "event_id", "starts_at"], unique=False
    )
