"""Players, attempts, boards of events, lobbies."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables.columns import (
    BIGINT,
    DOUBLE,
    INTEGER,
    JSON,
    MOMENT,
    TEXT,
    UUID,
    of_game,
    of_player,
    where,
)
from kraty_console.backend.storage.tables.record import (
    OwnedByGame,
    OwnedByPlayer,
    column,
    key,
    optional,
    table,
    version,
)


class PlayerRecord(OwnedByPlayer):
    """A player of a game."""

    environment = column(TEXT)
    external_player_id = column(TEXT)
    email = optional(TEXT)
    email_folded = optional(TEXT)
    display_identity = optional(JSON)  # {name, avatar?, country?}
    anonymized_identity = optional(JSON)
    name_folded = optional(TEXT)  # of the name that others see, to search by
    first_seen_at = column(MOMENT)
    last_seen_at = column(MOMENT)
    created_at = column(MOMENT)
    updated_at = column(MOMENT)
    registered_at = optional(MOMENT)
    last_context = optional(JSON)
    banned_at = optional(MOMENT)
    ban_reason = optional(TEXT)
    merged_into = optional(UUID)
    deleted_at = optional(MOMENT)
    secret_hash = optional(TEXT)  # SHA-256 of the player's secret, hex
    secret_prefix = optional(TEXT)
    secret_rotated_at = optional(MOMENT)
    metadata = optional(JSON)
    country = optional(TEXT)  # ISO-3166 alpha-2
    friend_code = optional(TEXT)
    last_active_at = optional(MOMENT)
    presence_status = optional(TEXT)
    erased_hash = optional(TEXT)  # of the id that an erased player had, SHA-256, hex
    # The totals of the summary, kept in the transaction that changes them (backend/README.md#scale).
    attempt_count = column(BIGINT, default=0)
    attempts_completed = column(BIGINT, default=0)
    attempts_expired = column(BIGINT, default=0)
    grants_pending = column(BIGINT, default=0)
    grants_claimed = column(BIGINT, default=0)
    lobbies_active = column(BIGINT, default=0)
    ledger_position = column(BIGINT, default=0)
    version = version()

    unversioned = frozenset(
        {
            "last_seen_at",
            "last_active_at",
            "presence_status",
            "last_context",
            "updated_at",
            "ledger_position",
            "attempt_count",
            "attempts_completed",
            "attempts_expired",
            "grants_pending",
            "grants_claimed",
            "lobbies_active",
        }
    )
    """What changes while the player plays: the version is that of the profile and the ban."""


players: Final = table(
    "players",
    PlayerRecord,
    sa.UniqueConstraint("studio_id", "game_id", "environment", "external_player_id", name="uq_players_external"),
    of_game(),
    sa.Index("ix_players_email", "studio_id", "game_id", "environment", "email_folded"),
    sa.Index("ix_players_name", "studio_id", "game_id", "environment", "name_folded"),
    sa.Index("uq_players_friend_code", "studio_id", "game_id", "environment", "friend_code", unique=True),
    where("ix_players_merged", "merged_into IS NOT NULL", "studio_id", "game_id", "merged_into"),
    sa.Index("ix_players_erased", "studio_id", "game_id", "erased_hash"),
)


class PlayerAliasRecord(OwnedByGame):
    """An external id whose player was merged into another."""

    environment = key(TEXT)
    external_player_id = key(TEXT)
    player_id = column(UUID)  # the player that the merged id leads to
    source_id = optional(UUID)  # the row that bore the id before
    created_at = column(MOMENT)


player_aliases: Final = table(
    "player_aliases",
    PlayerAliasRecord,
    of_player(),
    sa.Index("ix_player_aliases_player", "studio_id", "game_id", "player_id"),
)


class AttemptRecord(OwnedByPlayer):
    """A player's attempt at an event."""

    attempt_id = key(UUID)
    environment = column(TEXT)
    event_id = column(UUID)
    window_id = column(UUID)
    leaderboard_id = column(UUID)
    status = column(TEXT)  # in_progress, completed, expired, force_completed
    started_at = column(MOMENT)
    ends_at = column(MOMENT)
    completed_at = optional(MOMENT)
    last_progress_at = optional(MOMENT)
    metrics = column(JSON)
    metrics_raw = column(JSON)
    score = column(DOUBLE)
    roll_status = column(TEXT, default="none")  # none, rolled, failed, not_configured
    roll_error = optional(TEXT)
    roll_at = optional(MOMENT)
    version = version()


_IN_ENVIRONMENT: Final = ("studio_id", "game_id", "environment")

