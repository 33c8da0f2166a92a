"""What tickets lead to: their player, a list, or nobody, through the real backend; a wrong player is never opened.

`tests/data/tickets.jsonl` has a ticket a line: `text`, and `player`, `list` (of players) or `nobody`. `@@attempt@@` and
the like stand for ids of alice's rows.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from kraty_console.console.text_search import FoundInText, search_text
from kraty_console.domain.pasted_text import read_pasted
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import reading
from tests.harness.contract.troubled_game import TroubledGame
from tests.harness.contract.webhooks import SCENES

FILE: Final = Path(__file__).parents[1] / "data" / "tickets.jsonl"
PLAYERS: Final = {
    "alice_42": "alice@example.com",
    "alice_420": None,
    "bob_7": "bob.martin@example.org",
    "erin": "erin@example.net",
    "carol_ng": "carol.ng@example.com",
    "auth0|5f3c9a": "d.okafor@example.com",
    "google:10482": "yuki.tanaka@example.jp",
    "Zoë Müller": "zoe.mueller@example.de",
    "98765432": "piotr.nowak@example.pl",
    "0b5c1a52-4f0e-4a7b-9d1e-7f3a2c9d8e10": "sofia@example.pt",
    "steam-76561198": "ivan.petrov@example.ru",
    "gold": None,
}
SMOKE: Final = 7
"""Every so many tickets are tried on PostgreSQL."""


@dataclass(frozen=True)
class Ticket:
    """A text, and what it leads to."""

    text: str
    opens: str | None
    offers: frozenset[str]


def tickets(ids: Mapping[str, str]) -> list[Ticket]:
    """The corpus, with the ids of rows put in."""

    def put(match: re.Match[str]) -> str:
        value = ids[match[1].lower()]
        return value.upper() if match[1].isupper() else value

    rows: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [
        Ticket(re.sub(r"@@(\w+)@@", put, row["text"]), row.get("player"), frozenset(row.get("list", ())))
        for row in rows
    ]


@pytest.fixture
def ids(world: TroubledGame) -> Mapping[str, str]:
    """The players of the corpus are registered; ids of alice's rows, by their kind."""
    delivery = SCENES["webhook.replay"](world)["deliveryId"]
    for player, email in PLAYERS.items():
        world.register(player, email=email)
    world.alias("guest_311", "bob_7")
    banned = world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "key-0000-0001"})
    open_events.arena(world)
    return {
        "attempt": world.attempts["stuck"],
        "grant": world.grants["pending"],
        "audit": banned.data["audit"]["id"],
        "delivery": delivery,
        "lobby": open_events.form(world),
        "player": world.get(world.player("alice")).data["player"]["id"],
    }


def outcome(found: FoundInText) -> tuple[str | None, frozenset[str]]:
    """The player that opens, and else those that are offered."""
    opens = found.decision.player
    offers = () if opens is not None else (hit.player for hit in found.decision.hits if hit.player is not None)
    return opens, frozenset(offers)


async def test_tickets_lead_to_their_players(world: TroubledGame, ids: Mapping[str, str]) -> None:
    every = tickets(ids)
    assert len(every) >= 300
    assert len({each.text for each in every}) == len(every)
    tried = every[:: SMOKE if world.backend.db.postgresql else 1]
    async with reading(world) as client:
        room = asyncio.Semaphore(8)

        async def find(ticket: Ticket) -> tuple[str | None, frozenset[str]]:
            async with room:
                return outcome(await search_text(client, read_pasted(ticket.text)))

        outcomes = await asyncio.gather(*map(find, tried))
    pairs = list(zip(tried, outcomes, strict=True))
    assert [(each.text, opens) for each, (opens, _) in pairs if opens not in (None, each.opens)] == []
    wrong = [(each, found) for each, found in pairs if found != (each.opens, each.offers)]

    assert len(wrong) <= len(tried) // 100, wrong
