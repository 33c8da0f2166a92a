"""Rewards by rank and from pools: settled when a board is final, and collected at the player's next visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.demo.calendar import DemoWindow
from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.stage import HOUR, MINUTE, Story
from kraty_console.backend.events import attempt_rewards
from kraty_console.backend.leaderboards import service as leaderboards
from kraty_console.backend.leaderboards import settlement
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import AttemptRecord

RUNNERS: Final = 14
"""Who ran in the last cup; the first few of them run in this one as well."""
AGAIN: Final = 4


async def settle(scene: Scene, leaderboard_id: str) -> None:
    """Freeze the ranking of a final board, and pay its awards, as the worker does."""
    tx, tenant = scene.tx, scene.stage.tenant
    board = await tx.get(tables.leaderboards, tenant.studio_id, tenant.game_id, leaderboard_id)
    assert board is not None, "it has players"
    await settlement.freeze(tx, scene.engine(), board)
    column = tables.attempt_awards.c
    awards = await tx.load(
        tables.attempt_awards,
        column.studio_id == tenant.studio_id,
        column.game_id == tenant.game_id,
        column.leaderboard_id == leaderboard_id,
        column.settled_at.is_(None),
    )
    for award in awards:
        player = await tx.get(tables.players, *award.primary_key()[:3])
        assert player is not None, "an award is a player's"
        await attempt_rewards.pay_award(tx, scene.engine(), player, award)


async def collect(scene: Scene, person: Person, attempt_id: str) -> None:
    """Collect the rewards of an attempt."""
    play = scene.play(person)
    column = tables.grants.c
    player = await play.register()
    grant_ids = await scene.tx.execute(
        sa.select(column.grant_id)
        .where(
            *(
                tables.grants.columns[name] == value
                for name, value in zip(("studio_id", "game_id"), player.primary_key(), strict=False)
            ),
            column.player_id == player.player_id,
            column.attempt_id == attempt_id,
        )
        .order_by(column.grant_id)
    )
    await play.collect(list(grant_ids.scalars()))


def stories(scene: Scene, people: Sequence[Person]) -> list[Story]:
    """The Moonlight Cup, which pays by rank: one is over and settled, another is open."""
    rng = scene.stage.rng_for("moonlight")
    now_ms = scene.stage.now_ms
    last, present = [window for window in scene.calendar.windows["moonlight_cup"] if window.starts_ms <= now_ms][-2:]
    runners = rng.sample(people, RUNNERS)
    marks = [rng.randrange(300, 900) for _ in runners]
    starts = [rng.randrange(6 * HOUR, 6 * 24 * HOUR) for _ in runners]
    return [
        _past_cup(scene, last, list(zip(runners, marks, starts, strict=True))),
        *(_run(scene, runners[number], now_ms - (5 + 9 * number) * HOUR, 300 + marks[number]) for number in range(AGAIN)
          if present.starts_ms < now_ms - (6 + 9 * number) * HOUR),
    ]  # fmt: skip


async def _past_cup(scene: Scene, window: DemoWindow, runs: Sequence[tuple[Person, int, int]]) -> Story:
    attempts: dict[str, tuple[Person, AttemptRecord]] = {}
    for person, mark, start in sorted(runs, key=lambda run: run[2]):
        yield window.starts_ms + start
        play = scene.play(person)
        attempt_id = await play.start("moonlight_cup")
        await play.report(attempt_id, distance=mark)
        attempts[attempt_id] = person, await play.attempt(attempt_id)
    yield window.ends_ms
    [leaderboard_id] = {attempt.leaderboard_id for _, attempt in attempts.values()}
    await leaderboards.finalize(scene.tx, scene.engine(), leaderboard_id, leaderboards.WINDOW_CLOSED)
    await settle(scene, leaderboard_id)
    for turn, (attempt_id, (person, _)) in enumerate(list(attempts.items())[:-2]):
        yield window.ends_ms + (20 + 7 * turn) * MINUTE
        await collect(scene, person, attempt_id)


async def _run(scene: Scene, person: Person, at_ms: int, mark: int) -> Story:
    yield at_ms
    play = scene.play(person)
    attempt_id = await play.start("moonlight_cup")
    yield at_ms + 12 * MINUTE
    await play.report(attempt_id, distance=mark)
