"""Requests about playing events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from kraty_console.backend.http.request_models import GameRequest, Moment, one_of

Value = int | float
"""A metric's value, stored as sent."""

MetricKey = Annotated[str, Field(min_length=1, max_length=200)]
Metrics = Annotated[dict[MetricKey, Value], Field(max_length=100, json_schema_extra={"minProperties": 1})]


class Start(GameRequest):
    """Start an attempt; the context is stored as the player's last one."""

    player_context: dict[str, Any] | None = None


class ReportProgress(GameRequest):
    """Report metrics: one value for an event with one metric, or several by key (`metricValues` is the same)."""

    model_config = ConfigDict(json_schema_extra=one_of("metricValue", "metrics", "metricValues"))

    mode: Literal["set", "increment"]
    metric_value: Value | None = None
    metrics: Metrics | None = None
    metric_values: Metrics | None = None
    occurred_at: Moment | None = None
