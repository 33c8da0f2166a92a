"""One player's visit to one event, from the start to the reward, or to where it went wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from kraty_console.backend.demo.calendar import Calendar
from kraty_console.backend.demo.game_client import Playing
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


async def visit(play: Playing, plan: Visit) -> Story:
    """Live one visit."""
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


def some_visit(luck: random.Random, calendar: Calendar, start_ms: int, now_ms: int) -> Visit | None:
    """A visit as players make them; None if the event they would like is closed, or about to close."""
    event_key = luck.choices([key for key, _ in _LIKED], [weight for _, weight in _LIKED])[0]
    plays_for = luck.randrange(4 * MINUTE, 25 * MINUTE, SECOND)
    window = calendar.open_at(event_key, start_ms)
    if window is None or start_ms + plays_for >= min(window.ends_ms, now_ms):
        return None
    fails = luck.random() < 0.14
    metrics, way_there = _result(luck, event_key, fails)
    goes_away = fails and luck.random() < 0.4
    return Visit(
        event_key,
        start_ms,
        metrics,
        plays_for=plays_for,
        way_there=way_there,
        gives_up=fails and not goes_away,
        goes_away=goes_away,
        collects_after=_patience(luck, start_ms + plays_for, now_ms),
    )


def _result(luck: random.Random, event_key: str, fails: bool) -> tuple[dict[str, float], dict[str, float] | None]:
    """What is reported at the end, and half-way; a try that fails stays below the target."""
    match event_key:
        case "daily_race":
            return {"distance": _distance(luck, fails)}, None
        case "weekly_cup":
            distance = _distance(luck, fails)
            return {"distance": distance}, {"distance": min(distance // 2, 740)}
        case "spring_hunt":
            eggs = luck.randrange(12, 99) if fails else luck.randrange(EGGS_TARGET, 300)
            return {"eggs": eggs, "steps": luck.randrange(300, 6000)}, None
        case "garden_party":
            grown = luck.randrange(20, 199) if fails else luck.randrange(200, 700)
            return {"carrots_grown": grown}, None
        case _:
            return {"distance": luck.randrange(50, 499) if fails else luck.randrange(500, 2400)}, None


def _distance(luck: random.Random, fails: bool) -> int:
    return luck.randrange(200, RACE_TARGET) if fails else luck.randrange(RACE_TARGET, 2200)


def _patience(luck: random.Random, done_ms: int, now_ms: int) -> int | None:
    """When the game collects the grants: mostly at once, seldom a good while later or never, and not past now."""
    wait = luck.randrange(5 * SECOND, 40 * SECOND, SECOND)
    mood = luck.random()
    if mood < 0.05:
        return None
    if mood < 0.15:
        wait = luck.randrange(10 * MINUTE, 600 * MINUTE, SECOND)
    return wait if done_ms + wait < now_ms else None
