"""The second studio: its own game, with a player of the same name, so that a mix-up is visible."""

from __future__ import annotations

from typing import Final

from kraty_console.backend.demo.cast import Scene
from kraty_console.backend.demo.people import Person
from kraty_console.backend.demo.rabbit_rush import Json
from kraty_console.backend.demo.stage import Story
from kraty_console.backend.demo.visits import Visit, visit

CURRENCIES: Final[tuple[Json, ...]] = ({"key": "tickets", "name": "Tickets"}, {"key": "gold", "name": "Owl gold"})

BUNDLES: Final[tuple[Json, ...]] = (
    {
        "key": "fare",
        "name": "Fare",
        "entries": [{"type": "currency", "currencyKey": "tickets", "amount": {"min": 1, "max": 3}}],
    },
)

EVENTS: Final[tuple[Json, ...]] = (
    {
        "key": "night_mail",
        "name": "Night Mail",
        "metrics": [{"key": "parcels", "target": 10, "scorePerUnit": 1}],
        "reward_policy": {"type": "fixed_bundle", "bundle": "fare"},
    },
)

OTHER_ALICE: Final = Person("alice_42", "Patient Owl", "NO", 61, "alice@example.com")
CONDUCTOR: Final = Person("conductor_9", "Tidy Tapir", "CH", 12)


def stories(scene: Scene) -> list[Story]:
    """Two players; one has the external id and the e-mail of another studio's player."""
    return [
        visit(scene.play(OTHER_ALICE), Visit("night_mail", scene.ago(days=2), {"parcels": 12})),
        visit(scene.play(OTHER_ALICE), Visit("night_mail", scene.ago(hours=6), {"parcels": 11}, collects_after=None)),
        visit(scene.play(CONDUCTOR), Visit("night_mail", scene.ago(days=1), {"parcels": 31})),
    ]
