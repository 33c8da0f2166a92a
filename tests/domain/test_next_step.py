"""The next step for a row and for the whole player."""

from __future__ import annotations

import pytest

from kraty_console.domain.next_step import NextSteps, OtherRow, next_step
from tests.harness.domain.snapshots import BANNED, NOW, ago, attempt, grant, snapshot

FAILED = {"status": "failed", "error": "table archived", "at": ago(hours=1)}


def test_the_failed_roll_of_the_row() -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED)])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.words.startswith(
        "The roll failed 1h ago, so nothing was granted. Retry the roll. Its error: table archived."
    )
    assert (step.action_id, step.severity, step.other) == ("attempt.retry_roll", "wrong", None)


def test_a_stuck_attempt_comes_with_its_score() -> None:
    stuck = attempt(status="in_progress", score=320, lastProgressAt=ago(days=3), roll=None)
    seen = snapshot(attempts=[stuck])
    step = next_step(seen, NOW, row_scope="attempt", row_id=stuck["id"])
    assert step.action_id == "attempt.force_complete"
    assert step.prefill == {"final_score": "320", "then_roll": True}


def test_an_attempt_with_a_pending_grant_leads_to_the_grant() -> None:
    seen = snapshot(attempts=[attempt(grantIds=[grant()["id"]])], grants=[grant()])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.words.startswith("Its grant 500 gold (1h ago): Waiting for the game's collectAll()")
    assert step.action_id is None
    assert step.other == OtherRow("500 gold (1h ago)", "grants", seen.grants[0].id)
    there = next_step(seen, NOW, row_scope="grant", row_id=seen.grants[0].id)
    assert (there.action_id, there.other) == ("grant.force_claim", None)


@pytest.mark.parametrize("reason", ["speed hack reported by 6 players, replays under review", None])
def test_a_ban_shows_its_reason_and_is_never_lifted_by_the_next_step(reason: str | None) -> None:
    banned = {"ban": {"bannedAt": ago(days=1), "reason": reason}}
    for rows in (
        {},
        {"grants": [grant()]},
        {"grants": [grant(kind="crate")]},
        {"attempts": [attempt(grantIds=[grant()["id"]])], "grants": [grant()]},
        {"attempts": [attempt(status="in_progress", lastProgressAt=ago(minutes=2))]},
        {"attempts": [attempt(grantIds=["g1"])], "grants": [grant(id="g1", status="claimed")]},
    ):
        seen = snapshot(player=banned, **rows)
        steps = NextSteps(seen, NOW)
        for step in (
            steps.for_player(),
            *(steps.for_row("attempt", each.id) for each in seen.attempts),
            *(steps.for_row("grant", each.id) for each in seen.grants),
        ):
            assert step.action_id is None, rows
            assert (reason or "reason not known") in step.text, rows
            assert step.severity == "notice" or step.other is not None, rows


def test_further_faults_of_a_row_are_listed() -> None:
    seen = snapshot(grants=[grant()], player=BANNED)
    step = next_step(seen, NOW, row_scope="grant", row_id=seen.grants[0].id)
    assert step.also == ("unclaimed 1h",)


def test_the_most_urgent_row_of_the_player_is_named() -> None:
    seen = snapshot(
        attempts=[
            attempt(id="a1", status="expired", completedAt=None),
            attempt(id="a2", grantIds=["g1"]),
            attempt(id="a3", roll=FAILED),
            attempt(id="a4", roll=FAILED),
        ],
        grants=[grant(id="g1", sourceRefId="a2")],
    )
    other = next_step(seen, NOW).other
    assert other is not None
    assert (other.name, other.pane, other.row_id, other.severity) == ("daily_race (2h ago)", "attempts", "a3", "wrong")
    assert other.words.startswith("The roll failed")


def test_a_fine_row_leads_to_the_faulty_one() -> None:
    seen = snapshot(
        attempts=[attempt(id="a1", grantIds=["g1"]), attempt(id="a2", roll=FAILED, eventKey="weekly_cup")],
        grants=[grant(id="g1", status="claimed", sourceRefId="a1")],
        lobbies=[{"id": "l1", "status": "active"}],
    )
    for scope, row_id in (("attempt", "a1"), ("grant", "g1"), ("lobby", "l1")):
        step = next_step(seen, NOW, row_scope=scope, row_id=row_id)  # type: ignore[arg-type]
        assert (step.words, step.severity, step.action_id) == ("This row is fine.", "fine", None)
        assert step.other is not None
        assert (step.other.name, step.other.row_id) == ("weekly_cup (2h ago)", "a2")
        assert step.text.startswith("This row is fine. weekly_cup (2h ago): The roll failed")


