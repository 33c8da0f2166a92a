"""Leaderboards as `/sdk/v1` and `/server/v1` answer them (contract/SDK.md#leaderboards)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class EntryPlayer(Answer):
    """The game's metadata of the player behind an entry."""

    metadata: dict[str, Any] = Field(default_factory=dict)


class BoardEntry(Answer):
    """One participant's rank."""

    participant_id: str
    kind: str = "player"
    """`player` or `bot`."""
    name: str | None = None
    avatar: str | None = None
    country: str | None = None
    anonymized_name: str | None = None
    anonymized_avatar: str | None = None
    score: int | float
    rank: int
    is_self: bool = False
    progression: dict[str, int | float] | None = None
    """Balances of the requested economy keys; none for a bot."""
    player: EntryPlayer | None = None
    """None for a bot."""


class OwnPlace(Answer):
    """The rank of the calling player."""

    rank: int
    score: int | float


class EventLeaderboard(Answer):
    """The leaderboard of an event window or of one of its lobbies."""

    leaderboard_id: str
    mode: str
    finalized: bool = False
    finalized_reason: str | None = None
    """`session_terminated` or `window_closed`."""
    entries: list[BoardEntry] = Field(default_factory=list)
    self: OwnPlace | None = None
    progression: dict[str, object] | None = None
    joined: bool | None = None


class Leaderboard(Answer):
    """One segment of one period of a game leaderboard."""

    key: str
    leaderboard_id: str
    scope: str = "game"
    reset_cadence: str = "never"
    score_aggregation: str = "best"
    segment: str | None = None
    period: datetime | None = None
    """The start of the period."""
    entries: list[BoardEntry] = Field(default_factory=list)
    self: OwnPlace | None = None
    joined: bool | None = None


class SegmentStandings(Answer):
    """One segment, and whether the calling player is in it."""

    segment: str | None = None
    participated: bool = False
    self_rank: int | None = None
    entries: list[BoardEntry] = Field(default_factory=list)


class BoardStandings(Answer):
    """Several segments of one period of a game leaderboard."""

    key: str
    leaderboard_id: str
    scope: str = "game"
    reset_cadence: str = "never"
    score_aggregation: str = "best"
    period: datetime | None = None
    segments: list[SegmentStandings] = Field(default_factory=list)
    segments_truncated: bool = False


class BoardPeriod(Answer):
    """A past period."""

    period_started_at: datetime | None = None
    period_ended_at: datetime | None = None


class LeaderboardPeriods(Answer):
    """The past periods of a game leaderboard, newest first."""

    key: str
    leaderboard_id: str
    current_period_started_at: datetime | None = None
    periods: list[BoardPeriod] = Field(default_factory=list)


class Scored(Answer):
    """The result of submitting a score."""

    leaderboard_id: str
    score: int | float
    rank: int | None = None
