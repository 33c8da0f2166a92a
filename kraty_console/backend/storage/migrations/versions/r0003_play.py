"""Players, attempts, boards, lobbies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0003_play"
down_revision = "r0002_catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "leaderboards",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("leaderboard_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("window_id", UUID, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_leaderboards_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "leaderboard_id", name=op.f("pk_leaderboards")),
        sa.UniqueConstraint("studio_id", "game_id", "window_id", "environment", "scope", name="uq_leaderboards_scope"),
    )
    op.create_table(
        "lobbies",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("lobby_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("window_id", UUID, nullable=False),
        sa.Column("leaderboard_id", UUID, nullable=True),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("fill_by", sa.BigInteger(), nullable=True),
        sa.Column("participant_count", sa.Integer(), nullable=False),
        sa.Column("bot_slots", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_lobbies_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "lobby_id", name=op.f("pk_lobbies")),
        sa.UniqueConstraint("studio_id", "game_id", "event_id", "environment", "key", name="uq_lobbies_key"),
    )
    op.create_table(
        "players",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("external_player_id", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("email_folded", TEXT, nullable=True),
        sa.Column("display_identity", JSON, nullable=True),
        sa.Column("anonymized_identity", JSON, nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=True),
        sa.Column("last_context", JSON, nullable=True),
        sa.Column("banned_at", sa.BigInteger(), nullable=True),
        sa.Column("ban_reason", TEXT, nullable=True),
        sa.Column("merged_into", UUID, nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("attempt_count", sa.BigInteger(), nullable=False),
        sa.Column("attempts_completed", sa.BigInteger(), nullable=False),
        sa.Column("attempts_expired", sa.BigInteger(), nullable=False),
        sa.Column("grants_pending", sa.BigInteger(), nullable=False),
        sa.Column("grants_claimed", sa.BigInteger(), nullable=False),
        sa.Column("lobbies_active", sa.BigInteger(), nullable=False),
        sa.Column("ledger_position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f("fk_players_games")
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", name=op.f("pk_players")),
        sa.UniqueConstraint("studio_id", "game_id", "environment", "external_player_id", name="uq_players_external"),
    )
    op.create_index(
        "ix_players_email", "players", ["studio_id", "game_id", "environment", "email_folded"], unique=False
    )
    op.create_table(
        "attempt_rolls",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("attempt_id", UUID, nullable=False),
        sa.Column("rolled_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_attempt_rolls_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "attempt_id", name=op.f("pk_attempt_rolls")),
    )
    op.create_table(
        "attempts",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("attempt_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("window_id", UUID, nullable=False),
        sa.Column("leaderboard_id", UUID, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_progress_at", sa.BigInteger(), nullable=True),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("metrics_raw", JSON, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("roll_status", TEXT, nullable=False),
        sa.Column("roll_error", TEXT, nullable=True),
        sa.Column("roll_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_attempts_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "attempt_id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_id", "attempts", ["studio_id", "game_id", "attempt_id"], unique=False)
    op.create_index(
        "ix_attempts_recent",
        "attempts",
        ["studio_id", "game_id", "player_id", "started_at", "attempt_id"],
        unique=False,
    )
    op.create_table(
        "leaderboard_entries",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("leaderboard_id", UUID, nullable=False),
        sa.Column("participant_id", UUID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", UUID, nullable=True),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "leaderboard_id"],
            ["leaderboards.studio_id", "leaderboards.game_id", "leaderboards.leaderboard_id"],
            name=op.f("fk_leaderboard_entries_leaderboards"),
        ),
        sa.PrimaryKeyConstraint(
            "studio_id", "game_id", "leaderboard_id", "participant_id", name=op.f("pk_leaderboard_entries")
        ),
    )
    op.create_index(
        "ix_leaderboard_entries_rank",
        "leaderboard_entries",
        ["studio_id", "game_id", "leaderboard_id", sa.text("score DESC"), "reached_at", "participant_id"],
        unique=False,
    )
    op.create_table(
        "lobby_members",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("lobby_id", UUID, nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_lobby_members_players"),
        ),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "player_id", "lobby_id", name=op.f("pk_lobby_members")),
    )
    op.create_index("ix_lobby_members_lobby", "lobby_members", ["studio_id", "game_id", "lobby_id"], unique=False)
    op.create_index(
        "ix_lobby_members_recent",
        "lobby_members",
        ["studio_id", "game_id", "player_id", "joined_at", "lobby_id"],
        unique=False,
    )
    op.create_table(
        "milestones_fired",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("attempt_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_milestones_fired_players"),
        ),
        sa.PrimaryKeyConstraint(
            "studio_id", "game_id", "player_id", "attempt_id", "key", name=op.f("pk_milestones_fired")
        ),
    )
    op.create_table(
        "player_aliases",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("external_player_id", TEXT, nullable=False),
        sa.Column("player_id", UUID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id", "game_id", "player_id"],
            ["players.studio_id", "players.game_id", "players.player_id"],
            name=op.f("fk_player_aliases_players"),
        ),
        sa.PrimaryKeyConstraint(
            "studio_id", "game_id", "environment", "external_player_id", name=op.f("pk_player_aliases")
        ),
    )
