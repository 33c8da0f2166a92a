"""Scores and metrics are numbers from 0 to 2^53-1 in every request (contract/README.md#limits)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from kraty_console.backend.events import attempts
from kraty_console.backend.leaderboards import game_boards as boards
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.contract.definitions import Metric, Milestone
from kraty_console.contract.errors import Code
from kraty_console.contract.limits import MAX_BALANCE
from tests.backend.test_boards import board
from tests.harness.backend.small_game import ALICE, SmallGame

OUT_OF_BOUNDS = [1e308, float("inf"), float("nan"), 10**400, 2.0**53, MAX_BALANCE + 1, -1, -0.5]

Report = Callable[[SmallGame, float], Awaitable[object]]


async def _metric(world: SmallGame, value: float) -> object:
    attempt = await world.play(score=3)
    return await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": value})


async def _increment(world: SmallGame, value: float) -> object:
    attempt = await world.play(score=3)
    more = value if value > 0 or value != value else value - 3
    return await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": more}, mode="increment")


async def _final_score(world: SmallGame, value: float) -> object:
    attempt = await world.play(score=3)
    return await world.run(attempts.force_complete, world.admin(), attempt["id"], final_score=value)


async def _board_score(world: SmallGame, value: float) -> object:
    await board(world)
    await world.run(players.upsert, world.engine(), ALICE)
    return await world.run(boards.score, world.server(), ALICE, "laps", value)


@pytest.mark.parametrize("value", OUT_OF_BOUNDS, ids=lambda value: f"{float(min(value, 1e308)):g}")
@pytest.mark.parametrize("report", [_metric, _increment, _final_score, _board_score])
async def test_a_value_out_of_bounds_is_refused_and_leaves_nothing(
    world: SmallGame, report: Report, value: float
) -> None:
    with pytest.raises(RuleError) as refused:
        await report(world, value)
    assert refused.value.code is Code.VALIDATION_FAILED
    assert {row["score"] for row in await world.rows(tables.attempts)} <= {3}
    assert {row["score"] for row in await world.rows(tables.leaderboard_entries)} <= {3}
    assert await world.rows(tables.board_entries) == []


@pytest.mark.parametrize("value", [0, -0.0, 0.5, MAX_BALANCE])
@pytest.mark.parametrize("report", [_metric, _final_score, _board_score])
async def test_the_bounds_are_accepted(world: SmallGame, report: Report, value: float) -> None:
    await report(world, value)
    kept = [row["metrics_raw"]["wins"] for row in await world.rows(tables.attempts)]
    assert not [number for number in kept if str(number).startswith("-")]


async def test_metrics_that_together_score_too_much_are_refused(world: SmallGame) -> None:
    attempt = await world.play("steps", None)  # a unit scores two
    with pytest.raises(RuleError, match=r"metrics\.wins must be"):
        await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": MAX_BALANCE})


@pytest.mark.parametrize("value", [-1, 1e308])
@pytest.mark.parametrize("field", ["target", "cap", "scorePerUnit"])
def test_a_target_beyond_the_largest_metric_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValidationError):
        Metric.model_validate({"key": "wins", field: value})


def test_a_milestone_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValidationError):
        Milestone.model_validate({"key": "a", "metricKey": "wins", "threshold": -1, "entries": []})
