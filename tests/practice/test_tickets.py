"""The pool of practice tickets: enough of them, about every fault of the demo world, in words that name the player."""

from __future__ import annotations

from collections import Counter

from kraty_console.contract.permissions import GAME_ADMIN, GAME_DEBUGGER, GAME_VIEWER
from kraty_console.practice.letters import LETTERS
from kraty_console.practice.repairs import RepairKind
from kraty_console.practice.tickets import TICKETS, deal, tickets_for
from tests.harness.each import for_each
from tests.harness.practice.solver import Solver


def test_there_are_many_tickets_each_about_a_player_of_its_own() -> None:
    assert len(TICKETS) >= 25
    assert {each.number for each in TICKETS} == LETTERS.keys()
    assert len(LETTERS) == len({each.player for each in TICKETS}) == len(TICKETS)
    kinds = Counter(repair.kind for each in TICKETS for repair in each.repairs)
    assert kinds.keys() == set(RepairKind)
    assert sum(not each.repairs for each in TICKETS) >= 8
    assert sum(len({repair.event for repair in each.repairs}) > 1 for each in TICKETS) >= 2


def test_each_ticket_names_its_player(solver: Solver) -> None:
    """By id, or by an e-mail that the backend finds."""
    for ticket in TICKETS:
        email = solver.before[ticket.player].player.email
        assert ticket.player in ticket.text or (email is not None and email in ticket.text), ticket.number
    several = solver.runner.run(solver.client.search("family@example.org"))
    assert len(several) > 1, "an e-mail may be shared, but none of a ticket is"
    for ticket in TICKETS:
        email = solver.before[ticket.player].player.email
        if email is not None and email in ticket.text:
            hits = solver.runner.run(solver.client.search(email))
            assert [hit.external_player_id for hit in hits] == [ticket.player]


@for_each(("role", "most"), [(GAME_ADMIN, len(TICKETS)), (GAME_DEBUGGER, len(TICKETS) - 4), (GAME_VIEWER, 11)])
def test_a_role_gets_what_it_can_solve(role: str, most: int) -> None:
    assert len(tickets_for(role)) == most
    assert len(deal(1_000, role, 7)) == most


def test_a_seed_deals_the_same_tickets_again() -> None:
    assert deal(10, GAME_ADMIN, 7) == deal(10, GAME_ADMIN, 7)
    assert len({tuple(each.number for each in deal(10, GAME_ADMIN, seed)) for seed in range(20)}) == 20
    assert len({each.number for each in deal(10, GAME_ADMIN, 7)}) == 10
