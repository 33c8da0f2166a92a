"""One player's visit to one event, from the start to the reward, or to the failure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from kraty_console.backend.demo.calendar import Calendar
from kraty_console.backend.demo.game_client import DemoClient
from kraty_console.backend.demo.rabbit_rush import EGGS_TARGET, RACE_TARGET
from kraty_console.backend.demo.stage import MINUTE, SECOND, Story


@dataclass(frozen=True, slots=True)
class Visit:
    """What a player does at an event; times in milliseconds after the start."""

    event_key: str
    start_ms: int
    metrics: dict[str, float]
    plays_for: int = 12 * MINUTE
    way_there: dict[str, float] | None = None
    """What is reported half-way."""
    gives_up: bool = False
    """Finishes without having met the target."""
    goes_away: bool = False
    """Never comes back to the attempt after the first report; the sweep ends it with its window."""
    collects_after: int | None = 20 * SECOND
    """None leaves the grants where they are, until they expire."""


async def visit(play: DemoClient, plan: Visit) -> Story:
    """Play one visit."""
    yield plan.start_ms
    attempt = await play.start(plan.event_key)
    gained: list[str] = []
    if plan.way_there is not None:
        yield plan.start_ms + plan.plays_for // 2
        gained += await play.report(attempt, **plan.way_there)
    yield plan.start_ms + plan.plays_for
    gained += await play.report(attempt, **plan.metrics)
    if plan.gives_up:
        await play.finish(attempt)
    if plan.goes_away:
        ends_ms = (await play.attempt(attempt)).ends_at
        if ends_ms < play.stage.now_ms:
            yield ends_ms
            await play.expire_attempt(attempt)
    if plan.collects_after is not None and gained:
        yield plan.start_ms + plan.plays_for + plan.collects_after
        await play.collect(gained)
    elif gained:
        expires_ms = max([(await play.grant(grant_id)).expires_at or 0 for grant_id in gained])
        if expires_ms < play.stage.now_ms:
            yield expires_ms
            for grant_id in gained:
                await play.expire_grant(grant_id)


_LIKED: Final = (
    ("daily_race", 52),
    ("weekly_cup", 14),
    ("spring_hunt", 14),
    ("garden_party", 12),
    ("practice_run", 8),
)
"""How much each event is played, of a hundred visits."""


def random_visit(rng: random.Random, calendar: Calendar, start_ms: int, now_ms: int) -> Visit | None:
    """A random visit; None if its event is closed or about to close."""
    event_key = rng.choices([key for key, _ in _LIKED], [weight for _, weight in _LIKED])[0]
    plays_for = rng.randrange(4 * MINUTE, 25 * MINUTE, SECOND)
    window = calendar.open_at(event_key, start_ms)
    if window is None or start_ms + plays_for >= min(window.ends_ms, now_ms):
        return None
    fails = rng.random() < 0.14
    metrics, way_there = _result(rng, event_key, fails)
    goes_away = fails and rng.random() < 0.4
    return Visit(
        event_key,
        start_ms,
        metrics,
        plays_for=plays_for,
        way_there=way_there,
        gives_up=fails and not goes_away,
        goes_away=goes_away,
        collects_after=_collect_delay(rng, start_ms + plays_for, now_ms),
    )


def _result(rng: random.Random, event_key: str, fails: bool) -> tuple[dict[str, float], dict[str, float] | None]:
    """What is reported at the end, and half-way; a try that fails stays below the target."""
    match event_key:
        case "daily_race":
            return {"distance": _distance(rng, fails)}, None
        case "weekly_cup":
            distance = _distance(rng, fails)
            return {"distance": distance}, {"distance": min(distance // 2, 740)}
        case "spring_hunt":
            eggs = rng.randrange(12, 99) if fails else rng.randrange(EGGS_TARGET, 300)
            return {"eggs": eggs, "steps": rng.randrange(300, 6000)}, None
        case "garden_party":
            grown = rng.randrange(20, 199) if fails else rng.randrange(200, 700)
            return {"carrots_grown": grown}, None
        case _:
            return {"distance": rng.randrange(50, 499) if fails else rng.randrange(500, 2400)}, None


def _distance(rng: random.Random, fails: bool) -> int:
    return rng.randrange(200, RACE_TARGET) if fails else rng.randrange(RACE_TARGET, 2200)


def _collect_delay(rng: random.Random, done_ms: int, now_ms: int) -> int | None:
    """When the game collects the grants: mostly at once, sometimes later or never, but not after now."""
    wait = rng.randrange(5 * SECOND, 40 * SECOND, SECOND)
    mood = rng.random()
    if mood < 0.05:
        return None
    if mood < 0.15:
        wait = rng.randrange(10 * MINUTE, 600 * MINUTE, SECOND)
    return wait if done_ms + wait < now_ms else None
