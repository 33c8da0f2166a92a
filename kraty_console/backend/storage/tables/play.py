"""Players, attempts, boards of events, lobbies."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import (
    JSON,
    MOMENT,
    TEXT,
    UUID,
    metadata,
    of_game,
    of_player,
    tenant,
    where,
)

players: Final = sa.Table(
    "players",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("external_player_id", TEXT, nullable=False),
    sa.Column("email", TEXT, nullable=True),
    sa.Column("email_folded", TEXT, nullable=True),
    sa.Column("display_identity", JSON, nullable=True),  # {name, avatar?, country?}
    sa.Column("anonymized_identity", JSON, nullable=True),
    sa.Column("name_folded", TEXT, nullable=True),  # of the name that others see, to search by
    sa.Column("first_seen_at", MOMENT, nullable=False),
    sa.Column("last_seen_at", MOMENT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("updated_at", MOMENT, nullable=False),
    sa.Column("registered_at", MOMENT, nullable=True),
    sa.Column("last_context", JSON, nullable=True),
    sa.Column("banned_at", MOMENT, nullable=True),
    sa.Column("ban_reason", TEXT, nullable=True),
    sa.Column("merged_into", UUID, nullable=True),
    sa.Column("deleted_at", MOMENT, nullable=True),
    sa.Column("secret_hash", TEXT, nullable=True),  # SHA-256 of the player's secret, hex
    sa.Column("secret_prefix", TEXT, nullable=True),
    sa.Column("secret_rotated_at", MOMENT, nullable=True),
    sa.Column("metadata", JSON, nullable=True),
    sa.Column("country", TEXT, nullable=True),  # ISO-3166 alpha-2
    sa.Column("friend_code", TEXT, nullable=True),
    sa.Column("last_active_at", MOMENT, nullable=True),
    sa.Column("presence_status", TEXT, nullable=True),
    sa.Column("erased_hash", TEXT, nullable=True),  # of the id that an erased player had, SHA-256, hex
    # The totals of the summary, kept in the transaction that changes them (backend/README.md#scale).
    sa.Column("attempt_count", sa.BigInteger, nullable=False, default=0),
    sa.Column("attempts_completed", sa.BigInteger, nullable=False, default=0),
    sa.Column("attempts_expired", sa.BigInteger, nullable=False, default=0),
    sa.Column("grants_pending", sa.BigInteger, nullable=False, default=0),
    sa.Column("grants_claimed", sa.BigInteger, nullable=False, default=0),
    sa.Column("lobbies_active", sa.BigInteger, nullable=False, default=0),
    sa.Column("ledger_position", sa.BigInteger, nullable=False, default=0),
    sa.UniqueConstraint("studio_id", "game_id", "environment", "external_player_id", name="uq_players_external"),
    of_game(),
    sa.Index("ix_players_email", "studio_id", "game_id", "environment", "email_folded"),
    sa.Index("ix_players_name", "studio_id", "game_id", "environment", "name_folded"),
    sa.Index("uq_players_friend_code", "studio_id", "game_id", "environment", "friend_code", unique=True),
    where("ix_players_merged", "merged_into IS NOT NULL", "studio_id", "game_id", "merged_into"),
    sa.Index("ix_players_erased", "studio_id", "game_id", "erased_hash"),
)

player_aliases: Final = sa.Table(
    "player_aliases",
    metadata,
    *tenant(),
    sa.Column("environment", TEXT, primary_key=True),
    sa.Column("external_player_id", TEXT, primary_key=True),
    sa.Column("player_id", UUID, nullable=False),  # who the merged id lives on in
    sa.Column("source_id", UUID, nullable=True),  # the row that bore the id before
    sa.Column("created_at", MOMENT, nullable=False),
    of_player(),
    sa.Index("ix_player_aliases_player", "studio_id", "game_id", "player_id"),
)

attempts: Final = sa.Table(
    "attempts",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("attempt_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("window_id", UUID, nullable=False),
    sa.Column("leaderboard_id", UUID, nullable=False),
    sa.Column("status", TEXT, nullable=False),  # in_progress, completed, expired, force_completed
    sa.Column("started_at", MOMENT, nullable=False),
    sa.Column("ends_at", MOMENT, nullable=False),
    sa.Column("completed_at", MOMENT, nullable=True),
    sa.Column("last_progress_at", MOMENT, nullable=True),
    sa.Column("metrics", JSON, nullable=False),
    sa.Column("metrics_raw", JSON, nullable=False),
    sa.Column("score", sa.Double, nullable=False),
    sa.Column("roll_status", TEXT, nullable=False, default="none"),  # none, rolled, failed, not_configured
    sa.Column("roll_error", TEXT, nullable=True),
    sa.Column("roll_at", MOMENT, nullable=True),
    of_player(),
    sa.Index("ix_attempts_recent", "studio_id", "game_id", "player_id", "started_at", "attempt_id"),
    sa.Index("ix_attempts_id", "studio_id", "game_id", "attempt_id"),
    sa.Index("ix_attempts_event", "studio_id", "game_id", "player_id", "event_id", "started_at"),
    where(
        "ix_attempts_playing", "status = 'in_progress'", "studio_id", "game_id", "player_id", "window_id", "started_at"
    ),
    where("ix_attempts_due", "status = 'in_progress'", "studio_id", "game_id", "ends_at", "player_id", "attempt_id"),
)

attempt_rolls: Final = sa.Table(
    "attempt_rolls",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("attempt_id", UUID, primary_key=True),  # one roll that succeeded per attempt, ever
    sa.Column("rolled_at", MOMENT, nullable=False),
    of_player(),
)

attempt_awards: Final = sa.Table(
    "attempt_awards",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("attempt_id", UUID, primary_key=True),
    sa.Column("leaderboard_id", UUID, nullable=False),
    sa.Column("rank", sa.BigInteger, nullable=True),  # when the ranking was frozen
    sa.Column("reward", JSON, nullable=True),  # {bundle} or {entries}; none for nothing
    sa.Column("settled_at", MOMENT, nullable=True),  # when it was paid, or was found not to be
    of_player(),
    where("ix_attempt_awards_due", "settled_at IS NULL", "studio_id", "game_id", "player_id", "attempt_id"),
)

milestones_fired: Final = sa.Table(
    "milestones_fired",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("attempt_id", UUID, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("fired_at", MOMENT, nullable=False),
    of_player(),
)

leaderboards: Final = sa.Table(
    "leaderboards",
    metadata,
    *tenant(),
    sa.Column("leaderboard_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("window_id", UUID, nullable=False),
    sa.Column("scope", TEXT, nullable=False),  # `global`, or the id of the lobby it belongs to
    sa.Column("mode", TEXT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("finalized_at", MOMENT, nullable=True),
    sa.Column("finalized_reason", TEXT, nullable=True),  # window_closed, session_terminated
    sa.Column("frozen_at", MOMENT, nullable=True),  # when it was settled what its attempts are worth
    sa.UniqueConstraint("studio_id", "game_id", "window_id", "environment", "scope", name="uq_leaderboards_scope"),
    of_game(),
    where(
        "ix_leaderboards_unsettled",
        "finalized_at IS NOT NULL AND frozen_at IS NULL",
        *("studio_id", "game_id", "finalized_at", "leaderboard_id"),
    ),
)

leaderboard_entries: Final = sa.Table(
    "leaderboard_entries",
    metadata,
    *tenant(),
    sa.Column("leaderboard_id", UUID, primary_key=True),
    sa.Column("participant_id", UUID, primary_key=True),
    sa.Column("kind", TEXT, nullable=False, default="player"),
    sa.Column("score", sa.Double, nullable=False),
    sa.Column("reached_at", MOMENT, nullable=False),  # who had a score first ranks higher
    sa.Column("attempt_id", UUID, nullable=True),
    sa.ForeignKeyConstraint(
        ["studio_id", "game_id", "leaderboard_id"],
        ["leaderboards.studio_id", "leaderboards.game_id", "leaderboards.leaderboard_id"],
    ),
    sa.Index(
        "ix_leaderboard_entries_rank",
        "studio_id",
        "game_id",
        "leaderboard_id",
        sa.text("score DESC"),
        "reached_at",
        "participant_id",
    ),
    sa.Index("ix_leaderboard_entries_participant", "studio_id", "game_id", "participant_id"),
)

lobbies: Final = sa.Table(
    "lobbies",
    metadata,
    *tenant(),
    sa.Column("lobby_id", UUID, primary_key=True),
    sa.Column("environment", TEXT, nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("window_id", UUID, nullable=False),
    sa.Column("leaderboard_id", UUID, nullable=True),
    sa.Column("key", TEXT, nullable=True),  # the studio's own id for it
    sa.Column("mode", TEXT, nullable=False),
    sa.Column("status", TEXT, nullable=False),  # forming, active, closed
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("fill_by", MOMENT, nullable=True),
    sa.Column("participant_count", sa.Integer, nullable=False, default=0),
    sa.Column("bot_slots", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("started_at", MOMENT, nullable=True),
    sa.Column("ends_at", MOMENT, nullable=True),
    sa.Column("fill_strategy", TEXT, nullable=True),  # fill_with_bots, start_short, wait_full
    sa.Column("metadata", JSON, nullable=True),  # what the studio pushed with it
    sa.UniqueConstraint("studio_id", "game_id", "event_id", "environment", "key", name="uq_lobbies_key"),
    of_game(),
    where("ix_lobbies_filling", "status = 'forming'", "studio_id", "game_id", "fill_by", "lobby_id"),
    where("ix_lobbies_open", "status <> 'closed'", "studio_id", "game_id", "window_id", "environment", "created_at"),
)

lobby_members: Final = sa.Table(
    "lobby_members",
    metadata,
    *tenant(),
    sa.Column("player_id", UUID, primary_key=True),
    sa.Column("lobby_id", UUID, primary_key=True),
    sa.Column("joined_at", MOMENT, nullable=False),
    of_player(),
    sa.Index("ix_lobby_members_recent", "studio_id", "game_id", "player_id", "joined_at", "lobby_id"),
    sa.Index("ix_lobby_members_lobby", "studio_id", "game_id", "lobby_id", "player_id"),
)
