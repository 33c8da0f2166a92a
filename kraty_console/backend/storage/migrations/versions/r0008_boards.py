"""Leaderboards of the game, by period and segment; what follows from a progression resource; an index of what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kraty_console.backend.storage.tables.columns import JSON, TEXT, UUID

revision = "r0008_boards"
down_revision = "r0007_play"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and add columns that may be empty, so that code from before goes on working."""
    op.add_column("currencies", sa.Column("client_writable", sa.Boolean(), nullable=True))
    op.add_column("currencies", sa.Column("derives", JSON, nullable=True))
    op.add_column("currencies", sa.Column("ranked_boards", JSON, nullable=True))
    op.create_table(
        "boards",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("board_id", UUID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("reset_cadence", TEXT, nullable=False),
        sa.Column("score_aggregation", TEXT, nullable=False),
        sa.Column("ranked_by", TEXT, nullable=True),
        sa.Column("segments", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        _of_game("boards"),
        sa.PrimaryKeyConstraint("studio_id", "game_id", "board_id", name=op.f("pk_boards")),
        sa.UniqueConstraint("studio_id", "game_id", "key", name=op.f("uq_boards_studio_id_game_id_key")),
    )
    op.create_table(
        "board_segments",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("board_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("segment", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_game("board_segments"),
        sa.PrimaryKeyConstraint(
            "studio_id", "game_id", "board_id", "environment", "period", "segment", name=op.f("pk_board_segments")
        ),
    )
    op.create_table(
        "board_entries",
        sa.Column("studio_id", UUID, nullable=False),
        sa.Column("game_id", UUID, nullable=False),
        sa.Column("board_id", UUID, nullable=False),
        sa.Column("environment", TEXT, nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", UUID, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("segment", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=False),
        _of_game("board_entries"),
        sa.PrimaryKeyConstraint(
            "studio_id",
            "game_id",
            "board_id",
            "environment",
            "period",
            "participant_id",
            "lane",
            name=op.f("pk_board_entries"),
        ),
    )
    op.create_index(
        "ix_board_entries_rank",
        "board_entries",
        [
            "studio_id",
            "game_id",
            "board_id",
            "environment",
            "period",
            "segment",
            sa.text("score DESC"),
            "reached_at",
            "participant_id",
        ],
        unique=False,
    )
    op.create_index("ix_board_entries_participant", "board_entries", ["studio_id", "game_id", "participant_id"])
    pending = sa.text("status = 'pending'")
    op.create_index(
        "ix_grants_pending",
        "grants",
        ["studio_id", "game_id", "player_id", "created_at", "grant_id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def _of_game(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["studio_id", "game_id"], ["games.studio_id", "games.game_id"], name=op.f(f"fk_{table}_games")
    )
