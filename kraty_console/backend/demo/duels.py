"""Duels: players meet in lobbies, play for a shared pool, and part when the window closes."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kraty_console.backend.demo.calendar import HISTORY_DAYS, Window
from kraty_console.backend.demo.cast import ALICE, Scene
from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.playing import Playing
from kraty_console.backend.demo.stage import HOUR, MINUTE, SECOND, Story
from kraty_console.backend.engine import lobbies

SEATS = 5


def stories(scene: Scene, people: Sequence[Person]) -> list[Story]:
    """A lobby in every other window of the past, and two now: Alice sits in one, the other still waits for players."""
    luck = scene.stage.chances("duels")
    now_ms = scene.stage.now_ms
    told = [
        _lobby(scene, window, window.starts_ms + 2 * HOUR, _some(luck, people), luck)
        for window in scene.calendar.windows["duel_arena"][::2]
        if scene.ago(days=HISTORY_DAYS) < window.starts_ms and window.ends_ms < now_ms
    ]
    today = scene.calendar.open_at("duel_arena", now_ms)
    assert today is not None, "there is always a duel"
    told.append(_lobby(scene, today, now_ms - 7 * HOUR, [ALICE, *_some(luck, people)], luck))
    told.append(_forming(scene, now_ms - 3 * MINUTE, _some(luck, people)[:2]))
    return told


def _some(luck: random.Random, people: Sequence[Person]) -> list[Person]:
    return luck.sample(people, SEATS)


async def _lobby(scene: Scene, window: Window, opens_ms: int, people: Sequence[Person], luck: random.Random) -> Story:
    """One lobby from its opening to the end of its window, or to now."""
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
        await _fight(duellist, attempt, 2 if duellist.person is ALICE else luck.randrange(5, 9))
    if window.ends_ms < scene.stage.now_ms:
        yield window.ends_ms
        await lobbies.close(scene.tx, scene.engine(), lobby_id)


async def _fight(duellist: Playing, attempt: str, wins: int) -> None:
    await duellist.collect(await duellist.report(attempt, wins=wins))


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
