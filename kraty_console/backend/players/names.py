"""Names of players: the displayed one, and the one from the pool that never changes.

A row needs `display_identity`, `anonymized_identity` and `country`. A player of an older version may have no names;
then there is no identity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kraty_console.backend.storage.tables import PlayerRecord

Identity = dict[str, Any]

_LAST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)

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
"""1000 to 9999. Two players may get the same name; only ids are unique."""


def display(row: PlayerRecord) -> Identity | None:
    """What other players see, `{name, avatar, country}`: the chosen name, else the one from the pool."""
    return _with_country(chosen(row), row)


def anonymized(row: PlayerRecord) -> Identity | None:
    """The name from the pool, `{name, avatar, country}`, regardless of the chosen name."""
    return _with_country(row.anonymized_identity, row)


def synthetic(identity: Identity | None) -> Identity | None:
    """An identity in the older form, `{name, avatar}` (contract/SERVER.md#profile)."""
    return None if identity is None else {"name": identity["name"], "avatar": identity.get("avatar")}


def chosen(row: PlayerRecord) -> Identity | None:
    """The stored identity that other players see, with set fields only."""
    identity: Identity | None = row.display_identity or row.anonymized_identity
    return identity


def _with_country(identity: Identity | None, row: PlayerRecord) -> Identity | None:
    """Add the player's country, which is the same for both names."""
    if identity is None:
        return None
    return {"name": identity["name"], "avatar": identity.get("avatar"), "country": row.country}


def draw_from_pool(random_bytes: Callable[[int], bytes]) -> dict[str, Any]:
    """An identity `{name}` such as "Brave Otter 4821": the same for the same bytes."""
    value = int.from_bytes(random_bytes(8), "big")
    adjective, value = ADJECTIVES[value % len(ADJECTIVES)], value // len(ADJECTIVES)
    animal, value = ANIMALS[value % len(ANIMALS)], value // len(ANIMALS)
    return {"name": f"{adjective} {animal} {1000 + value % _NUMBERS}"}


def after_prefix(prefix: str) -> str | None:
    """The first text, in code point order, after all texts with the prefix; None if there is no end."""
    for length in range(len(prefix), 0, -1):
        following = ord(prefix[length - 1]) + 1
        if following in _SURROGATES:
            following = _SURROGATES.stop
        if following <= _LAST_CHARACTER:
            return prefix[: length - 1] + chr(following)
    return None
