"""Playing as a game does: what is open, start, progress, finish (contract/SDK.md#events, contract/SDK.md#start)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.play import AttemptProgressed, EventListing, Finished, Started
from tests.harness.contract import open_events
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import HOUR, TroubledGame

GEMS = {"type": "item", "itemKey": "sword", "quantity": 1}


@pytest.fixture(scope="module")
def course(module_world: TroubledGame) -> TroubledGame:
    """A game with an event of each kind; tests of this module play it as players of their own."""
    open_events.define(module_world, "sprint", more={"attempt_quota": {"maxPerWindow": 2, "maxPerDay": 9}})
    open_events.define(
        module_world,
        "rally",
        metrics=[{"key": "laps", "target": 3, "cap": 5, "scorePerUnit": 2}, {"key": "time"}],
        milestone_rewards=[{"key": "one", "metricKey": "laps", "threshold": 1, "entries": [GEMS]}],
        more={
            "metadata": {"theme": "sand", "icon": 1},
            "entry_cost": {"currencies": [{"key": "gold", "amount": 10}], "items": []},
            "entry_requirement": {"kind": "wallet_at_least", "economyKey": "gold", "amount": 1},
        },
        window_metadata={"icon": 2},
    )
    open_events.define(
        module_world, "secret", more={"unlock_condition": {"kind": "event_completed", "eventKey": "sprint"}}
    )
    open_events.define(module_world, "over", window=(-2 * HOUR, -HOUR))
    open_events.define(module_world, "off", more={"enabled": False})
    open_events.define(module_world, "open", metrics=[{"key": "points"}])
    open_events.define(module_world, "big", metrics=[{"key": "points", "scorePerUnit": 2}])
    open_events.arena(module_world)
    return module_world


def _listed(world: TroubledGame, player: str) -> dict[str, Any]:
    answer = world.play("GET", f"/players/{player}/events?status=active")
    assert answer.status == 200
    return {exactly(EventListing, each).event_key: each for each in answer.data}


def _start(world: TroubledGame, player: str, event: str = "sprint", **body: Any) -> Answered:
    return world.play("POST", f"/players/{player}/events/{event}/start", body, who=player)


def _begun(world: TroubledGame, player: str, event: str = "sprint") -> str:
    started = _start(world, player, event)
    assert started.status == 201, started.raw
    return f"/players/{player}/events/{event}/attempts/{started.data['attempt']['id']}"


def test_a_listing_has_all_fields_of_an_event(course: TroubledGame) -> None:
    listed = _listed(course, "nobody")
    assert set(listed) == {"sprint", "rally", "open", "big", "arena"}
    rally = listed["rally"]
    assert rally["type"] == "multi_metric"
    assert rally["metrics"] == [
        {"key": "laps", "target": 3, "cap": 5, "scorePerUnit": 2},
        {"key": "time", "target": None, "cap": None, "scorePerUnit": 1},
    ]
    assert rally["metadata"] == {"theme": "sand", "icon": 2}
    assert rally["entryCost"] == {"currencies": [{"key": "gold", "amount": 10}], "items": []}
    assert rally["entryRequirement"]["kind"] == "wallet_at_least"
    assert rally["milestoneRewards"][0]["metricKey"] == "laps"
    assert rally["rewardPolicy"] == {
        "type": "fixed_bundle",
        "bundle": {"key": "", "name": "", "entries": [open_events.GOLD]},
    }
    assert rally["currentAttemptId"] is None
    unbounded = {"maxPerWindow": None, "usedInWindow": 0, "maxPerDay": None, "usedToday": 0, "remaining": None}
    assert rally["attemptQuota"] == unbounded
    assert listed["arena"]["leaderboardId"] is None
    assert listed["sprint"]["attemptQuota"] == {
        "maxPerWindow": 2,
        "usedInWindow": 0,
        "maxPerDay": 9,
        "usedToday": 0,
        "remaining": 2,
    }
    again = _listed(course, "nobody")
    assert again == listed
    assert course.play("GET", "/players/nobody/events?status=past").fields == ["status"]


@pytest.mark.parametrize(
    ("quota", "counted"),
    [({}, (0, 0)), ({"maxPerWindow": 5}, (2, 0)), ({"maxPerDay": 5}, (0, 2)),
     ({"maxPerWindow": 5, "maxPerDay": 6}, (2, 2))],
)  # fmt: skip
def test_attempts_without_a_quota_are_not_counted(
    world: TroubledGame, quota: dict[str, int], counted: tuple[int, int]
) -> None:
    open_events.define(world, "dash", more={"attempt_quota": quota or None})
    for _ in range(2):
        open_events.begin(world, "dash", "ana")
    told = _listed(world, "ana")["dash"]["attemptQuota"]
    assert (told["usedInWindow"], told["usedToday"]) == counted


def test_a_listing_follows_its_player(course: TroubledGame) -> None:
    first = _begun(course, "ana")
    second = _begun(course, "ana")
    mine, board = _listed(course, "ana")["sprint"], _listed(course, "ben")["sprint"]["leaderboardId"]
    assert mine["currentAttemptId"] == second.rpartition("/")[2]
    assert mine["leaderboardId"] == board
    assert (mine["attemptQuota"]["usedInWindow"], mine["attemptQuota"]["remaining"]) == (2, 0)
    refused = _start(course, "ana")
    assert (refused.status, refused.error["code"]) == (429, "max_attempts_reached")
    for path in (first, second):
        done = course.play("POST", f"{path}/progress", {"mode": "set", "metricValue": 3}, who="ana")
        assert done.data["attempt"]["status"] == "completed"
    assert _listed(course, "ana")["sprint"]["currentAttemptId"] is None
    assert "secret" in _listed(course, "ana")


def test_a_start_is_an_attempt_with_its_board_and_the_context_is_kept(course: TroubledGame) -> None:
    context = {"country": "PT", "level": 7}
    answer = _start(course, "cid", playerContext=context, idempotencyKey="start-cid-1", extra="ignored")
    started = exactly(Started, answer.data)
    assert (answer.status, started.attempt.status, started.attempt.event_key) == (201, "in_progress", "sprint")
    assert started.leaderboard_id == started.attempt.leaderboard_id == _listed(course, "cid")["sprint"]["leaderboardId"]
    again = _start(course, "cid", playerContext=context, idempotencyKey="start-cid-1")
    assert (again.status, again.data, again.headers["idempotent-replayed"]) == (200, answer.data, "true")
    other = _start(course, "cid", playerContext={}, idempotencyKey="start-cid-1")
    assert (other.status, other.error["code"]) == (409, "idempotency_conflict")
    assert course.get(course.player("cid")).data["player"]["lastContextSnapshot"] == context


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [
        ("none", 404, "not_found"),
        ("over", 409, "no_active_window"),
        ("off", 409, "event_disabled"),
        ("secret", 403, "unlock_condition_failed"),
        ("rally", 403, "entry_requirement_failed"),
    ],
)
def test_a_start_that_is_refused(course: TroubledGame, event: str, status: int, code: str) -> None:
    answer = _start(course, "dot", event)
    assert (answer.status, answer.error["code"]) == (status, code)


def test_an_entry_that_cannot_be_paid_says_what_is_short(course: TroubledGame) -> None:
    course.hold("eve", "gold", 15)
    attempt = _begun(course, "eve", "rally")
    short = _start(course, "eve", "rally")
    details = {name: short.error["details"][name] for name in ("resource", "needed", "have")}
    assert (short.status, short.error["code"]) == (402, "insufficient_entry_cost")
    assert details == {"resource": "gold", "needed": 10, "have": 5}
    both = course.play("POST", f"{attempt}/progress", {"mode": "set", "metrics": {"laps": 2, "time": 9.5}}, who="eve")
    told = exactly(AttemptProgressed, both.data)
    assert (told.attempt.score, told.attempt.metrics) == (13.5, {"laps": 2, "time": 9.5})
    [fired] = told.milestones_fired
    assert (fired.key, fired.grants[0].source_kind) == ("one", "event_milestone")
    alone = course.play("POST", f"{attempt}/progress", {"mode": "set", "metricValue": 1}, who="eve")
    assert (alone.status, alone.error["code"]) == (400, "invalid_metric")


def test_progress_is_taken_under_each_of_its_names(course: TroubledGame) -> None:
    attempt = _begun(course, "fay")
    for body, laps in (
        ({"mode": "set", "metricValue": 1}, 1),
        ({"mode": "increment", "metrics": {"laps": 0.5}}, 1.5),
        ({"mode": "increment", "metricValues": {"laps": 0.5}, "occurredAt": "2026-05-28T20:26:39Z"}, 2),
        ({"mode": "increment", "metricValue": 0.5, "idempotencyKey": "progress-1"}, 2.5),
        ({"mode": "increment", "metricValue": 0.5, "idempotencyKey": "progress-1"}, 2.5),
    ):
        answer = course.play("POST", f"{attempt}/progress", body, who="fay")
        assert (answer.status, answer.data["milestonesFired"]) == (200, [])
        assert answer.data["attempt"]["metricsRaw"] == {"laps": laps}
    done = course.play("POST", f"{attempt}/progress", {"mode": "set", "metricValue": 3}, who="fay")
    assert len(done.data["attempt"]["grantIds"]) == 1
    for call, body in (("progress", {"mode": "set", "metricValue": 3}), ("finish", {})):
        late = course.play("POST", f"{attempt}/{call}", body, who="fay")
        assert (late.status, late.error["code"]) == (409, "attempt_finished")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["mode"]),
        ({"mode": "add", "metricValue": 1}, ["mode"]),
        ({"mode": "set"}, ["metrics"]),
        ({"mode": "set", "metrics": {}}, ["metrics"]),
        ({"mode": "set", "metricValue": 1, "metrics": {"laps": 1}}, ["metrics"]),
        ({"mode": "set", "metricValue": 1, "occurredAt": "yesterday"}, ["occurredAt"]),
    ],
)
def test_progress_that_cannot_be_read(course: TroubledGame, body: dict[str, Any], fields: list[str]) -> None:
    answer = course.play(
        "POST", "/players/gil/events/sprint/attempts/" + course.attempts["stuck"] + "/progress", body, who="gil"
    )
    assert (answer.status, answer.fields) == (400, fields)


@pytest.mark.parametrize("value", [True, "7", None, [1]])
def test_a_metric_is_a_number(course: TroubledGame, value: object) -> None:
    path = "/players/gil/events/sprint/attempts/" + course.attempts["stuck"] + "/progress"
    assert course.play("POST", path, {"mode": "set", "metrics": {"laps": value}}, who="gil").status == 400


def test_a_metric_that_no_score_can_hold_is_refused(course: TroubledGame) -> None:
    attempt = _begun(course, "kim", "big")
    for value in (10**308, -(10**400), 1e308):
        answer = course.play("POST", f"{attempt}/progress", {"mode": "set", "metricValue": value}, who="kim")
        assert (answer.status, answer.error["code"]) == (400, "validation_failed")


def test_finishing_ends_what_has_a_target_and_pays_what_has_none(course: TroubledGame) -> None:
    short = course.play("POST", f"{_begun(course, 'hal')}/finish", {"idempotencyKey": "finish-1"}, who="hal")
    assert exactly(Finished, short.data).outcome == "expired"
    attempt = _begun(course, "hal", "open")
    course.play("POST", f"{attempt}/progress", {"mode": "set", "metricValue": 40}, who="hal")
    done = course.play("POST", f"{attempt}/finish", {"idempotencyKey": "finish-2"}, who="hal")
    told = exactly(Finished, done.data)
    assert (told.outcome, told.attempt.score, len(told.attempt.grant_ids or ())) == ("completed", 40, 1)
    again = course.play("POST", f"{attempt}/finish", {"idempotencyKey": "finish-2"}, who="hal")
    assert (again.status, again.data) == (200, done.data)


def test_an_attempt_is_its_player_s_and_its_event_s(course: TroubledGame) -> None:
    attempt = _begun(course, "ida")
    report = {"mode": "set", "metricValue": 1}
    for path in (attempt.replace("ida", "jon"), attempt.replace("sprint", "open"), attempt[:-4] + "beef"):
        who = "jon" if "jon" in path else "ida"
        assert course.play("POST", f"{path}/progress", report, who=who).status == 404
        assert course.play("POST", f"{path}/finish", {}, who=who).status == 404
        assert course.serve("POST", f"{path}/finish").status == 404
    told = course.serve("POST", f"{attempt}/progress", {"mode": "set", "metrics": {"laps": 2}, "idempotencyKey": "k"})
    assert exactly(AttemptProgressed, told.data).attempt.score == 2
    assert exactly(Finished, course.serve("POST", f"{attempt}/finish").data).outcome == "expired"
