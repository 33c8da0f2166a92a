"""The five changes, banning and unbanning: allowed, refused, replayed, in conflict, and their audit rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kraty_console.contract.actions import (
    Banned,
    Changed,
    Credited,
    ForceClaimed,
    ForceCompleted,
    GrantCreated,
    GrantRevoked,
    RewardRolled,
    Unbanned,
)
from kraty_console.contract.audit import AuditRow
from kraty_console.contract.notes import NoteAdded
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.troubled_game import TroubledGame

KEY = "key-0000-0001"
GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}


@dataclass(frozen=True)
class Change:
    """One change that can be made in a fresh world."""

    action: str
    path: Callable[[TroubledGame], str]
    body: dict[str, Any]
    answer: type[Changed]
    other: dict[str, Any]
    """What makes it another request under the same key."""
    created: bool = False

    def __str__(self) -> str:
        return self.action


CHANGES = [
    Change(
        "attempt.force_complete",
        lambda world: f"{world.game}/attempts/{world.attempts['stuck']}/force-complete",
        {"reason": "crashed on the last lap", "finalScore": 12.5, "ticket": "T-1"},
        ForceCompleted,
        {"finalScore": 13},
    ),
    Change(
        "grant.retry_reward_roll",
        lambda world: f"{world.game}/attempts/{world.attempts['unrolled']}/retry-reward-roll",
        {"ticket": "T-1"},
        RewardRolled,
        {"reason": "another reason"},
    ),
    Change(
        "grant.manual_create",
        lambda world: f"{world.game}/grants",
        {"externalPlayerId": "alice", "entries": [GOLD], "reason": "make-good", "ticket": "T-1"},
        GrantCreated,
        {"entries": [{**GOLD, "amount": 6}]},
        created=True,
    ),
    Change(
        "grant.manual_force_claim",
        lambda world: f"{world.game}/grants/{world.grants['pending']}/force-claim",
        {"reason": "the ack was lost", "ticket": "T-1"},
        ForceClaimed,
        {"reason": "another reason"},
    ),
    Change(
        "wallet.credit",
        lambda world: f"{world.player('alice')}/wallet/gold/credit",
        {"amount": 25, "reason": "goodwill", "ticket": "T-1"},
        Credited,
        {"amount": 26},
    ),
    Change(
        "player.ban",
        lambda world: f"{world.player('alice')}/ban",
        {"reason": "cheating", "ticket": "T-1"},
        Banned,
        {"reason": "botting"},
    ),
    Change(
        "player.unban",
        lambda world: f"{world.player('alice')}/unban",
        {"reason": "by mistake", "ticket": "T-1"},
        Unbanned,
        {"reason": "another reason"},
    ),
    Change(
        "player.note",
        lambda world: f"{world.player('alice')}/notes",
        {"text": "asked for a screenshot", "ticket": "T-1"},
        NoteAdded,
        {"text": "asked for a video"},
        created=True,
    ),
    Change(
        "grant.revoke",
        lambda world: f"{world.game}/grants/{world.grants['pending']}/revoke",
        {"reason": "granted twice", "ticket": "T-1"},
        GrantRevoked,
        {"reason": "another reason"},
    ),
]
changes = pytest.mark.parametrize("change", CHANGES, ids=str)


def prepared(world: TroubledGame, change: Change) -> str:
    """The path of the change, in a world where it can be made."""
    if change.answer is RewardRolled:
        world.mend_table()
    return change.path(world)


@changes
def test_a_change_has_its_shape_and_one_audit_row(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    answer = world.post(path, {**change.body, "idempotencyKey": KEY}, headers={"X-Request-Id": "trace-me-0001"})
    assert answer.status == (201 if change.created else 200), answer.raw
    assert "idempotent-replayed" not in answer.headers
    made = exactly(change.answer, answer.data)
    assert made.audit is not None
    assert made.audit.url == f"{world.log}/{made.audit.id}"
    row = exactly(AuditRow, world.get(made.audit.url).data)
    assert (row.action, row.outcome, row.ticket, row.idempotency_key, row.request_id) == (
        change.action,
        "ok",
        "T-1",
        KEY,
        answer.headers["x-server-request-id"],
    )
    assert answer.headers["x-request-id"] == "trace-me-0001", "it is echoed, and stands in no log that cannot be mended"
    assert "trace-me-0001" not in world.get(made.audit.url).raw.decode()
    assert row.reason == change.body.get("reason")
    assert row.player is not None
    assert row.player.external_player_id == "alice"
    assert row.actor is not None
    assert (row.actor.kind, row.actor.id) == ("member", world.members["GAME_ADMIN"])
    assert [each["id"] for each in world.audit_rows()] == [row.id]
    assert world.get(world.player("alice")).data["audit"][0]["id"] == row.id


@changes
def test_the_same_key_and_body_give_the_first_answer_again(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    body = {**change.body, "idempotencyKey": KEY}
    first = world.post(path, body)
    before = world.backend.counts()
    again = world.post(path, dict(reversed(body.items())))
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    expected = {**first.data, "applied": False} if change.answer is Credited else first.data
    assert again.data == expected
    assert world.backend.counts() == before


@changes
def test_the_same_key_with_another_body_is_refused(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    world.post(path, {**change.body, "idempotencyKey": KEY})
    before = world.backend.counts()
    answer = world.post(path, {**change.body, **change.other, "idempotencyKey": KEY})
    assert (answer.status, answer.error["code"]) == (409, "idempotency_conflict")
    assert world.backend.counts() == before


@changes
def test_a_refused_request_leaves_its_key_free(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    wrong = world.post(path, {**change.body, "idempotencyKey": KEY, "reason": "x"})
    assert (wrong.status, wrong.fields) == (400, ["reason"])
    denied = world.post(path, {**change.body, "idempotencyKey": KEY}, role="GAME_VIEWER")
    assert denied.status == 403
    assert world.post(path, {**change.body, "idempotencyKey": KEY}).status in (200, 201)


@changes
def test_unknown_fields_are_refused_by_name(still: TroubledGame, change: Change) -> None:
    before = still.backend.counts()
    answer = still.post(change.path(still), {**change.body, "idempotencyKey": KEY, "colour": 1, "x y": 2})
    assert (answer.status, answer.fields) == (400, ["colour", '["x y"]'])
    assert still.backend.counts() == before


@changes
def test_a_reason_says_something(still: TroubledGame, change: Change) -> None:
    before = still.backend.counts()
    for reason in ("no", " \t\n ", "  a  ", "x" * 1001):
        answer = still.post(change.path(still), {**change.body, "reason": reason, "idempotencyKey": KEY})
        assert (answer.status, answer.fields) == (400, ["reason"])
    assert still.backend.counts() == before


@changes
def test_every_missing_field_is_named(still: TroubledGame, change: Change) -> None:
    answer = still.post(change.path(still), {})
    required = set(change.body) - {"ticket", "finalScore"} | {"idempotencyKey"}
    if change.action == "grant.retry_reward_roll":
        required -= {"reason"}
    assert answer.status == 400
    assert set(answer.fields) == required
    assert still.post(change.path(still), None).fields == answer.fields


def test_force_complete_sets_the_score_and_rolls_nothing(world: TroubledGame) -> None:
    for name, before in (("stuck", "in_progress"), ("late", "expired")):
        path = f"{world.game}/attempts/{world.attempts[name]}/force-complete"
        answer = world.post(path, {"reason": "crashed", "finalScore": 7, "idempotencyKey": f"key-{name}-1"})
        attempt = answer.data["attempt"]
        assert (attempt["status"], attempt["score"], attempt["grantIds"]) == ("force_completed", 7, [])
        assert attempt["roll"]["status"] == "none"
        row = world.get(answer.data["audit"]["url"]).data
        assert (row["before"]["status"], row["after"]["status"]) == (before, "force_completed")
        again = world.post(path, {"reason": "crashed", "idempotencyKey": f"key-{name}-2"})
        assert (again.status, again.error["code"]) == (409, "conflict")


def test_a_second_roll_is_refused_with_the_grants_that_are_linked(still: TroubledGame) -> None:
    path = f"{still.game}/attempts/{still.attempts['done']}/retry-reward-roll"
    answer = still.post(path, {"idempotencyKey": KEY})
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    assert answer.error["details"]["grantIds"]


def test_a_roll_that_fails_again_is_reported_kept_and_replayed(world: TroubledGame) -> None:
    path = f"{world.game}/attempts/{world.attempts['unrolled']}/retry-reward-roll"
    answer = world.post(path, {"idempotencyKey": KEY})
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    assert "loot" in answer.error["details"]["rollError"]
    before = world.backend.counts()
    again = world.post(path, {"idempotencyKey": KEY})
    assert (again.status, again.headers["idempotent-replayed"]) == (409, "true")
    assert again.error["details"]["rollError"] == answer.error["details"]["rollError"]
    assert world.backend.counts() == before
    rolled = next(
        each for each in world.get(world.player("alice")).data["attempts"] if "unrolled" in _names(world, each)
    )
    assert rolled["roll"]["status"] == "failed"


def test_an_event_without_rewards_says_so(still: TroubledGame) -> None:
    path = f"{still.game}/attempts/{still.attempts['hopeless']}/retry-reward-roll"
    answer = still.post(path, {"idempotencyKey": KEY})
    assert (answer.status, answer.error["code"]) == (409, "conflict")


def test_a_force_claim_delivers_once(world: TroubledGame) -> None:
    path = f"{world.game}/grants/{world.grants['pending']}/force-claim"
    first = world.post(path, {"reason": "the ack was lost", "idempotencyKey": "key-claim-1"}).data
    assert (first["grant"]["status"], len(first["deposits"])) == ("claimed", 2)
    again = world.post(path, {"reason": "once more", "idempotencyKey": "key-claim-2"})
    assert (again.status, again.data["deposits"]) == (200, [])
    wallet = world.get(world.player("alice")).data["wallet"]
    assert [(each["economyKey"], each["balance"]) for each in wallet] == [("gold", 7)]


def test_a_revoked_grant_is_out_of_reach_of_the_game_and_the_studio(world: TroubledGame) -> None:
    grant_id = world.grants["pending"]
    path = f"{world.game}/grants/{grant_id}/revoke"
    first = world.post(path, {"reason": "granted twice", "idempotencyKey": "key-revoke-1"}).data
    assert (first["grant"]["status"], first["grant"]["claimedAt"]) == ("revoked", None)
    again = world.post(path, {"reason": "granted twice", "idempotencyKey": "key-revoke-2"})
    assert (again.status, again.error["code"], again.error["details"]["status"]) == (409, "conflict", "revoked")
    acknowledged = world.serve("POST", f"/players/alice/grants/{grant_id}/ack", {})
    assert (acknowledged.status, acknowledged.error["details"]["status"]) == (409, "revoked")
    summary = world.get(world.player("alice")).data["summary"]
    claimed = world.post(
        f"{world.game}/grants/{grant_id}/force-claim", {"reason": "due after all", "idempotencyKey": KEY}
    )
    assert (claimed.status, len(claimed.data["deposits"])) == (200, 2)
    after = world.get(world.player("alice")).data["summary"]
    assert (after["grantsPending"], after["grantsClaimed"]) == (summary["grantsPending"], summary["grantsClaimed"] + 1)


def test_a_crate_is_opened_and_its_contents_claimed(world: TroubledGame) -> None:
    path = f"{world.game}/grants/{world.grants['crate']}/force-claim"
    answer = world.post(path, {"reason": "the box is stuck", "idempotencyKey": KEY}).data
    assert answer["grant"]["status"] == "claimed"
    assert [deposit["delta"] for deposit in answer["deposits"]] == [50]


def test_credits_add_up_and_a_refresh_of_a_ban_says_so(world: TroubledGame) -> None:
    balances = [
        world.post(CHANGES[4].path(world), {"amount": 10, "reason": "goodwill", "idempotencyKey": f"credit-{index}"})
        for index in range(3)
    ]
    assert [answer.data["balance"] for answer in balances] == [10, 20, 30]
    bans = [
        world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": f"ban-000{index}"})
        for index in range(2)
    ]
    assert [answer.data["applied"] for answer in bans] == [True, False]
    unbans = [
        world.post(f"{world.player('alice')}/unban", {"reason": "by mistake", "idempotencyKey": f"unban-000{index}"})
        for index in range(2)
    ]
    assert [answer.data["applied"] for answer in unbans] == [True, False]


@pytest.mark.parametrize(
    ("entries", "index"),
    [
        ([{"type": "currency", "currencyKey": "nope", "amount": 1}], 0),
        ([GOLD, {"type": "item", "itemKey": "nope", "quantity": 1}], 1),
        ([GOLD, GOLD, {"type": "crate", "crateItemKey": "sword", "quantity": 1}], 2),
        ([{"type": "currency", "currencyKey": "old_coins", "amount": 1}], 0),
    ],
)
def test_a_grant_of_what_is_not_in_the_catalog_names_the_entry(
    still: TroubledGame, entries: list[Any], index: int
) -> None:
    before = still.backend.counts()
    body = {"externalPlayerId": "alice", "entries": entries, "reason": "make-good", "idempotencyKey": KEY}
    answer = still.post(f"{still.game}/grants", body)
    assert (answer.status, answer.error["code"]) == (400, "invalid_metric")
    assert answer.error["details"]["index"] == index
    assert still.backend.counts() == before


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2026-01-01T00:00:00", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "", 17],
)
def test_an_expiry_is_a_moment_with_a_zone_in_the_future(world: TroubledGame, moment: object) -> None:
    body = {"externalPlayerId": "alice", "entries": [GOLD], "reason": "make-good", "idempotencyKey": KEY}
    answer = world.post(f"{world.game}/grants", {**body, "expiresAt": moment})
    assert (answer.status, answer.fields) == (400, ["expiresAt"])
    good = world.post(f"{world.game}/grants", {**body, "expiresAt": "2030-06-01T10:00:00+02:00"})
    assert good.data["grant"]["expiresAt"] == "2030-06-01T08:00:00.000Z"


@pytest.mark.parametrize(
    "path",
    [
        "{game}/attempts/{id}/force-complete",
        "{game}/attempts/{id}/retry-reward-roll",
        "{game}/grants/{id}/force-claim",
        "{game}/grants/{id}/revoke",
        "{game}/players/{id}/wallet/gold/credit",
        "{game}/players/alice/wallet/{id}/credit",
        "{game}/players/{id}/ban",
        "{game}/players/{id}/unban",
        "{game}/grants",
    ],
)
def test_a_missing_object_is_404(still: TroubledGame, path: str) -> None:
    before = still.backend.counts()
    body: dict[str, Any] = {"reason": "crashed", "idempotencyKey": KEY}
    if "wallet" in path:
        body["amount"] = 1
    for name in ("ghost", "0198c0de-0000-7000-8000-000000000000"):
        if path.endswith("/grants"):
            body |= {"externalPlayerId": name, "entries": [GOLD]}
        answer = still.post(path.format(game=still.game, id=name), body)
        assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert still.backend.counts() == before


@changes
def test_a_change_reaches_only_the_environment_it_names(world: TroubledGame, change: Change) -> None:
    path, body = prepared(world, change), {**change.body, "idempotencyKey": KEY}
    before = world.backend.counts()
    answer = world.post(f"{path}?environment=test", body)
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert world.backend.counts() == before
    assert world.post(f"{path}?environment=live", body).status in (200, 201)


def _names(world: TroubledGame, attempt: dict[str, Any]) -> list[str]:
    return [name for name, attempt_id in world.attempts.items() if attempt_id == attempt["id"]]
