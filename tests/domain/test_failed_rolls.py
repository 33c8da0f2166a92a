"""Failed rolls: when, why, whether the cause seems fixed, and what a ban holds back."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.domain.diagnosis import diagnose_attempt
from kraty_console.domain.grant_diagnosis import grant_faults
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, snapshot

FAILED = {"status": "failed", "error": 'table "daily_gold" was archived', "at": ago(hours=1)}


def test_a_failed_roll_shows_reason_and_advice() -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED)])
    found = diagnose_attempt(seen.attempts[0], seen, NOW)
    assert found.advice == (
        "The roll failed 1h ago, so nothing was granted. Retry the roll. "
        'Its error: table "daily_gold" was archived. '
        "It may fail again: no later roll of daily_race is known to have worked."
    )
    assert found.target_id == seen.attempts[0].id


@pytest.mark.parametrize(
    ("other", "known"),
    [
        ({"roll": {"status": "rolled", "at": ago(minutes=20)}}, "A roll of daily_race worked 20m ago"),
        ({"roll": {"status": "rolled", "at": ago(hours=2)}}, "It may fail again"),
        ({"roll": {"status": "failed", "at": ago(minutes=20)}}, "It may fail again"),
        ({"roll": {"status": "rolled", "at": None}}, "It may fail again"),
        (
            {"roll": {"status": "rolled", "at": ago(minutes=20)}, "eventKey": "weekly_cup"},
            "It may fail again",
        ),
    ],
)
def test_a_retry_says_whether_the_cause_seems_fixed(other: dict[str, Any], known: str) -> None:
    seen = snapshot(attempts=[attempt(roll=FAILED), attempt(id="a2", **other)])
    assert known in diagnose_attempt(seen.attempts[0], seen, NOW).advice


def test_a_failed_roll_with_missing_data() -> None:
    seen = snapshot(attempts=[attempt(roll={"status": "failed"}), attempt(id="a2")])
    assert diagnose_attempt(seen.attempts[0], seen, NOW).advice == (
        "The roll failed (time not known), so nothing was granted. Retry the roll. It gave no reason. "
        "It may fail again: no later roll of daily_race is known to have worked."
    )


@pytest.mark.parametrize(
    "waiting",
    [
        {},
        {"kind": "crate"},
        {"status": "expired"},
        {"expiresAt": ago(days=2)},
        {"createdAt": ago(minutes=2)},
    ],
)
@pytest.mark.parametrize("reason", ["speed hack, under review", None])
def test_the_next_step_neither_delivers_nor_lifts_a_ban(waiting: dict[str, Any], reason: str | None) -> None:
    seen = snapshot(grants=[grant(**waiting)], player={"ban": {"bannedAt": ago(days=1), "reason": reason}})
    found = grant_faults(seen.grants[0], seen, NOW)
    assert [each.action_id for each in found if each.action_id is not None] == []
    assert any((f'"{reason}"' if reason else "reason not known") in each.advice for each in found)
