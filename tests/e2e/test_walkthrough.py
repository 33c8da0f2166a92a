"""The ticket "I finished the daily race but the gold never arrived", case by case (contract/README.md#a-lost-reward).

One person at a real terminal, ticket after ticket, with the console on a real backend; what was changed is read back
over HTTP, behind the screen's back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.open_console import OpenConsole
from tests.harness.e2e.user import User

pytestmark = pytest.mark.xdist_group("walkthrough")


@pytest.fixture(scope="module")
def world(serve: Serve) -> DemoBackend:
    """A demo world of the walkthrough's own: it mends what other tests want to see broken."""
    return serve("walkthrough")


@pytest.fixture(scope="module")
def shift(world: DemoBackend) -> Iterator[OpenConsole]:
    shift = OpenConsole(lambda: User(world.console(), env=world.env("shift")))
    yield shift
    shift.end(copies=1)


def attempt_of(world: DemoBackend, player: str, event: str = "") -> Any:
    """The newest attempt of a player, of an event if one is named."""
    return next(each for each in world.player(player)["attempts"] if event in each["eventKey"])


def test_completed_with_pending_grants_is_delivered_by_force_claim(world: DemoBackend, shift: OpenConsole) -> None:
    before = world.player("bob_7")
    (pending,) = [grant for grant in before["grants"] if grant["status"] == "pending"]
    person = shift.on("bob_7")
    person.dialog(".", "Force-claim")
    person.fill("reason", "seen in the receiver's log")
    person.confirm("Force-claim", "Force-claim applied")
    after = world.player("bob_7")
    (claimed,) = [grant for grant in after["grants"] if grant["id"] == pending["id"]]
    assert claimed["status"] == "claimed"
    assert after["wallet"] != before["wallet"]
    person.pane("2", "claimed")
    person.pane("3", "gold")


def test_completed_without_grants_gets_its_reward_roll_retried(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("alice_42")
    person.wait_for("roll failed")
    person.dialog(".", "Retry")
    person.fill("ticket", "ZD-4821")
    person.fill("reason", "table is back")
    person.confirm("Retry roll", "Retry roll applied")
    attempt = attempt_of(world, "alice_42", "daily_race")
    grants = [grant for grant in world.player("alice_42")["grants"] if grant["id"] in attempt["grantIds"]]
    assert attempt["roll"]["status"] == "rolled"
    assert len(grants) == 1
    person.pane("2", "pending")


@pytest.mark.parametrize(("player", "was"), [("carol_ng", "in_progress"), ("dave.k", "expired")])
def test_in_progress_or_expired_is_force_completed_with_a_score_and_a_reason_and_then_rolled(
    world: DemoBackend, shift: OpenConsole, player: str, was: str
) -> None:
    (stuck,) = [each for each in world.player(player)["attempts"] if each["status"] == was]
    person = shift.on(player)
    person.dialog(".", "Force-complete")
    person.fill("final score", "1520")
    person.fill("reason", "finished, see the replay")
    person.confirm("Force-complete", "Retry roll applied")
    (attempt,) = [each for each in world.player(player)["attempts"] if each["id"] == stuck["id"]]
    assert (attempt["status"], attempt["score"]) == ("force_completed", 1520)
    assert attempt["roll"]["status"] == "rolled"
    assert attempt["grantIds"]
    person.pane("1", "force-completed")


def test_a_make_good_is_credited_to_the_wallet_and_is_there_at_once(world: DemoBackend, shift: OpenConsole) -> None:
    def gold() -> int:
        wallet = world.player("alice_42")["wallet"]
        return next((each["balance"] for each in wallet if each["economyKey"] == "gold"), 0)

    before = gold()
    person = shift.on("alice_42")
    person.dialog("C", "Credit")
    person.fill("currency", "gold")
    person.fill("amount", "250")
    person.fill("reason", "sorry for the wait")
    person.confirm("Credit", "Credit applied")
    assert gold() == before + 250
    person.pane("3", "gold")


def test_every_action_lands_in_the_audit_log_and_its_row_is_linked(world: DemoBackend, shift: OpenConsole) -> None:
    person = shift.on("erin")
    person.dialog(".", "Force-claim")
    person.fill("ticket", "ZD-77")
    person.fill("reason", "the receiver has it")
    person.confirm("Force-claim", "Force-claim applied")
    link = person.copied()
    row = world.player("erin")["audit"][0]
    assert (row["action"], row["reason"], row["ticket"]) == (
        "grant.manual_force_claim",
        "the receiver has it",
        "ZD-77",
    )
    assert row["before"]["status"] == "pending"
    assert row["after"]["status"] == "claimed"
    assert row["id"] in link
    person.pane("6", "grant.manual_force_claim")
