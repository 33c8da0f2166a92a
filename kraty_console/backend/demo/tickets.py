"""The support tickets of the demo world: players and complaints. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ticket:
    """One player of the demo world and the complaint that came in."""

    player: str
    """The external id to search for."""
    complaint: str
    """In the words of the player, or of the member who passed it on."""


TICKETS: Final[tuple[Ticket, ...]] = (
    Ticket("alice_42", "I finished the daily race but the gold never arrived"),
    Ticket("bob_7", "It says I won a reward, and my wallet is the same as before"),
    Ticket("carol_ng", "The game crashed in the weekly cup three days ago and I still cannot get on"),
    Ticket("dave.k", "My train went into a tunnel just before the finish, and now it says expired"),
    Ticket("erin", "Our backend delivered her grant during the deploy, but its ack never came back"),
    Ticket("frank", "He says he is banned by mistake and wants his reward"),
    Ticket("guest_device_abc", "I signed in as auth_user_42 and all my progress is gone"),
    Ticket("grace_hopper", "Just checking: did I get everything I earned?"),
    Ticket("heavy_user", "Five thousand races, and the app shows only the last few"),
    Ticket("ivy", "I have boxes that I never opened, and one of them has vanished"),
    Ticket("victim/ban", "This player and nine more have names made to break a screen"),
)
"""In the order in which they are offered on the first screen."""