attempts: Final = table(
    "attempts",
    AttemptRecord,
    of_player(),
    sa.Index("ix_attempts_recent", "studio_id", "game_id", "player_id", "started_at", "attempt_id"),
    sa.Index("ix_attempts_id", "studio_id", "game_id", "attempt_id"),
    sa.Index("ix_attempts_event", "studio_id", "game_id", "player_id", "event_id", "started_at"),
    where(
        "ix_attempts_playing", "status = 'in_progress'", "studio_id", "game_id", "player_id", "window_id", "started_at"
    ),
    where("ix_attempts_due", "status = 'in_progress'", "studio_id", "game_id", "ends_at", "player_id", "attempt_id"),
    # One for each kind of fault (`lookup.fault_sources`).
    where("ix_attempts_failed", "roll_status = 'failed'", *_IN_ENVIRONMENT, "roll_at", "attempt_id"),
    where(
        "ix_attempts_unrolled",
        "roll_status = 'none' AND status IN ('completed', 'force_completed')",
        *(*_IN_ENVIRONMENT, "completed_at", "attempt_id"),
    ),
    where("ix_attempts_started", "status = 'in_progress'", *_IN_ENVIRONMENT, "started_at", "attempt_id"),
    where("ix_attempts_over", "status = 'in_progress'", *_IN_ENVIRONMENT, "ends_at", "attempt_id"),
    where("ix_attempts_expired", "status = 'expired'", *_IN_ENVIRONMENT, "ends_at", "attempt_id"),
)


class AttemptRollRecord(OwnedByPlayer):
    """That an attempt was rolled."""

    attempt_id = key(UUID)  # one roll that succeeded per attempt, ever
    rolled_at = column(MOMENT)


attempt_rolls: Final = table(
    "attempt_rolls",
    AttemptRollRecord,
    of_player(),
)


class AttemptAwardRecord(OwnedByPlayer):
    """What the final rank of an attempt is worth."""

    attempt_id = key(UUID)
    leaderboard_id = column(UUID)
    rank = optional(BIGINT)  # when the ranking was frozen
    reward = optional(JSON)  # {bundle} or {entries}; none for nothing
    settled_at = optional(MOMENT)  # when it was paid, or was found not to be


attempt_awards: Final = table(
    "attempt_awards",
    AttemptAwardRecord,
    of_player(),
    where("ix_attempt_awards_due", "settled_at IS NULL", "studio_id", "game_id", "player_id", "attempt_id"),
)


class MilestoneRecord(OwnedByPlayer):
    """That an attempt reached a milestone."""

    attempt_id = key(UUID)
    key = key(TEXT)
    fired_at = column(MOMENT)


milestones_fired: Final = table(
    "milestones_fired",
    MilestoneRecord,
    of_player(),
)


class LeaderboardRecord(OwnedByGame):
    """The leaderboard of an event's window, or of a lobby."""

    leaderboard_id = key(UUID)
    environment = column(TEXT)
    event_id = column(UUID)
    window_id = column(UUID)
    scope = column(TEXT)  # `global`, or the id of the lobby it belongs to
    mode = column(TEXT)
    created_at = column(MOMENT)
    finalized_at = optional(MOMENT)
    finalized_reason = optional(TEXT)  # window_closed, session_terminated
    frozen_at = optional(MOMENT)  # when it was settled what its attempts are worth


leaderboards: Final = table(
    "leaderboards",
    LeaderboardRecord,
    sa.UniqueConstraint("studio_id", "game_id", "window_id", "environment", "scope", name="uq_leaderboards_scope"),
    of_game(),
    where(
        "ix_leaderboards_unsettled",
        "finalized_at IS NOT NULL AND frozen_at IS NULL",
        *("studio_id", "game_id", "finalized_at", "leaderboard_id"),
    ),
)


class LeaderboardEntryRecord(OwnedByGame):
    """A participant's score on such a leaderboard."""

    leaderboard_id = key(UUID)
    participant_id = key(UUID)
    kind = column(TEXT, default="player")
    score = column(DOUBLE)
    reached_at = column(MOMENT)  # equal scores rank by time
    attempt_id = optional(UUID)


leaderboard_entries: Final = table(
    "leaderboard_entries",
    LeaderboardEntryRecord,
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


class LobbyRecord(OwnedByGame):
    """A lobby of an event."""

    lobby_id = key(UUID)
    environment = column(TEXT)
    event_id = column(UUID)
    window_id = column(UUID)
    leaderboard_id = optional(UUID)
    key = optional(TEXT)  # the studio's own id for it
    mode = column(TEXT)
    status = column(TEXT)  # forming, active, closed
    capacity = column(INTEGER)
    fill_by = optional(MOMENT)
    participant_count = column(INTEGER, default=0)
    bot_slots = column(INTEGER, default=0)
    created_at = column(MOMENT)
    started_at = optional(MOMENT)
    ends_at = optional(MOMENT)
    fill_strategy = optional(TEXT)  # fill_with_bots, start_short, wait_full
    metadata = optional(JSON)  # what the studio pushed with it


lobbies: Final = table(
    "lobbies",
    LobbyRecord,
    sa.UniqueConstraint("studio_id", "game_id", "event_id", "environment", "key", name="uq_lobbies_key"),
    of_game(),
    where("ix_lobbies_filling", "status = 'forming'", "studio_id", "game_id", "fill_by", "lobby_id"),
    where("ix_lobbies_open", "status <> 'closed'", "studio_id", "game_id", "window_id", "environment", "created_at"),
)


class LobbyMemberRecord(OwnedByPlayer):
    """A player's seat in a lobby."""

    lobby_id = key(UUID)
    joined_at = column(MOMENT)


lobby_members: Final = table(
    "lobby_members",
    LobbyMemberRecord,
    of_player(),
    sa.Index("ix_lobby_members_recent", "studio_id", "game_id", "player_id", "joined_at", "lobby_id"),
    sa.Index("ix_lobby_members_lobby", "studio_id", "game_id", "lobby_id", "player_id"),
)
