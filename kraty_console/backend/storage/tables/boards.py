"""The game's own leaderboards, by period and segment."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import DOUBLE, JSON, MOMENT, TEXT, UUID, of_game
from kraty_console.backend.storage.tables.record import OwnedByGame, column, key, optional, table


class BoardRecord(OwnedByGame):
    """A leaderboard that a game defines."""

    board_id = key(UUID)
    key = column(TEXT)
    name = column(JSON)
    reset_cadence = column(TEXT, default="never")  # never, weekly, monthly
    score_aggregation = column(TEXT, default="best")  # best, latest, sum
    ranked_by = optional(TEXT)  # the economy key whose balance is the score; None: scores are sent
    segments = column(JSON, default=[])  # what parts players: [{by, key?, steps?}]
    created_at = column(MOMENT)
    archived_at = optional(MOMENT)


boards: Final = table(
    "boards",
    BoardRecord,
    sa.UniqueConstraint("studio_id", "game_id", "key"),
    of_game(),
)


class BoardSegmentRecord(OwnedByGame):
    """A segment of a board in one period."""

    board_id = key(UUID)
    environment = key(TEXT)
    period = key(MOMENT)  # when it began
    segment = key(TEXT)  # empty: none
    created_at = column(MOMENT)


board_segments: Final = table(
    "board_segments",
    BoardSegmentRecord,
    of_game(),
)


class BoardEntryRecord(OwnedByGame):
    """A participant's score on a board in one period."""

    board_id = key(UUID)
    environment = key(TEXT)
    period = key(MOMENT)
    participant_id = key(UUID)
    lane = key(TEXT)  # the segment where a player may be in several, else empty
    segment = column(TEXT)
    kind = column(TEXT, default="player")
    score = column(DOUBLE)
    reached_at = column(MOMENT)  # equal scores rank by time
    scored_at = optional(MOMENT)  # when a score was last sent, a worse one too


board_entries: Final = table(
    "board_entries",
    BoardEntryRecord,
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
