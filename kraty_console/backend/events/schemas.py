"""What a game, or its studio's backend, sends while somebody plays (kraty-api 3.7, 3.8, 4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool

from kraty_console.backend.http.numbers import WHOLE
from kraty_console.backend.http.sdk_requests import GameRequest
from kraty_console.backend.http.server_requests import Moment, one_of
from kraty_console.backend.lobbies.service import MAX_CAPACITY

Value = int | float
"""A metric's value, kept as it was sent."""

MetricKey = Annotated[str, Field(min_length=1, max_length=200)]
Metrics = Annotated[dict[MetricKey, Value], Field(max_length=100, json_schema_extra={"minProperties": 1})]
PlayerId = Annotated[str, Field(min_length=1, max_length=512)]


class Start(GameRequest):
    """Start an attempt; the context is kept as the player's last one."""

    player_context: dict[str, Any] | None = None


class ReportProgress(GameRequest):
    """Report metrics: one value for an event with one metric, or several by key (`metricValues` is the same, C16)."""

    model_config = ConfigDict(json_schema_extra=one_of("metricValue", "metrics", "metricValues"))

    mode: Literal["set", "increment"]
    metric_value: Value | None = None
    metrics: Metrics | None = None
    metric_values: Metrics | None = None
    occurred_at: Moment | None = None


class LobbyPush(GameRequest):
    """A lobby that the studio matched itself; its key is what makes it the same lobby when it is pushed again."""

    key: Annotated[str, Field(min_length=1, max_length=200)]
    external_player_ids: Annotated[list[PlayerId], Field(min_length=1, max_length=MAX_CAPACITY)]
    capacity: Annotated[int, Field(ge=1, le=MAX_CAPACITY), WHOLE] | None = None
    fill_bots: StrictBool | None = None
    metadata: dict[str, Any] | None = None
