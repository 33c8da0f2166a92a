"""Every branch of the walkthrough, and rows with two faults."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.domain.diagnosis import attempt_faults, diagnose_attempt, diagnose_lobby
from kraty_console.domain.grant_diagnosis import diagnose_grant
from kraty_console.domain.grant_links import Links
from kraty_console.domain.problems import Fault
from tests.harness.domain.snapshots import BANNED, NOW, ago, attempt, grant, snapshot

G1 = "0197bbbb-0000-7000-8000-00000000b001"
RETRY, FORCE, CLAIM = "attempt.retry_roll", "attempt.force_complete", "grant.force_claim"
FAILED = {"status": "failed", "error": 'table "daily_gold" was archived', "at": ago(hours=1)}
PLAYING = {"status": "in_progress", "completedAt": None, "score": 320, "roll": {"status": "none"}}
EXPIRED = {"status": "expired", "completedAt": None, "score": 95, "roll": {"status": "none"}}

ATTEMPTS: list[tuple[str, dict[str, Any], list[dict[str, Any]], dict[str, Any], list[Fault], str, str | None]] = [
    ("claimed", {"grantIds": [G1]}, [grant(status="claimed")], {}, [Fault.FINE], "", None),
    ("pending", {"grantIds": [G1]}, [grant()], {}, [Fault.GRANT_PENDING], "unclaimed 1h", CLAIM),
    (
        "by hand",
        {"grantIds": [G1]},
        [grant(sourceKind="admin")],
        {},
        [Fault.GRANT_PENDING],
        "unclaimed 1h",
        CLAIM,
    ),
    ("just now", {"grantIds": [G1]}, [grant(createdAt=ago(minutes=2))], {}, [Fault.JUST_GRANTED], "", None),
    ("grant expired", {"grantIds": [G1]}, [grant(status="expired")], {}, [Fault.GRANT_EXPIRED], "grant expired", CLAIM),
    (
        "past its expiry",
        {"grantIds": [G1]},
        [grant(expiresAt=ago(days=2))],
        {},
        [Fault.GRANT_OVERDUE],
        "past its expiry for 2d",
        CLAIM,
    ),
    ("revoked", {"grantIds": [G1]}, [grant(status="revoked")], {}, [Fault.GRANT_REVOKED], "", None),
    ("crate", {"grantIds": [G1]}, [grant(kind="crate")], {}, [Fault.CRATE_UNOPENED], "", None),
    (
        "one claimed and one expired",
        {"grantIds": [G1, "g2"]},
        [grant(status="claimed"), grant(id="g2", status="expired")],
        {},
        [Fault.GRANT_EXPIRED, Fault.FINE],
        "grant expired",
        CLAIM,
    ),
    (
        "banned and pending",
        {"grantIds": [G1]},
        [grant()],
        BANNED,
        [Fault.BANNED_PENDING, Fault.GRANT_PENDING],
        "player is banned",
        None,
    ),
    ("roll failed", {"roll": FAILED}, [], {}, [Fault.ROLL_FAILED], "roll failed", RETRY),
    (
        "roll failed and banned",
        {"roll": FAILED},
        [],
        BANNED,
        [Fault.ROLL_FAILED, Fault.BANNED_PLAYING],
        "roll failed",
        RETRY,
    ),
    (
        "roll failed, a milestone was granted",
        {"roll": FAILED, "grantIds": [G1]},
        [grant(sourceKind="event_milestone", status="claimed")],
        {},
        [Fault.ROLL_FAILED, Fault.FINE],
        "roll failed",
        "player.grant",
    ),
    (
        "never rolled, a milestone waits",
        {"roll": {"status": "none"}, "grantIds": [G1]},
        [grant(sourceKind="event_milestone")],
        {},
        [Fault.NOT_ROLLED, Fault.GRANT_PENDING],
        "not rolled",
        "player.grant",
    ),
    (
        "a milestone claimed, nothing to win at the end",
        {"roll": {"status": "none"}, "rewardPolicy": "none", "grantIds": [G1]},
        [grant(sourceKind="event_milestone", status="claimed")],
        {},
        [Fault.FINE],
        "",
        None,
    ),
    (
        "a milestone claimed, other grants not listed",
        {"roll": {"status": "none"}, "grantIds": [G1, "far"]},
        [grant(sourceKind="event_milestone", status="claimed")],
        {},
        [Fault.FINE],
        "",
        None,
    ),
    ("nothing said of the roll", {"roll": None}, [], {}, [Fault.NOT_ROLLED], "not rolled", RETRY),
    ("never rolled", {"roll": {"status": "none"}}, [], {}, [Fault.NOT_ROLLED], "not rolled", RETRY),
    ("a roll of a word unknown", {"roll": {"status": "queued"}}, [], {}, [Fault.NOT_ROLLED], "not rolled", RETRY),
    (
        "forced, not rolled",
        {"status": "force_completed", "roll": {"status": "none"}},
        [],
        {},
        [Fault.NOT_ROLLED],
        "not rolled",
        RETRY,
    ),
    ("not configured", {"roll": {"status": "not_configured"}}, [], {}, [Fault.NO_REWARDS], "", None),
    ("policy none", {"rewardPolicy": "none", "roll": {"status": "none"}}, [], {}, [Fault.NO_REWARDS], "", None),
    (
        "by rank, before the close",
        {"rewardPolicy": "rank_scaled", "roll": {"status": "none"}, "windowEndsAt": ago(days=-1)},
        [],
        {},
        [Fault.PAID_AT_CLOSE],
        "paid at the close",
        None,
    ),
    (
        "from a pool, before the close, with a milestone's grant",
        {"rewardPolicy": "shared_pool", "roll": None, "windowEndsAt": ago(days=-1), "grantIds": [G1]},
        [grant(sourceKind="event_milestone", status="claimed")],
        {},
        [Fault.PAID_AT_CLOSE, Fault.FINE],
        "paid at the close",
        None,
    ),
    (
        "by rank, long after the close",
        {"rewardPolicy": "rank_scaled", "roll": {"status": "none"}, "windowEndsAt": ago(days=1)},
        [],
        {},
        [Fault.NOT_ROLLED],
        "not rolled",
        RETRY,
    ),
    ("rolled empty", {}, [], {}, [Fault.ROLLED_NOTHING], "rolled nothing", None),
    ("fresh", {**PLAYING, "lastProgressAt": ago(minutes=3)}, [], {}, [Fault.STILL_PLAYING], "", None),
    (
        "fresh, no times at all",
        {**PLAYING, "lastProgressAt": None, "startedAt": None, "windowEndsAt": None},
        [],
        {},
        [Fault.STILL_PLAYING],
        "",
        None,
    ),
    ("stuck", {**PLAYING, "lastProgressAt": ago(days=3)}, [], {}, [Fault.STUCK], "stuck for 3d", FORCE),
    (
        "stuck since its start",
        {**PLAYING, "lastProgressAt": None, "startedAt": ago(days=3)},
        [],
        {},
        [Fault.STUCK],
        "stuck for 3d",
        FORCE,
    ),
    (
        "older than its window",
        {**PLAYING, "windowEndsAt": ago(days=2), "lastProgressAt": ago(days=3)},
        [],
        {},
        [Fault.WINDOW_OVER],
        "window over for 2d",
        FORCE,
    ),
    (
        "older than its end, no window told",
        {**PLAYING, "windowEndsAt": None, "endsAt": ago(hours=5)},
        [],
        {},
        [Fault.WINDOW_OVER],
        "window over for 5h",
        FORCE,
    ),
    (
        "target met",
        {**PLAYING, "score": 1500, "lastProgressAt": ago(hours=1)},
        [],
        {},
        [Fault.TARGET_MET],
        "target met, not finished",
        FORCE,
    ),
    (
        "target met this minute",
        {**PLAYING, "score": 1500, "lastProgressAt": ago(minutes=1)},
        [],
        {},
        [Fault.STILL_PLAYING],
        "",
        None,
    ),
    (
        "stuck and banned",
        {**PLAYING, "lastProgressAt": ago(days=3)},
        [],
        BANNED,
        [Fault.BANNED_PLAYING, Fault.STUCK],
        "player is banned",
        None,
    ),
    (
        "playing and banned",
        {**PLAYING, "lastProgressAt": ago(minutes=3)},
        [],
        BANNED,
        [Fault.BANNED_PLAYING],
        "player is banned",
        None,
    ),
    (
        "playing, a milestone waits",
        {**PLAYING, "lastProgressAt": ago(minutes=3), "grantIds": [G1]},
        [grant(sourceKind="event_milestone")],
        {},
        [Fault.GRANT_PENDING, Fault.STILL_PLAYING],
        "unclaimed 1h",
        CLAIM,
    ),
    ("expired", EXPIRED, [], {}, [Fault.NEVER_FINISHED], "never finished", FORCE),
    (
        "expired, its milestone claimed",
        {**EXPIRED, "grantIds": [G1]},
        [grant(status="claimed")],
        {},
        [Fault.NEVER_FINISHED],
        "never finished",
        FORCE,
    ),
    (
        "expired, its milestone expired",
        {**EXPIRED, "grantIds": [G1]},
        [grant(status="expired")],
        {},
        [Fault.GRANT_EXPIRED, Fault.NEVER_FINISHED],
        "grant expired",
        CLAIM,
    ),
    (
        "expired and banned",
        EXPIRED,
        [],
        BANNED,
        [Fault.BANNED_PLAYING, Fault.NEVER_FINISHED],
        "player is banned",
        None,
    ),
    ("a status unknown", {"status": "paused"}, [], {}, [Fault.UNKNOWN_STATUS], "", None),
    (
        "a grant of a status unknown",
        {"grantIds": [G1]},
        [grant(status="frozen")],
        {},
        [Fault.UNKNOWN_STATUS],
        "",
        None,
    ),
]


@pytest.mark.parametrize(
    ("fields", "grants", "player", "faults", "words", "action"),
    [case[1:] for case in ATTEMPTS],
    ids=[case[0] for case in ATTEMPTS],
)
def test_diagnoses_of_attempts(
    fields: dict[str, Any],
    grants: list[dict[str, Any]],
    player: dict[str, Any],
    faults: list[Fault],
    words: str,
    action: str | None,
) -> None:
    seen = snapshot(attempts=[attempt(**fields)], grants=grants, player=player)
    found = attempt_faults(seen.attempts[0], seen, NOW)
    assert [each.code for each in found] == faults
    assert (found[0].words, found[0].action_id) == (words, action)
    assert all(each.advice.endswith(".") for each in found)
    assert all(each.severity != "fine" for each in found if each.action_id is not None), "what is fine needs no mending"
    assert all(each.action_id != "player.ban" for each in found), "whether a ban stands is for a person to decide"


def test_every_fault_is_reached() -> None:
    told = {fault for case in ATTEMPTS for fault in case[4]}
    assert set(Fault) - told == {
        Fault.GRANTS_NOT_SHOWN,
        Fault.LOBBY_LATE,
        Fault.NO_GRANTS_LINKED,
        Fault.PROGRESS_UNKNOWN,
    }


def test_a_pending_grant_waits_for_the_game() -> None:
    seen = snapshot(grants=[grant()])
    assert diagnose_grant(seen.grants[0], seen, NOW).advice == (
        "Waiting for the game's collectAll(); force-claim delivers now."
    )


def test_a_grant_with_a_lost_acknowledgement_is_delivered_by_force_claim() -> None:
    seen = snapshot(grants=[grant(sourceKind="api")])
    assert "acknowledgement was lost" in diagnose_grant(seen.grants[0], seen, NOW).advice


def test_force_complete_is_prefilled_with_score_and_roll() -> None:
    stuck = attempt(**PLAYING | {"lastProgressAt": ago(days=3)})
    seen = snapshot(attempts=[stuck])
    assert diagnose_attempt(seen.attempts[0], seen, NOW).prefill == {"final_score": "320", "then_roll": True}
    seen = snapshot(attempts=[stuck | {"grantIds": ["g9"]}])
    found = diagnose_attempt(seen.attempts[0], seen, NOW)
    assert found.prefill == {"final_score": "320", "then_roll": False}
    assert found.advice.endswith("1 grant is linked already, so a roll is refused: give what is due by hand (M).")


def test_grants_are_linked_without_optional_fields() -> None:
    bare = dict.fromkeys(("grantIds", "roll", "lastProgressAt", "windowEndsAt", "rewardPolicy"))
    seen = snapshot(attempts=[attempt(**bare)], grants=[grant()])
    assert diagnose_attempt(seen.attempts[0], seen, NOW).code is Fault.GRANT_PENDING


def test_grants_that_may_be_missing_from_the_list_are_no_fault() -> None:
    bare = dict.fromkeys(("grantIds", "roll", "rewardPolicy"))
    seen = snapshot(attempts=[attempt(**bare)], summary={"grantsClaimed": 80})
    found = diagnose_attempt(seen.attempts[0], seen, NOW)
    assert (found.code, found.severity, found.action_id) == (Fault.GRANTS_NOT_SHOWN, "fine", None)


def test_crate_contents_belong_to_the_crate_s_attempt() -> None:
    crate = grant(kind="crate", status="claimed", contents={})
    inside = grant(id="g2", sourceKind="crate_open", sourceRefId=G1, parentGrantId=G1)
    seen = snapshot(attempts=[attempt(grantIds=None)], grants=[inside, crate])
    links = Links(seen)
    assert set(links.of_attempt(seen.attempts[0]).ids) == {G1, "g2"}
    assert links.children_of(seen.grants[1]) == (seen.grants[0],)
    assert diagnose_attempt(seen.attempts[0], seen, NOW).code is Fault.GRANT_PENDING


def test_circular_parents_terminate() -> None:
    one = grant(id="g1", sourceRefId=None, parentGrantId="g2")
    other = grant(id="g2", sourceRefId=None, parentGrantId="g1")
    seen = snapshot(grants=[one, other])
    assert Links(seen).attempt_of(seen.grants[0]) is None


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"status": "forming", "fillBy": ago(minutes=20)}, Fault.LOBBY_LATE, "not filled for 20m"),
        ({"status": "forming", "fillBy": ago(minutes=-1)}, Fault.FINE, ""),
        ({"status": "forming"}, Fault.FINE, ""),
        ({"status": "active", "fillBy": ago(hours=1)}, Fault.FINE, ""),
    ],
)
def test_diagnoses_of_lobbies(fields: dict[str, Any], code: Fault, words: str) -> None:
    seen = snapshot(lobbies=[{"id": "l1", **fields}])
    found = diagnose_lobby(seen.lobbies[0], NOW)
    assert (found.code, found.words) == (code, words)


def test_times_without_a_zone_are_utc() -> None:
    seen = snapshot(attempts=[attempt(**PLAYING | {"lastProgressAt": "2026-03-07T12:00:00"})])
    assert diagnose_attempt(seen.attempts[0], seen, NOW).words == "stuck for 3d"
