"""The pool that a player's name comes from until they choose one: an adjective, an animal, a number (kraty-api 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

ADJECTIVES: Final = (
    "Agile", "Amber", "Bold", "Brave", "Bright", "Brisk", "Calm", "Candid", "Clever", "Coral", "Cosmic", "Crisp",
    "Daring", "Dapper", "Eager", "Early", "Fabled", "Fancy", "Fleet", "Fresh", "Gentle", "Gilded", "Glad", "Golden",
    "Grand", "Happy", "Hardy", "Honest", "Humble", "Icy", "Jolly", "Keen", "Kind", "Lively", "Loyal", "Lucky",
    "Lunar", "Merry", "Mighty", "Misty", "Noble", "Northern", "Patient", "Plucky", "Polite", "Proud", "Quick", "Quiet",
    "Rapid", "Rosy", "Royal", "Rustic", "Sharp", "Silent", "Silver", "Snowy", "Solar", "Steady", "Sunny", "Swift",
    "Tidy", "Velvet", "Vivid", "Witty",
)  # fmt: skip
"""64 of them: six random bits choose one."""

ANIMALS: Final = (
    "Badger", "Bear", "Beaver", "Bison", "Bobcat", "Camel", "Cobra", "Condor", "Coyote", "Crane", "Deer", "Dingo",
    "Dolphin", "Eagle", "Egret", "Elk", "Falcon", "Ferret", "Finch", "Fox", "Gazelle", "Gecko", "Gibbon", "Hare",
    "Hawk", "Heron", "Ibex", "Ibis", "Jackal", "Jaguar", "Kestrel", "Koala", "Lark", "Lemur", "Leopard", "Lion",
    "Llama", "Lynx", "Magpie", "Marlin", "Marten", "Mole", "Moose", "Newt", "Ocelot", "Orca", "Osprey", "Otter",
    "Owl", "Panda", "Panther", "Puffin", "Puma", "Quail", "Rabbit", "Raven", "Robin", "Seal", "Sparrow", "Stork",
    "Tapir", "Tiger", "Walrus", "Wolf",
)  # fmt: skip
"""64 of them."""

_NUMBERS: Final = 9000
"""1000 to 9999. Two players may be given the same name: a name tells nobody apart, ids do."""


def draw(random_bytes: Callable[[int], bytes]) -> dict[str, Any]:
    """An identity `{name}` such as "Brave Otter 4821": the same for the same bytes."""
    value = int.from_bytes(random_bytes(8), "big")
    adjective, value = ADJECTIVES[value % len(ADJECTIVES)], value // len(ADJECTIVES)
    animal, value = ANIMALS[value % len(ANIMALS)], value // len(ANIMALS)
    return {"name": f"{adjective} {animal} {1000 + value % _NUMBERS}"}
