"""The environment `test`: the developers' own players, one with the name of a live one."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.stage import Story
from kraty_console.backend.demo.visits import Visit, visit

PLAYERS: Final = (
    Person("alice_42", "Test Otter", "PT", 1, "alice@example.com", "editor"),
    Person("qa_maria", "Test Heron", "PT", 50, "maria@brightburrow.example", "editor"),
    Person("qa_bot_1", "Test Robin", "US", 99, None, "editor"),
    Person("qa_bot_2", "Test Raven", "US", 99, None, "editor"),
)


def stories(scene: Scene) -> list[Story]:
    """A few races each, some of them on purpose not collected."""
    return [
        visit(
            scene.play(person),
            Visit(
                "daily_race",
                scene.ago(days=day, hours=number),
                {"distance": 1500 + number},
                collects_after=None if day == 1 else 1_000,
            ),
        )
        for number, person in enumerate(PLAYERS)
        for day in (1, 2, 5)
    ]
