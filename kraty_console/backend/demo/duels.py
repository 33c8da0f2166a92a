"""Duels: players play for a shared pool in lobbies, which close when all have played."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kraty_console.backend.demo import rankings
from kraty_console.backend.demo.calendar import HISTORY_DAYS
from kraty_console.backend.demo.cast import ALICE, Scene
from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.stage import HOUR, MINUTE, SECOND, Story
from kraty_console.backend.lobbies import service as lobbies

SEATS = 5


def stories(scene: Scene, people: Sequence[Person]) -> list[Story]:
    """A lobby in every other window of the past, and two now: Alice sits in one, the other still waits for players."""
    rng = scene.stage.rng_for("duels")
    now_ms = scene.stage.now_ms
    stories = [
        _lobby(scene, window.starts_ms + 2 * HOUR, _some(rng, people), rng)
        for window in scene.calendar.windows["duel_arena"][::2]
        if scene.ago(days=HISTORY_DAYS) < window.starts_ms and window.ends_ms < now_ms
    ]
    today = scene.calendar.open_at("duel_arena", now_ms)
    assert today is not None, "there is always a duel"
    stories.append(_lobby(scene, now_ms - 7 * HOUR, [ALICE, *_some(rng, people)], rng))
    stories.append(_forming(scene, now_ms - 3 * MINUTE, _some(rng, people)[:2]))
    return stories


def _some(rng: random.Random, people: Sequence[Person]) -> list[Person]:
    return rng.sample(people, SEATS)


async def _lobby(scene: Scene, opens_ms: int, people: Sequence[Person], rng: random.Random) -> Story:
    """One lobby from its opening to its end, or to now."""
    yield opens_ms
    opened = await lobbies.create(scene.tx, scene.engine(), "duel_arena", capacity=8)
    lobby_id: str = opened.data["lobby"]["id"]
    duellists = [scene.play(person) for person in people]
    for seat, duellist in enumerate(duellists):
        yield opens_ms + seat * 20 * SECOND
        await duellist.join(lobby_id)
    begins = opens_ms + 3 * MINUTE
    yield begins
    await lobbies.start(scene.tx, scene.engine(), lobby_id)
    attempts = [await duellist.start("duel_arena") for duellist in duellists]
    for turn, (duellist, attempt) in enumerate(zip(duellists, attempts, strict=True)):
        yield begins + (9 + 7 * turn) * MINUTE
        await duellist.report(attempt, wins=2 if duellist.person is ALICE else rng.randrange(5, 9))
    lobby = await lobbies.lock_lobby(scene.tx, scene.engine(), lobby_id)
    if not await lobbies.advance(scene.tx, scene.engine(), lobby):
        return  # a player is still playing
    assert lobby.leaderboard_id is not None, "the lobby has started"
    await rankings.settle(scene, lobby.leaderboard_id)
    for duellist, attempt in zip(duellists, attempts, strict=True):
        await rankings.collect(scene, duellist.person, attempt)


async def _forming(scene: Scene, opens_ms: int, people: Sequence[Person]) -> Story:
    """A lobby that still waits for players."""
    yield opens_ms
    opened = await lobbies.create(
        scene.tx,
        scene.engine(),
        "duel_arena",
        capacity=8,
        fill_by=opens_ms + 10 * MINUTE,
    )
    for person in people:
        yield opens_ms + 40 * SECOND
        await scene.play(person).join(opened.data["lobby"]["id"])
