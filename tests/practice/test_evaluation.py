"""What is said of each practice ticket: solved the right way, left alone, or treated wrongly, on the real backend."""

from __future__ import annotations

from kraty_console.config.inbox import TicketState
from kraty_console.contract.operations import Operation
from kraty_console.practice.evaluation import PracticeResult, TicketVerdict
from kraty_console.practice.tickets import TICKETS
from tests.harness.practice.solver import Solver

REPAIRED = [each for each in TICKETS if each.repairs]
UNTOUCHED = [each for each in TICKETS if not each.repairs]
BY_NUMBER = {each.number: each for each in TICKETS}
ROLL, CLAIM, STUCK = (BY_NUMBER[number] for number in ("ZD-5101", "ZD-5102", "ZD-5103"))
TWO_FAULTS, CREDIT, REVOKE = (BY_NUMBER[number] for number in ("ZD-5113", "ZD-5125", "ZD-5127"))
BANNED, HEALTHY, SPENT, UNPAID = (BY_NUMBER[number] for number in ("ZD-5106", "ZD-5108", "ZD-5117", "ZD-5118"))


def verdicts(result: PracticeResult) -> dict[str, TicketVerdict]:
    """By number."""
    return {each.ticket.number: each.verdict for each in result.results}


def test_each_ticket_whose_solution_is_applied_is_solved(solver: Solver) -> None:
    for ticket in TICKETS:
        solver.solve(ticket)
    result = solver.judge()
    assert verdicts(result) == dict.fromkeys(BY_NUMBER, TicketVerdict.SOLVED)
    assert result.is_perfect
    assert all(len(each.right) >= len(each.ticket.repairs) for each in result.results)


def test_each_ticket_for_which_nothing_is_done_is_missed_unless_that_is_the_answer(solver: Solver) -> None:
    for ticket in TICKETS:
        states = solver.before[ticket.player]
        assert all(repair.has_fault(states) for repair in ticket.repairs), ticket.number
    answered = verdicts(solver.judge())
    assert answered == {each.number: TicketVerdict.MISSED if each.repairs else TicketVerdict.SOLVED for each in TICKETS}
    for state in (TicketState.GIVEN_UP, TicketState.OPEN):
        assert set(verdicts(solver.judge(states=[state] * len(TICKETS))).values()) == {TicketVerdict.MISSED}
    unread = solver.judge(states=[TicketState.UNREAD] * len(TICKETS))
    assert set(verdicts(unread).values()) == {TicketVerdict.NOT_REACHED}
    assert not unread.is_perfect


def test_each_ticket_that_is_answered_by_a_credit_says_what_that_was(solver: Solver) -> None:
    """Gold out of the hand repairs nothing, wherever it goes."""
    for ticket in TICKETS:
        solver.credit(ticket.player, ticket.number)
    assert verdicts(solver.judge()) == {
        each.number: TicketVerdict.WRONG_ACTION if each.repairs else TicketVerdict.UNNECESSARY for each in TICKETS
    }


def test_each_ticket_that_is_done_to_another_player_says_so(solver: Solver) -> None:
    for ticket in TICKETS:
        solver.credit("alice_420", ticket.number)
    assert set(verdicts(solver.judge()).values()) == {TicketVerdict.WRONG_PLAYER}


def test_each_solution_without_its_ticket_or_with_more_than_that_is_not_quite_right(solver: Solver) -> None:
    for ticket in REPAIRED:
        solver.solve(ticket, ticket=None)
    assert verdicts(solver.judge()) == {
        each.number: TicketVerdict.WITHOUT_TICKET if each.repairs else TicketVerdict.SOLVED for each in TICKETS
    }
    for ticket in REPAIRED:
        solver.credit(ticket.repairs[0].into or ticket.player, None)
    assert set(verdicts(solver.judge(*REPAIRED)).values()) == {TicketVerdict.UNNECESSARY}


def test_a_manual_grant_in_place_of_the_roll_is_the_wrong_action(solver: Solver) -> None:
    solver.give(ROLL.player, ROLL.number, "gold", 150)
    [result] = solver.judge(ROLL).results
    assert result.verdict is TicketVerdict.WRONG_ACTION
    assert [row.action for row in result.wrong] == ["grant.manual_create"]


def test_a_roll_after_which_the_grant_is_delivered_is_solved_and_one_with_a_make_good_is_too_much(
    solver: Solver,
) -> None:
    answer = solver.repair(ROLL, ROLL.repairs[0])
    solver.change(Operation.FORCE_CLAIM, ROLL.player, answer.grants[0].id, ticket=ROLL.number)
    assert solver.verdict(ROLL) is TicketVerdict.SOLVED
    solver.give(ROLL.player, ROLL.number, "gold", 150)
    assert solver.verdict(ROLL) is TicketVerdict.UNNECESSARY


def test_a_wrong_score_is_no_solution(solver: Solver) -> None:
    attempt = STUCK.repairs[0].target(solver.before[STUCK.player])
    solver.change(Operation.FORCE_COMPLETE, STUCK.player, attempt, ticket=STUCK.number, final_score=740)
    assert solver.verdict(STUCK) is TicketVerdict.WRONG_ACTION
    solver.repair(STUCK, STUCK.repairs[1])
    assert solver.verdict(STUCK) is TicketVerdict.PARTLY


