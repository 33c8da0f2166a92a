"""Leaderboards as `/sdk/v1` and `/server/v1` answer them (contract/SDK.md#leaderboards)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from kraty_console.contract.wire import Answer


class EntryPlayer(Answer):
    """Of the player behind an entry, what the game itself keeps with them."""

    metadata: dict[str, Any] = Field(default_factory=dict)


class BoardEntry(Answer):
    """One participant's place."""

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
    """Balances of the economy keys that were asked for; a bot has none."""
    player: EntryPlayer | None = None
    """None of a bot."""


class OwnPlace(Answer):
    """Where the player who reads stands."""

    rank: int
    score: int | float


class EventLeaderboard(Answer):
    """The board of one window of an event, or of one of its lobbies."""

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
    """One segment of one period of a game's board."""

    key: str
    leaderboard_id: str
    scope: str = "game"
    reset_cadence: str = "never"
    score_aggregation: str = "best"
    segment: str | None = None
    period: datetime | None = None
    """When the period began."""
    entries: list[BoardEntry] = Field(default_factory=list)
    self: OwnPlace | None = None
    joined: bool | None = None


class SegmentStandings(Answer):
    """One segment, and whether the player who reads is in it."""

    segment: str | None = None
    participated: bool = False
    self_rank: int | None = None
    entries: list[BoardEntry] = Field(default_factory=list)


class BoardStandings(Answer):
    """Several segments of one period of a game's board."""

    key: str
    leaderboard_id: str
    scope: str = "game"
    reset_cadence: str = "never"
    score_aggregation: str = "best"
    period: datetime | None = None
    segments: list[SegmentStandings] = Field(default_factory=list)
    segments_truncated: bool = False


class BoardPeriod(Answer):
    """A period that is over."""

    period_started_at: datetime | None = None
    period_ended_at: datetime | None = None


class LeaderboardPeriods(Answer):
    """The periods of a game's board that are over, newest first."""

    key: str
    leaderboard_id: str
    current_period_started_at: datetime | None = None
    periods: list[BoardPeriod] = Field(default_factory=list)


class Scored(Answer):
    """A score after it was counted."""

    leaderboard_id: str
    score: int | float
    rank: int | None = None
