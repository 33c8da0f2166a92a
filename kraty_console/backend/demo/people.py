"""The people of the demo world: staff with their roles, and names of the crowd of players."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of the studio and the role in its game."""

    name: str
    email: str
    role: str


MARIA: Final = StaffMember("maria", "maria@brightburrow.example", GAME_ADMIN)
DENIZ: Final = StaffMember("deniz", "deniz@brightburrow.example", GAME_DEBUGGER)
VICTOR: Final = StaffMember("victor", "victor@brightburrow.example", GAME_VIEWER)
STAFF: Final = (MARIA, DENIZ, VICTOR)

OLGA: Final = StaffMember("olga", "olga@nightowl.example", GAME_ADMIN)
"""She works for the other studio, and sees nothing of the first."""


@dataclass(frozen=True, slots=True)
class Person:
    """A player as the game knows them."""

    external_id: str
    display_name: str
    country: str
    level: int
    email: str | None = None
    platform: str = "android"

    @property
    def context(self) -> dict[str, Any]:
        """What the game reports at each start (contract/SDK.md#start)."""
        return {"country": self.country, "level": self.level, "platform": self.platform}


# fmt: off
_ADJECTIVES: Final = (
    "Amber", "Bold", "Brave", "Bright", "Calm", "Clever", "Cosmic", "Dapper", "Daring", "Dusty", "Eager", "Fuzzy",
    "Gentle", "Golden", "Happy", "Hidden", "Icy", "Jolly", "Keen", "Lucky", "Mellow", "Misty", "Nimble", "Noble",
    "Orange", "Patient", "Quick", "Quiet", "Rapid", "Rusty", "Shiny", "Silent", "Silver", "Sleepy", "Snowy", "Sunny",
    "Swift", "Tidy", "Velvet", "Wild", "Witty", "Zesty",
)
_ANIMALS: Final = (
    "Badger", "Beaver", "Bison", "Crane", "Deer", "Dingo", "Eagle", "Falcon", "Ferret", "Finch", "Fox", "Gecko",
    "Hare", "Hedgehog", "Heron", "Ibis", "Jackal", "Koala", "Lemur", "Lynx", "Magpie", "Marmot", "Mole", "Moose",
    "Newt", "Ocelot", "Otter", "Owl", "Panda", "Puffin", "Quail", "Rabbit", "Raven", "Robin", "Seal", "Stoat", "Swan",
    "Tapir", "Toad", "Vole", "Weasel", "Wren", "Yak",
)
_COUNTRIES: Final = (
    "BR", "CA", "DE", "ES", "FR", "GB", "IN", "IT", "JP", "KE", "MX", "NL", "PL", "PT", "SE", "TR", "US",
)
_FIRST: Final = (
    "ada", "alan", "ali", "alicia", "amina", "andrei", "anna", "ben", "bianca", "carlos", "chloe", "clara", "david",
    "diego", "elena", "emil", "emma", "fatima", "felix", "finn", "gabriel", "greta", "hana", "hugo", "ines", "ivan",
    "jana", "jonas", "julia", "kai", "karim", "lara", "leo", "lena", "lina", "luca", "maja", "marco", "mia", "milan",
    "nadia", "nils", "noah", "nora", "olga", "omar", "oscar", "paula", "pedro", "priya", "rafael", "rosa", "sam",
    "sara", "sofia", "tariq", "theo", "tom", "uma", "vera", "victor", "wanda", "yara", "yuki", "zoe",
)
_LAST: Final = (
    "almeida", "bauer", "costa", "diaz", "eriksen", "ferrari", "garcia", "hansen", "ito", "jansen", "kaya", "lopez",
    "meyer", "nakamura", "okafor", "petrov", "quinn", "rossi", "silva", "tanaka", "ueda", "vega", "weber", "xu",
    "yilmaz", "zhang",
)
# fmt: on
_MAIL: Final = ("example.com", "example.net", "example.org")
_PLATFORMS: Final = ("android", "ios", "steam", "switch")


def display_name(rng: random.Random) -> str:
    """Two words, as the game's identity pool gives them."""
    return f"{rng.choice(_ADJECTIVES)} {rng.choice(_ANIMALS)}"


def crowd(count: int, rng: random.Random, taken: set[str]) -> list[Person]:
    """A number of players with unused ids in the styles that studios use: names, numbers, device ids."""
    people: list[Person] = []
    while len(people) < count:
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        number = rng.randrange(1, 1000)
        external_id = rng.choice(
            (
                f"{first}_{number}",
                f"{first}.{last}",
                f"{first}{last[0]}{number}",
                f"{first}_{last}",
                f"{10_000_000 + rng.randrange(80_000_000)}",
                f"kp_{rng.getrandbits(128):032x}",
                f"guest_device_{rng.getrandbits(24):06x}",
            )
        )
        if external_id in taken:
            continue
        taken.add(external_id)
        guest = external_id.startswith(("guest_", "kp_"))
        email = None if guest or rng.random() < 0.3 else f"{first}.{last}{number}@{rng.choice(_MAIL)}"
        people.append(
            Person(
                external_id=external_id,
                display_name=display_name(rng),
                country=rng.choice(_COUNTRIES),
                level=1 + min(int(rng.expovariate(1 / 9)), 79),
                email=email,
                platform=rng.choice(_PLATFORMS),
            )
        )
    return people
