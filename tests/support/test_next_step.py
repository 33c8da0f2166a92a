"""The one thing to do next: for a row, and for a whole player."""

from __future__ import annotations

import pytest

from kraty_console.support.next_step import NextSteps, most_urgent_row, next_step
from tests.support.players import BANNED, NOW, ago, attempt, grant, snapshot

FAILED = {"status": "failed", "error": "table archived", "at": ago(hours=1)}


def test_the_failed_roll_of_the_row() -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED)])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.words == "The roll failed, so nothing was granted. Retry the roll. It said: table archived"
    assert (step.action_id, step.row_id, step.pane, step.severity) == (
        "attempt.retry_roll",
        seen.attempts[0].id,
        "attempts",
        "wrong",
    )


def test_a_stuck_attempt_comes_with_its_score() -> None:
    stuck = attempt(status="in_progress", score=320, lastProgressAt=ago(days=3), roll=None)
    seen = snapshot(attempts=[stuck])
    step = next_step(seen, NOW, row_scope="attempt", row_id=stuck["id"])
    assert step.action_id == "attempt.force_complete"
    assert step.prefill == {"final_score": "320", "then_roll": True}


def test_an_attempt_whose_grant_waits_leads_to_the_grant() -> None:
    seen = snapshot(attempts=[attempt(grantIds=[grant()["id"]])], grants=[grant()])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert (step.action_id, step.row_id, step.pane) == ("grant.force_claim", seen.grants[0].id, "grants")
    assert "collectAll(); force-claim delivers now" in step.words


def test_two_faults_of_a_row_the_second_is_told_too() -> None:
    seen = snapshot(grants=[grant()], player=BANNED)
    step = next_step(seen, NOW, row_scope="grant", row_id=seen.grants[0].id)
    assert (step.action_id, step.row_id, step.pane) == ("player.ban", None, None)
    assert step.also == ("unclaimed 1h",)


def test_the_whole_player_the_most_urgent_first() -> None:
    seen = snapshot(
        attempts=[
            attempt(id="a1", status="expired", completedAt=None),
            attempt(id="a2", grantIds=["g1"]),
            attempt(id="a3", roll=FAILED),
            attempt(id="a4", roll=FAILED),
        ],
        grants=[grant(id="g1", sourceRefId="a2")],
    )
    step = next_step(seen, NOW)
    assert (step.action_id, step.row_id) == ("attempt.retry_roll", "a3")
    assert most_urgent_row(seen, NOW) == ("attempts", "a3")


def test_a_row_with_nothing_wrong_leads_to_the_one_that_has() -> None:
    seen = snapshot(
        attempts=[attempt(id="a1", grantIds=["g1"]), attempt(id="a2", roll=FAILED, eventKey="weekly_cup")],
        grants=[grant(id="g1", status="claimed", sourceRefId="a1")],
    )
    step = next_step(seen, NOW, row_scope="attempt", row_id="a1")
    assert (step.action_id, step.row_id) == ("attempt.retry_roll", "a2")
    assert step.words.startswith("Nothing is wrong here. weekly_cup: The roll failed")


def test_a_row_that_is_no_longer_there_counts_as_none() -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED)])
    assert next_step(seen, NOW, row_scope="attempt", row_id="gone").action_id == "attempt.retry_roll"
    assert next_step(seen, NOW, row_scope="wallet", row_id="gold").action_id == "attempt.retry_roll"


def test_nothing_wrong_says_so() -> None:
    seen = snapshot(attempts=[attempt(grantIds=["g1"])], grants=[grant(id="g1", status="claimed")])
    for step in (next_step(seen, NOW), next_step(seen, NOW, row_scope="grant", row_id="g1")):
        assert step.words.startswith("Nothing is wrong: what was finished is granted")
        assert step.action_id is None
        assert step.severity == "fine"
    assert most_urgent_row(seen, NOW) is None


def test_a_fine_row_says_why_it_is_fine() -> None:
    seen = snapshot(attempts=[attempt(rewardPolicy="none", roll=None)])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.words == "This event gives no rewards, so no grant is missing."


def test_an_empty_player_a_banned_and_a_merged_one() -> None:
    assert "no attempts and no grants" in next_step(snapshot(), NOW).words
    assert 'banned ("speed hack")' in next_step(snapshot(player=BANNED), NOW).words
    assert "merged into auth_user_42" in next_step(snapshot(player={"mergedInto": "auth_user_42"}), NOW).words


def test_a_fault_of_a_grant_is_counted_once() -> None:
    seen = snapshot(attempts=[attempt(grantIds=[grant()["id"]])], grants=[grant()])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.also == ()


def test_a_grant_by_itself() -> None:
    seen = snapshot(grants=[grant(sourceKind="admin", sourceRefId=None)])
    step = next_step(seen, NOW)
    assert (step.action_id, step.row_id, step.pane) == ("grant.force_claim", seen.grants[0].id, "grants")


def test_steps_looked_for_once_serve_every_row_of_the_player() -> None:
    seen = snapshot(
        attempts=[attempt(id="a1", status="in_progress", startedAt=ago(days=3)), attempt(id="a2", grantIds=["g1"])],
        grants=[grant(id="g1", status="claimed"), grant(id="g2", status="pending")],
    )
    steps = NextSteps(seen, NOW)
    for scope, row_id in (
        ("attempt", "a2"),
        ("attempt", "a1"),
        ("grant", "g1"),
        ("grant", "g2"),
        ("lobby", "l1"),
        (None, None),
    ):
        assert steps.for_row(scope, row_id) == next_step(seen, NOW, row_scope=scope, row_id=row_id)
    most = steps.for_row("grant", "g1")
    assert (most.pane, most.row_id) == most_urgent_row(seen, NOW)


@pytest.mark.parametrize(("can_merge", "words"), [(False, "run from your backend"), (True, "Merge the two with U")])
def test_a_guest_is_merged_from_where_it_can_be_done(can_merge: bool, words: str) -> None:
    for played in ({}, {"attempts": [attempt(grantIds=[grant()["id"]])], "grants": [grant(status="claimed")]}):
        guest = snapshot(player={"email": None}, **played)
        assert words in NextSteps(guest, NOW, can_merge=can_merge).for_player().words