def test_a_fine_row_gives_its_reason_beside_another_fault() -> None:
    for fine, words in (
        (attempt(id="a1", rewardPolicy="none", roll=None), "This event gives no rewards, so no grant is missing."),
        (
            attempt(id="a1", status="in_progress", lastProgressAt=ago(minutes=3)),
            "This row is fine: the player is still playing. Its last progress was 3m ago.",
        ),
    ):
        seen = snapshot(attempts=[fine, attempt(id="a2", roll=FAILED)])
        step = next_step(seen, NOW, row_scope="attempt", row_id="a1")
        assert (step.words, step.severity) == (words, "fine")
        assert step.other is not None


def test_a_player_with_faults_is_never_fine() -> None:
    troubled = snapshot(
        attempts=[attempt(id="a1", grantIds=["g1"]), attempt(id="a2", roll=FAILED)],
        grants=[grant(id="g1", status="claimed", sourceRefId="a1"), grant(id="g2", kind="crate", sourceRefId=None)],
        lobbies=[{"id": "l1", "status": "forming", "fillBy": ago(hours=1)}],
    )
    steps = NextSteps(troubled, NOW)
    for scope, row_id in (("attempt", "a1"), ("grant", "g1"), ("grant", "g2"), ("wallet", "gold"), (None, None)):
        assert "Nothing is wrong" not in steps.for_row(scope, row_id).text  # type: ignore[arg-type]
    late = steps.for_row("lobby", "l1")
    assert (late.severity, late.action_id) == ("notice", None)
    assert late.other is not None
    assert late.other.row_id == "a2"


def test_an_unopened_crate_is_fine() -> None:
    seen = snapshot(grants=[grant(kind="crate", createdAt=ago(days=6))])
    step = next_step(seen, NOW, row_scope="grant", row_id=seen.grants[0].id)
    assert step.words.startswith("This crate is fine: the player can open it in the game.")
    assert (step.severity, step.leads) == ("fine", False)
    assert next_step(seen, NOW).other is None
    gone = snapshot(grants=[grant(kind="crate", createdAt=ago(days=6), expiresAt=ago(days=1))])
    other = next_step(gone, NOW).other
    assert other is not None
    assert (other.pane, other.row_id) == ("grants", gone.grants[0].id)


def test_a_row_without_diagnosis_leads_to_the_faulty_row() -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED)])
    for step in (
        next_step(seen, NOW, row_scope="attempt", row_id="gone"),
        next_step(seen, NOW, row_scope="wallet", row_id="gold"),
        next_step(seen, NOW),
    ):
        assert (step.words, step.action_id) == ("", None)
        assert step.other is not None
        assert step.other.row_id == seen.attempts[0].id


def test_a_fine_player_is_reported_as_fine() -> None:
    seen = snapshot(attempts=[attempt(grantIds=["g1"])], grants=[grant(id="g1", status="claimed")])
    for step in (next_step(seen, NOW), next_step(seen, NOW, row_scope="grant", row_id="g1")):
        assert step.words.startswith("Nothing is wrong: every finished attempt has its grants")
        assert step.action_id is None
        assert step.severity == "fine"
    assert next_step(seen, NOW).other is None


def test_a_fine_row_says_why_it_is_fine() -> None:
    seen = snapshot(attempts=[attempt(rewardPolicy="none", roll=None)])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.words == "This event gives no rewards, so no grant is missing."


def test_empty_banned_and_merged_players() -> None:
    assert "no attempts and no grants" in next_step(snapshot(), NOW).words
    assert 'banned ("speed hack")' in next_step(snapshot(player=BANNED), NOW).words
    assert next_step(snapshot(player=BANNED), NOW).severity == "notice"
    assert "merged into auth_user_42" in next_step(snapshot(player={"mergedInto": "auth_user_42"}), NOW).words


def test_a_fault_of_a_grant_is_counted_once() -> None:
    seen = snapshot(attempts=[attempt(grantIds=[grant()["id"]])], grants=[grant()])
    step = next_step(seen, NOW, row_scope="attempt", row_id=seen.attempts[0].id)
    assert step.also == ()


def test_next_steps_are_shared_by_all_rows() -> None:
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
    most = steps.for_row("grant", "g1").other
    assert most is not None
    first = steps.for_player().other
    assert first is not None
    assert (most.pane, most.row_id) == (first.pane, first.row_id)


@pytest.mark.parametrize(
    ("can_merge", "words"), [(False, "m shows the two side by side"), (True, "Merge the two with U")]
)
def test_the_merge_hint_depends_on_the_credential(can_merge: bool, words: str) -> None:
    for played in ({}, {"attempts": [attempt(grantIds=[grant()["id"]])], "grants": [grant(status="claimed")]}):
        guest = snapshot(player={"email": None}, **played)
        assert words in NextSteps(guest, NOW, can_merge=can_merge).for_player().words


def test_two_rows_of_one_id_are_each_looked_at() -> None:
    same = [attempt(id="a1", roll=FAILED), attempt(id="a1", rewardPolicy="none", roll=None)]
    for attempts in (same, same[::-1]):
        assert [each.diagnosis.code for each in NextSteps(snapshot(attempts=attempts), NOW).troubles] == ["roll_failed"]
