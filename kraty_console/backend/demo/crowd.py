"""All other players: a crowd of occasional players, and ten with hostile names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kraty_console.backend.demo.calendar import HISTORY_DAYS
from kraty_console.backend.demo.cast import CAST, HEAVY, Scene
from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.backend.demo.people import Person, crowd
from kraty_console.backend.demo.stage import DAY, HOUR, MINUTE, DemoStage, Story
from kraty_console.backend.demo.visits import Visit, random_visit, visit

CROWD: Final = 270

LOOKALIKES: Final = (
    Person("alice_420", "Dapper Mole", "IE", 3, "alice.b@example.net"),
    Person("alice.wong", "Sunny Heron", "SG", 19, "alice.wong@example.org", "ios"),
    Person("ALICE_42", "Icy Raven", "AU", 2, "alice.w@example.com"),
    Person("bob_77", "Jolly Bison", "US", 8, "family@example.org"),
    Person("bobby_tables", "Noble Newt", "US", 15, "family@example.org"),
)
"""Easily confused with another player; the last two share an e-mail address."""

HOSTILE: Final = tuple(Person(name.external_id, name.display_name, "XX", 13) for name in HOSTILE_NAMES)


def people(stage: DemoStage) -> list[Person]:
    """The crowd, lookalikes included."""
    taken = {person.external_id for person in (*CAST, *LOOKALIKES, *HOSTILE)} | {HEAVY.external_id}
    return [*crowd(CROWD, stage.rng_for("crowd"), taken), *LOOKALIKES]


def stories(scene: Scene, people: Sequence[Person]) -> list[Story]:
    """The visits of the crowd over the last 30 days."""
    return [story for person in people for story in _visits(scene, person)]


def hostile_stories(scene: Scene) -> list[Story]:
    """Each of the ten plays a little, so that every pane has rows."""
    return [story for number, person in enumerate(HOSTILE) for story in _hostile(scene, person, number)]


def _visits(scene: Scene, person: Person) -> list[Story]:
    rng = scene.stage.rng_for(person.external_id)
    play = scene.play(person)
    oldest = rng.randrange(HISTORY_DAYS * DAY)
    made: list[Story] = []
    for _ in range(1 + min(int(rng.expovariate(0.7)), 9)):
        start_ms = scene.stage.now_ms - 5 * MINUTE - rng.randrange(oldest + HOUR)
        plan = random_visit(rng, scene.calendar, start_ms, scene.stage.now_ms)
        if plan is not None and not _finishes_in_outage(scene, plan):
            made.append(visit(play, plan))
    return made or [_sign_up_only(scene, person, scene.stage.now_ms - oldest)]


def _finishes_in_outage(scene: Scene, plan: Visit) -> bool:
    """Whether the visit would finish in the hour in which the race's reward table was archived; only Alice's does."""
    done_ms = plan.start_ms + plan.plays_for
    return plan.event_key == "daily_race" and scene.ago(minutes=70) <= done_ms <= scene.ago(minutes=40)


async def _sign_up_only(scene: Scene, person: Person, at_ms: int) -> Story:
    """Signs up and plays nothing."""
    yield at_ms
    await scene.play(person).register()


def _hostile(scene: Scene, person: Person, number: int) -> list[Story]:
    play = scene.play(person)

    async def bought() -> Story:
        yield scene.ago(days=2, hours=number)
        await play.register()
        await scene.shop.deliver(
            play.name, [{"type": "crate", "crateItemKey": "wooden_box", "quantity": 1}], kind="crate"
        )

    return [
        visit(play, Visit("daily_race", scene.ago(days=3, minutes=number), {"distance": 1600 + number})),
        visit(play, Visit("practice_run", scene.ago(days=1, hours=number), {"distance": 90}, gives_up=True)),
        bought(),
    ]
