"""The version that a change is decided on, and the row that a refusal tells of."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.actions import BanPlayer, ForceClaim, ForceComplete, ManualGrant, WalletCredit
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import Stale
from kraty_console.contract.operations import OPERATIONS, Operation
from kraty_console.contract.players import Attempt, Snapshot
from kraty_console.contract.wire import PartialList
from kraty_console.domain.formatting import GROUP
from kraty_console.domain.row_versions import stale_row, version_of, with_current
from kraty_console.present.stale_rows import changes_of

PLAYER = {"externalPlayerId": "alice", "version": 4}
ATTEMPT = {"id": "a1", "status": "in_progress", "score": 320, "version": 3}
GRANT = {"id": "g1", "status": "pending", "version": 2}


def seen(**lists: Any) -> Snapshot:
    every: dict[str, Any] = {
        "player": PLAYER,
        "attempts": [ATTEMPT],
        "grants": [GRANT],
        "wallet": [{"economyKey": "gold", "balance": 5, "version": 9}],
    }
    return Snapshot.model_validate({**every, **lists})


def call(operation: Operation, target: str | None = None, economy_key: str | None = None) -> ChangeRequest:
    requests: dict[str, Any] = {
        "force_complete": ForceComplete,
        "force_claim": ForceClaim,
        "credit": WalletCredit,
        "ban": BanPlayer,
        "manual_grant": ManualGrant,
    }
    request = requests[operation].model_construct()
    return ChangeRequest(operation, "alice", request, target_id=target, economy_key=economy_key)


COMPLETE = call(Operation.FORCE_COMPLETE, "a1")
CREDIT = call(Operation.CREDIT, economy_key="gold")


@pytest.mark.parametrize(
    ("change", "version"),
    [
        (COMPLETE, 3),
        (call(Operation.FORCE_CLAIM, "g1"), 2),
        (CREDIT, 9),
        (call(Operation.BAN), 4),
        (call(Operation.MANUAL_GRANT), 4),
        (call(Operation.FORCE_COMPLETE, "another"), None),
    ],
    ids=lambda value: value.operation if isinstance(value, ChangeRequest) else None,
)
def test_a_change_names_the_version_of_its_row(change: ChangeRequest, version: int | None) -> None:
    assert version_of(change, seen()) == version


def test_changes_without_a_row_name_no_version() -> None:
    free = [each for each, spec in OPERATIONS.items() if spec.is_write and spec.versioned is None]
    assert Operation.MERGE in free
    for operation in free:
        request = ForceClaim.model_construct()
        assert version_of(ChangeRequest(operation, "alice", request, target_id="a1"), seen()) is None


def test_a_balance_that_is_not_there_has_version_zero_only_if_that_is_known() -> None:
    gems = call(Operation.CREDIT, economy_key="gems")
    assert version_of(gems, seen()) == 0
    unread = seen(wallet=[{"economyKey": "gold", "balance": 5}, {"balance": "?"}])
    assert isinstance(unread.wallet, PartialList)
    assert version_of(gems, unread) is None
    assert version_of(gems, seen(player={"externalPlayerId": "alice"})) is None  # a backend without versions


def test_the_row_of_a_refusal_replaces_the_shown_one_until_the_player_is_read_again() -> None:
    snapshot = seen()
    current = {"id": "a1", "status": "completed", "score": 1840, "version": 4}
    stale = stale_row(COMPLETE, Stale("it changed", details={"current": current}), snapshot)
    assert stale is not None
    (attempt,) = with_current(snapshot, stale).attempts
    assert (attempt.status, attempt.version) == ("completed", 4)
    assert version_of(COMPLETE, with_current(snapshot, stale)) == 4
    newer = seen(attempts=[{**ATTEMPT, "version": 5}])
    assert with_current(newer, stale) is newer
    assert changes_of(stale) == ["status in progress → completed", f"score 320 → 1{GROUP}840"]


def test_what_is_known_of_the_row_and_its_list_is_kept() -> None:
    snapshot = seen(attempts=[{**ATTEMPT, "eventKey": "race"}, {"status": "no id"}])
    named = snapshot.attempts[0].model_copy(update={"event_label": "Daily race"})
    snapshot.attempts[0] = named
    stale = stale_row(COMPLETE, Stale("", details={"current": {"id": "a1", "score": 400, "version": 4}}), snapshot)
    assert stale is not None
    rows = with_current(snapshot, stale).attempts
    assert isinstance(rows, PartialList)
    assert rows.unreadable == 1
    assert isinstance(rows[0], Attempt)
    assert (rows[0].event_key, rows[0].event_label, rows[0].status) == ("race", "Daily race", "in_progress")


def test_a_new_balance_is_added() -> None:
    gems = call(Operation.CREDIT, economy_key="gems")
    snapshot = seen()
    details = {"current": {"economyKey": "gems", "balance": 40, "version": 1}}
    stale = stale_row(gems, Stale("", details=details), snapshot)
    assert stale is not None
    assert [each.balance for each in with_current(snapshot, stale).wallet] == [5, 40]
    assert changes_of(stale) == ["balance — → 40"]


def test_a_player_who_was_banned_meanwhile() -> None:
    snapshot = seen(player={**PLAYER, "ban": None})
    ban = {"bannedAt": "2026-03-14T12:00:00.000Z", "reason": "cheats"}
    current = {"current": {**PLAYER, "ban": ban, "version": 5}}
    stale = stale_row(call(Operation.BAN), Stale("", details=current), snapshot)
    assert stale is not None
    assert changes_of(stale) == ["ban — → banned: cheats"]
    after = with_current(snapshot, stale).player
    assert after.ban is not None
    assert after.version == 5


@pytest.mark.parametrize("details", [{}, {"current": None}, {"current": [1]}, {"current": {"id": {}}}])
def test_a_refusal_that_does_not_tell_the_row(details: dict[str, Any]) -> None:
    assert stale_row(COMPLETE, Stale("", details=details), seen()) is None


def test_other_fields_are_told_in_the_words_of_the_wire() -> None:
    snapshot = seen(attempts=[{**ATTEMPT, "season": "spring"}])
    current = {"current": {**ATTEMPT, "season": "fall", "version": 4}}
    stale = stale_row(COMPLETE, Stale("", details=current), snapshot)
    assert stale is not None
    assert changes_of(stale) == ["season spring → fall"]
