"""Versions of rows: a change of a row that moved on is 412, and nothing is done (contract/README.md#versions)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraty_console.backend.app.routes import ADMIN
from kraty_console.contract.errors import Stale
from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.contract.session import GAME_ADMIN
from tests.contract.test_admin_changes import CHANGES, Change, changes, prepared
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import call, prepare, reading, writing
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame

KEY = "key-0000-0001"
VERSIONED = [operation for operation, spec in OPERATIONS.items() if spec.versioned]
ROW = {
    "attempt.force_complete": ("attempt", "stuck"),
    "grant.retry_reward_roll": ("attempt", "unrolled"),
    "grant.manual_force_claim": ("grant", "pending"),
    "grant.revoke": ("grant", "pending"),
    "wallet.credit": ("balance", "gold"),
    "grant.manual_create": ("player", ""),
    "player.ban": ("player", ""),
    "player.unban": ("player", ""),
}
"""The row whose version an action names."""
versioned = pytest.mark.parametrize("change", [each for each in CHANGES if each.action in ROW], ids=str)


def _row(world: TroubledGame, action: str) -> Any:
    """The row in the look-up of today."""
    snapshot = world.get(f"{world.player('alice')}?limit=200").data
    kind, name = ROW[action]
    match kind:
        case "player":
            return snapshot["player"]
        case "balance":
            return next(each for each in snapshot["wallet"] if each["economyKey"] == name)
        case _:
            row_id = (world.attempts if kind == "attempt" else world.grants)[name]
            return next(each for each in snapshot[f"{kind}s"] if each["id"] == row_id)


def _send(world: TroubledGame, path: str, change: Change, version: object, key: str = KEY) -> Answered:
    return world.post(path, {**change.body, "idempotencyKey": key}, headers={"If-Match": str(version)})


def _move(world: TroubledGame, action: str) -> None:
    """Change the row in another way."""
    kind, name = ROW[action]
    reason = {"reason": "another reason", "idempotencyKey": f"move-{action}"}
    path = {
        "attempt": f"{world.game}/attempts/{world.attempts.get(name)}/force-complete",
        "grant": f"{world.game}/grants/{world.grants.get(name)}/force-claim",
        "balance": f"{world.player('alice')}/wallet/gold/credit",
        "player": f"{world.player('alice')}/ban",
    }[kind]
    if action == "grant.retry_reward_roll":  # it is complete: a roll that fails is what changes it
        path = f"{world.game}/attempts/{world.attempts[name]}/retry-reward-roll"
    amount = {"amount": 5} if kind == "balance" else {}
    assert world.post(path, {**reason, **amount}).status in (200, 409)


def _world(world: TroubledGame, change: Change) -> str:
    if ROW[change.action][0] == "balance":
        world.hold("alice", "gold", 10)
    return change.path(world)


def test_the_table_says_which_changes_name_a_version() -> None:
    named = {OPERATIONS[operation].permission for operation in VERSIONED}
    assert named == {*ROW} - {"player.unban"}
    assert {route.permission for route in ADMIN if route.versioned} == named


@versioned
def test_a_row_of_that_version_is_changed_and_gets_the_next(world: TroubledGame, change: Change) -> None:
    path = _world(world, change)
    prepared(world, change)
    before = _row(world, change.action)
    answer = _send(world, path, change, f'"{before["version"]}"')
    assert answer.status in (200, 201), answer.raw
    after = _row(world, change.action)
    if change.action in ("grant.manual_create", "player.unban"):  # the player is not changed by these, here
        assert after["version"] == before["version"]
        return
    assert after["version"] == before["version"] + 1
    data = answer.data.get("attempt") or answer.data.get("grant") or answer.data
    assert data["version"] == after["version"]


@versioned
def test_a_row_that_moved_on_is_told_and_nothing_is_done(world: TroubledGame, change: Change) -> None:
    path = _world(world, change)
    version = _row(world, change.action)["version"]
    _move(world, change.action)
    current = _row(world, change.action)
    assert current["version"] == version + 1
    prepared(world, change)
    before = world.backend.counts()
    answer = _send(world, path, change, f'"{version}"')
    assert (answer.status, answer.error["code"]) == (412, "stale")
    assert answer.error["details"]["current"] == current
    assert world.backend.counts() == before
    assert _row(world, change.action) == current
    again = _send(world, path, change, f'"{current["version"]}"')
    assert again.status != 412, "the key stayed free"
    if change.action in ("wallet.credit", "grant.manual_create", "player.ban", "player.unban"):
        assert again.status in (200, 201)


@versioned
def test_a_repeat_of_a_key_is_answered_whatever_the_version_is_by_then(world: TroubledGame, change: Change) -> None:
    path = _world(world, change)
    prepared(world, change)
    version = f'"{_row(world, change.action)["version"]}"'
    first, again = _send(world, path, change, version), _send(world, path, change, version)
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    assert {**again.data, "applied": True} == {**first.data, "applied": True}


@changes
def test_without_the_header_or_with_a_star_everything_is_as_before(world: TroubledGame, change: Change) -> None:
    path = prepared(world, change)
    assert _send(world, path, change, "*").status in (200, 201)


@pytest.mark.parametrize("header", ["3", '"3', "'3'", '"3" "4"', '"3",', '"ü"', "", '"' + "1" * 65 + '"'])
def test_a_header_that_is_no_version_is_refused_by_name(still: TroubledGame, header: str) -> None:
    before = still.backend.counts()
    answer = _send(still, CHANGES[5].path(still), CHANGES[5], header.encode().decode("latin-1"))
    assert (answer.status, answer.fields) == (400, ["If-Match"])
    assert still.backend.counts() == before


@pytest.mark.parametrize("header", ['"99", "{}"', '"{}" , "99"', 'W/"99", "{}"'])
def test_one_of_several_versions_is_enough(world: TroubledGame, header: str) -> None:
    version = _row(world, "player.ban")["version"]
    assert _send(world, CHANGES[5].path(world), CHANGES[5], header.format(version)).status == 200


def test_a_weak_tag_is_no_version(world: TroubledGame) -> None:
    version = _row(world, "player.ban")["version"]
    assert _send(world, CHANGES[5].path(world), CHANGES[5], f'W/"{version}"').status == 412


def test_a_balance_that_is_not_there_has_the_version_zero(world: TroubledGame) -> None:
    change = next(each for each in CHANGES if each.action == "wallet.credit")
    path = change.path(world)
    refused = _send(world, path, change, '"1"')
    assert (refused.status, refused.error["details"]["current"]) == (
        412,
        {"economyKey": "gold", "balance": 0, "version": 0},
    )
    assert _send(world, path, change, '"0"').data["version"] == 1
    assert _send(world, path, change, '"0"', "key-0000-0002").status == 412
    assert _send(world, path, change, '"1"', "key-0000-0003").data["version"] == 2


def test_playing_does_not_change_the_version_of_the_player(world: TroubledGame) -> None:
    world.secret("alice")
    version = _row(world, "player.ban")["version"]
    world.backend.clock.ms += 1000
    assert world.play("POST", "/players/alice/presence", {"status": "online"}, who="alice").status == 200
    world.hold("alice", "gold", 10)
    assert _row(world, "player.ban")["version"] == version


def test_progress_changes_the_version_of_an_attempt_and_a_merge_that_of_its_rows(world: TroubledGame) -> None:
    open_events.define(world, "sprint")
    attempt_id = open_events.begin(world, "sprint")

    def version(player: str) -> int:
        attempts = world.get(world.player(player)).data["attempts"]
        found: int = next(each["version"] for each in attempts if each["id"] == attempt_id)
        return found

    begun = version("alice")
    path = f"/players/alice/events/sprint/attempts/{attempt_id}/progress"
    moved = world.serve("POST", path, {"mode": "set", "metricValue": 2})
    assert moved.status == 200, moved.raw
    assert version("alice") == begun + 1
    assert world.serve("POST", "/players/alice/merge-into/alicia", {}).status == 200
    assert version("alicia") == begun + 2


def test_of_many_changes_of_one_version_one_is_made(world: TroubledGame) -> None:
    world.hold("alice", "gold", 10)
    change = next(each for each in CHANGES if each.action == "wallet.credit")
    path, version = change.path(world), f'"{_row(world, change.action)["version"]}"'
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda key: _send(world, path, change, version, f"key-at-once-{key}"), range(8)))
    assert sorted(answer.status for answer in answers) == [200, *[412] * 7]
    assert _row(world, change.action)["balance"] == 35


def test_other_surfaces_have_no_versions_and_ignore_the_header(world: TroubledGame) -> None:
    world.hold("alice", "gold", 10)
    snapshot = world.serve("GET", "/players/alice").data
    for row in (snapshot["player"], *snapshot["attempts"], *snapshot["grants"], *snapshot["wallet"]):
        assert "version" not in row
    banned = world.serve("POST", "/players/alice/ban", {"reason": "cheating"}, headers={"If-Match": '"99"'})
    assert (banned.status, "version" in banned.data) == (200, False)


@pytest.mark.parametrize("operation", VERSIONED)
async def test_the_client_sends_the_version_and_the_journal_keeps_it(
    world: TroubledGame, tmp_path: Path, operation: Operation
) -> None:
    prepare(world, operation)
    change = call(world, operation)
    async with writing(world, tmp_path) as it:
        stale = await it.writer.perform(replace(change, version=99))
        assert (stale.state, type(stale.error), stale.entry and stale.entry.version) == ("refused", Stale, "99")
        assert stale.error is not None
        version = stale.error.details["current"]["version"]
        done = await it.writer.perform(replace(change, version=version))
        assert done.state == "applied", done.error


async def test_the_client_sends_no_header_without_a_version(world: TroubledGame) -> None:
    async with reading(world, GAME_ADMIN) as client:
        prepared_change = client.prepare(call(world, Operation.BAN))
        assert prepared_change.version is None
        assert (await client.send(call(world, Operation.BAN))).audit is not None
