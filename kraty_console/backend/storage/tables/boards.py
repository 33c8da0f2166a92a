"""The game's own leaderboards, by period and segment."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import JSON, MOMENT, TEXT, UUID, metadata, of_game, tenant

boards: Final = sa.Table(
    "boards",
    metadata,
    *tenant(),
    sa.Column("board_id", UUID, primary_key=True),
    sa.Column("key", TEXT, nullable=False),
    sa.Column("name", JSON, nullable=False),
    sa.Column("reset_cadence", TEXT, nullable=False, default="never"),  # never, weekly, monthly
    sa.Column("score_aggregation", TEXT, nullable=False, default="best"),  # best, latest, sum
    sa.Column("ranked_by", TEXT, nullable=True),  # the economy key whose balance is the score; None: scores are sent
    sa.Column("segments", JSON, nullable=False, default=[]),  # what parts players: [{by, key?, steps?}]
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("archived_at", MOMENT, nullable=True),
    sa.UniqueConstraint("studio_id", "game_id", "key"),
    of_game(),
)

board_segments: Final = sa.Table(
    "board_segments",
    metadata,
    *tenant(),
    sa.Column("board_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, primary_key=True),
    sa.Column("period", MOMENT, primary_key=True),  # when it began
    sa.Column("segment", TEXT, primary_key=True),  # empty: none
    sa.Column("created_at", MOMENT, nullable=False),
    of_game(),
)

board_entries: Final = sa.Table(
    "board_entries",
    metadata,
    *tenant(),
    sa.Column("board_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, primary_key=True),
    sa.Column("period", MOMENT, primary_key=True),
    sa.Column("participant_id", UUID, primary_key=True),
    sa.Column("lane", TEXT, primary_key=True),  # the segment where a player may be in several, else empty
    sa.Column("segment", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False, default="player"),
    sa.Column("score", sa.Double, nullable=False),
    sa.Column("reached_at", MOMENT, nullable=False),  # who had a score first ranks higher
    sa.Column("scored_at", MOMENT, nullable=True),  # when a score was last sent, a worse one too
    of_game(),
    sa.Index(
        "ix_board_entries_rank",
        "studio_id",
        "game_id",
        "board_id",
        "environment",
        "period",
        "segment",
        sa.text("score DESC"),
        "reached_at",
        "participant_id",
    ),
    sa.Index("ix_board_entries_participant", "studio_id", "game_id", "participant_id"),
)
