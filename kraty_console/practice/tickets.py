"""The tickets of the practice: whom each is about, and what is right to do. Their texts are in `letters.py`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kraty_console.contract.permissions import GAME_ADMIN, ROLE_PERMISSIONS
from kraty_console.practice.letters import LETTERS
from kraty_console.practice.repairs import PERMISSION, Repair, RepairKind


@dataclass(frozen=True, slots=True)
class PracticeTicket:
    """One ticket about one player of the demo world."""

    number: str
    player: str
    """The external id; no other ticket is about this player."""
    solution: str
    """What is right to do, in a sentence or two."""
    repairs: tuple[Repair, ...] = ()
    """Empty if nothing is to be changed."""

    @property
    def text(self) -> str:
        """What the customer wrote."""
        return LETTERS[self.number]

    def suits(self, role: str) -> bool:
        """Whether somebody in this role of the game can solve it."""
        held = ROLE_PERMISSIONS[role]
        return all(
            PERMISSION[each.kind] in held if each.kind in PERMISSION else role == GAME_ADMIN for each in self.repairs
        )


def _roll(event: str, status: str) -> Repair:
    return Repair(RepairKind.ROLL, event, status)


def _complete(event: str, status: str, score: float) -> tuple[Repair, Repair]:
    """Force-complete with the true score, then roll."""
    return Repair(RepairKind.COMPLETE, event, status, score=score), _roll(event, status)


def _claim(holds: str, status: str = "pending") -> Repair:
    return Repair(RepairKind.CLAIM, status=status, holds=holds)


TICKETS: Final = (
    PracticeTicket(
        "ZD-5101",
        "mats.lind",
        "The roll of today's daily_race failed, its table is back: retry the roll.",
        (_roll("daily_race", "completed"),),
    ),
    PracticeTicket(
        "ZD-5102",
        "bob_7",
        "His reward of the daily_race is pending: force-claim it.",
        (_claim("gold"),),
    ),
    PracticeTicket(
        "ZD-5103",
        "carol_ng",
        "The weekly_cup hangs since the crash: force-complete it with her score of 1,540, then roll.",
        _complete("weekly_cup", "in_progress", 1540),
    ),
    PracticeTicket(
        "ZD-5104",
        "dave.k",
        "The daily_race expired before the finish arrived: force-complete it with 1,512, then roll.",
        _complete("daily_race", "expired", 1512),
    ),
    PracticeTicket(
        "ZD-5105",
        "erin",
        "The order was delivered and its ack was lost: force-claim the grant with the hat.",
        (_claim("winter_hat"),),
    ),
    PracticeTicket("ZD-5106", "frank", "He is banned while his replays are reviewed: change nothing."),
    PracticeTicket(
        "ZD-5107",
        "guest_device_abc",
        "A guest's progress belongs to auth_user_42: m shows both and the command that merges them.",
        (Repair(RepairKind.MERGE, into="auth_user_42"),),
    ),
    PracticeTicket("ZD-5108", "grace_hopper", "Everything she earned was paid and collected: change nothing."),
    PracticeTicket("ZD-5109", "heavy_user", "The app shows the last few only, nothing is missing: change nothing."),
    PracticeTicket(
        "ZD-5110",
        "ivy",
        "One of her boxes expired unopened: force-claim the spring_basket; the others she can open.",
        (_claim("spring_basket", "expired"),),
    ),
    PracticeTicket("ZD-5111", "victim/ban", "A practice_run pays nothing, and the box can be opened: change nothing."),
    PracticeTicket("ZD-5112", "theo_silva", "Banned for good reason, an appeal was refused (i): change nothing."),
    PracticeTicket(
        "ZD-5113",
        "alice_42",
        "Two faults: retry the roll of the daily_race; force-complete the weekly_cup with 1,533, then roll.",
        (_roll("daily_race", "completed"), *_complete("weekly_cup", "in_progress", 1533)),
    ),
    PracticeTicket(
        "ZD-5114",
        "tess_marlow",
        "The weekly_cup was force-completed and never rolled: retry the roll.",
        (_roll("weekly_cup", "force_completed"),),
    ),
    PracticeTicket(
        "ZD-5115",
        "j_almqvist",
        "Two faults: force-claim the gold of the race; force-complete the weekly_cup with 1,561, then roll.",
        (_claim("gold"), *_complete("weekly_cup", "in_progress", 1561)),
    ),
    PracticeTicket(
        "ZD-5116",
        "renata.k",
        "Her reward expired before she came back: force-claim it.",
        (_claim("gold", "expired"),),
    ),
    PracticeTicket("ZD-5117", "hugo_marsh", "The gold was collected, and spent an hour later (3): change nothing."),
    PracticeTicket("ZD-5118", "lotte.d", "A practice_run pays nothing: change nothing."),
    PracticeTicket("ZD-5119", "samir_b", "By his own words he did not finish: change nothing."),
    PracticeTicket(
        "ZD-5120",
        "ines_v",
        "The daily_race expired before the finish arrived: force-complete it with 1,544, then roll.",
        _complete("daily_race", "expired", 1544),
    ),
    PracticeTicket(
        "ZD-5121",
        "noor_h",
        "The review of the automatic ban is closed in the player's favour: lift the ban.",
        (Repair(RepairKind.UNBAN),),
    ),
    PracticeTicket("ZD-5122", "kirsten.o", "The moonlight_cup pays by rank when its window closes: change nothing."),
    PracticeTicket("ZD-5123", "teo.ramos", "97 of 200 carrots, and the party goes on: change nothing."),
    PracticeTicket(
        "ZD-5124",
        "wren_x",
        "The box cannot be opened in the game: force-claim it, which opens it.",
        (_claim("wooden_box"),),
    ),
    PracticeTicket(
        "ZD-5125",
        "marek_z",
        "The order never existed here: credit 300 gems, or grant them by hand.",
        (Repair(RepairKind.CREDIT, holds="gems", amount=300),),
    ),
    PracticeTicket("ZD-5126", "greta_m2", "The second prize was revoked on purpose: change nothing."),
    PracticeTicket(
        "ZD-5127",
        "pixelpaul",
        "The make-good was granted twice: revoke the later one.",
        (Repair(RepairKind.REVOKE, status="pending", holds="gold"),),
    ),
)
"""All tickets; numbers and players are each used once."""


def tickets_for(role: str) -> list[PracticeTicket]:
    """The tickets that a role can solve."""
    return [ticket for ticket in TICKETS if ticket.suits(role)]


def deal(count: int, role: str, seed: int) -> Sequence[PracticeTicket]:
    """A number of tickets in an order that depends on the seed; fewer if the role has fewer."""
    suited = tickets_for(role)
    return random.Random(seed).sample(suited, min(count, len(suited)))