def test_one_of_two_faults_is_a_part(solver: Solver) -> None:
    solver.repair(TWO_FAULTS, TWO_FAULTS.repairs[0])
    assert solver.verdict(TWO_FAULTS) is TicketVerdict.PARTLY


def test_a_fault_beside_the_one_of_the_ticket_is_left_alone(solver: Solver) -> None:
    solver.solve(TWO_FAULTS)
    hunt = next(
        each
        for each in solver.before[TWO_FAULTS.player].attempts
        if each.event_key == "spring_hunt" and each.status == "expired"
    )
    solver.change(Operation.FORCE_COMPLETE, TWO_FAULTS.player, hunt.id, ticket=TWO_FAULTS.number)
    assert solver.verdict(TWO_FAULTS) is TicketVerdict.UNNECESSARY


def test_a_roll_needs_no_reason_for_the_backend_but_for_the_ticket(solver: Solver) -> None:
    solver.repair(ROLL, ROLL.repairs[0], reason=None)
    assert solver.verdict(ROLL) is TicketVerdict.WITHOUT_REASON


def test_a_make_good_may_be_granted_but_not_twice_and_not_in_part(solver: Solver) -> None:
    solver.give(CREDIT.player, CREDIT.number, "gems", 200)
    assert solver.verdict(CREDIT) is TicketVerdict.WRONG_ACTION
    grant = solver.give(CREDIT.player, CREDIT.number, "gems", 300)
    assert solver.verdict(CREDIT) is TicketVerdict.UNNECESSARY
    [result] = solver.judge(CREDIT).results
    assert [row.target.id for row in result.right if row.target] == [grant]


def test_a_credit_that_is_made_twice_is_too_much(solver: Solver) -> None:
    solver.solve(CREDIT)
    solver.solve(CREDIT)
    assert solver.verdict(CREDIT) is TicketVerdict.UNNECESSARY


def test_the_earlier_of_two_grants_is_the_wrong_one_to_revoke(solver: Solver) -> None:
    earlier = solver.before[REVOKE.player].grants[-1].id
    solver.change(Operation.REVOKE_GRANT, REVOKE.player, earlier, ticket=REVOKE.number)
    assert solver.verdict(REVOKE) is TicketVerdict.WRONG_ACTION


def test_what_nobody_should_do_is_unnecessary(solver: Solver) -> None:
    solver.change(Operation.UNBAN, BANNED.player, ticket=BANNED.number)
    solver.change(Operation.ADD_NOTE, HEALTHY.player, ticket=HEALTHY.number, text="everything is there", reason=None)
    assert solver.verdict(BANNED) is TicketVerdict.UNNECESSARY
    assert solver.verdict(HEALTHY) is TicketVerdict.SOLVED, "a note changes nothing of the player"


def test_a_wrong_ticket_that_was_corrected_is_right(solver: Solver) -> None:
    answer = solver.repair(CLAIM, CLAIM.repairs[0], ticket="ZD-9999")
    assert solver.verdict(CLAIM) is TicketVerdict.WITHOUT_TICKET
    correct = {"ticket": CLAIM.number, "reason": "mistyped"}
    solver.change(Operation.CORRECT_TICKET, CLAIM.player, answer.audit.id, **correct)
    assert solver.verdict(CLAIM) is TicketVerdict.SOLVED


def test_the_number_of_another_ticket_is_not_its_own(solver: Solver) -> None:
    """The ticket whose number was left standing is not blamed for what was right elsewhere."""
    solver.solve(CLAIM, ticket=UNPAID.number)
    said = verdicts(solver.judge(CLAIM, UNPAID))
    assert said == {CLAIM.number: TicketVerdict.WITHOUT_TICKET, UNPAID.number: TicketVerdict.SOLVED}


def test_a_change_under_one_ticket_to_the_player_of_another_is_blamed_once(solver: Solver) -> None:
    solver.credit(SPENT.player, CLAIM.number)
    said = verdicts(solver.judge(CLAIM, SPENT))
    assert said == {CLAIM.number: TicketVerdict.WRONG_PLAYER, SPENT.number: TicketVerdict.SOLVED}


def test_a_change_to_nobody_of_the_tickets_is_told_beside_them(solver: Solver) -> None:
    solver.credit("alice_420", None)
    result = solver.judge(HEALTHY)
    assert [each.verdict for each in result.results] == [TicketVerdict.SOLVED]
    assert [row.action for row in result.stray] == ["wallet.credit"]
    assert not result.is_perfect


def test_what_others_did_before_the_session_does_not_count(solver: Solver) -> None:
    """The demo world is full of changes by the staff."""
    thanked = solver.runner.run(solver.client.audit_log(player=HEALTHY.player)).rows
    assert [row.action for row in thanked] == ["wallet.credit"]
    assert solver.verdict(HEALTHY) is TicketVerdict.SOLVED
