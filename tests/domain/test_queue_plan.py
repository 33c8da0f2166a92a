"""Groups and plans of a queue: the faults that diagnose finds, planned as dialogs would, without keeping players."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from kraty_console.contract.operations import Operation
from kraty_console.contract.wire import Answer
from kraty_console.domain.action_spec import ActionContext
from kraty_console.domain.change_commands import change_commands
from kraty_console.domain.change_totals import Holding
from kraty_console.domain.fault_report import player_report
from kraty_console.domain.fields import EffectContext, FormContext, typed_id_for
from kraty_console.domain.planned_change import PlannedChange, plan_change
from kraty_console.domain.problems import Fault
from kraty_console.domain.queue_groups import (
    ALL,
    GROUP_WORDS,
    NOT_KNOWN,
    QueuedPlayer,
    groups_of,
    queued_player,
    rows_in_group,
)
from kraty_console.domain.queue_plan import QueuePlan, found_row
from kraty_console.domain.queue_state import FoundRow, RowState
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, snapshot

Snapshot = Any

FAILED = {"status": "failed", "error": "table was archived", "at": ago(hours=1)}


def player(name: str, **lists: Any) -> Snapshot:
    return snapshot(player={"externalPlayerId": name}, **lists)


def failed(row_id: str, **fields: Any) -> dict[str, Any]:
    return attempt(id=row_id, roll=FAILED, **fields)


def plan(action: str, group: str, texts: Mapping[str, str] | None = None, amount_limit: int | None = None) -> QueuePlan:
    command = change_commands()[action]
    scope = command.change.spec.scope

    def plan_one(found: Snapshot, row_id: str, key: str) -> PlannedChange:
        context = ActionContext(
            snapshot=found,
            row_scope=scope if row_id else None,
            row_id=row_id or None,
            permissions=None,
            uses_key=action == "debit",
            now=NOW,
        )
        form_context = FormContext(found, NOW, row_id=row_id or None, amount_limit=amount_limit)
        return plan_change(
            command,
            context,
            form_context,
            EffectContext(found, NOW),
            {"reason": "the outage", **(texts or {})},
            idempotency_key=key,
            typed_id=typed_id_for(found),
        )

    return QueuePlan(command, group, plan_one)


def visited(made: QueuePlan, *players: Snapshot, only: tuple[str, ...] = ()) -> QueuePlan:
    for each in players:
        made.visit(queued_player(each, NOW), each, only)
    return made


def test_the_faults_of_a_player_are_those_of_diagnose() -> None:
    found = player(
        "p",
        attempts=[
            failed("a-1"),
            attempt(id="a-2", status="expired", roll=None),
            attempt(id="a-3", status="in_progress"),
        ],
        grants=[grant(id="g-1", status="expired", sourceRefId="x")],
    )
    report = player_report(found, NOW)
    kept = queued_player(found, NOW)
    assert [(each.kind, each.row_id) for each in kept.faults] == [(each.code, each.row_id) for each in report.faults]
    assert kept.faults


def test_groups_count_players_once_and_rows_all() -> None:
    players = [
        player("a", attempts=[failed("a-1"), failed("a-2")]),
        player("b", attempts=[failed("b-1")], grants=[grant(id="g", status="expired", sourceRefId="x")]),
        player("c", attempts=[]),
        snapshot(player={"externalPlayerId": "d", "ban": {"reason": "cheating"}}),
    ]
    groups = groups_of(queued_player(each, NOW) for each in players)
    told = {each.kind: (each.players, each.rows, each.action_id) for each in groups}
    assert told["roll_failed"] == (2, 3, "attempt.retry_roll")
    assert told["grant_expired"] == (1, 1, "grant.force_claim")
    assert told["banned_playing"][0] == 1
    assert told["fine"] == (1, 0, None)
    assert [each.kind for each in groups] == ["roll_failed", "banned_playing", "grant_expired", "fine"]


def test_what_could_not_be_read_is_not_healthy() -> None:
    torn = player("p", attempts=[{"status": "completed"}])
    assert queued_player(torn, NOW).kinds() == (NOT_KNOWN,)
    cut = player("p", attempts=[attempt(id="a")], summary={"attemptCount": 69})
    assert queued_player(cut, NOW).partial
    assert not queued_player(player("p"), NOW).partial


def test_every_fault_that_is_not_fine_has_words() -> None:
    fine = {
        Fault.GRANTS_NOT_SHOWN,
        Fault.ROLLED_NOTHING,
        Fault.NO_REWARDS,
        Fault.PAID_AT_CLOSE,
        Fault.STILL_PLAYING,
        Fault.JUST_GRANTED,
        Fault.CRATE_UNOPENED,
        Fault.GRANT_REVOKED,
        Fault.UNKNOWN_STATUS,
    }
    assert set(Fault) - fine == set(GROUP_WORDS) - {NOT_KNOWN}


@pytest.mark.parametrize(
    ("group", "action", "rows"),
    [
        ("roll_failed", "attempt", ["a-1", "a-2"]),
        ("grant_expired", "attempt", []),
        ("grant_expired", "grant", ["g-1"]),
        ("stuck", "attempt", None),
        (ALL, "attempt", ["a-1", "a-2"]),
        (ALL, "player", [""]),
        ("roll_failed", "player", [""]),
    ],
)
def test_a_group_gives_the_rows_of_the_scope(group: str, action: Any, rows: list[str] | None) -> None:
    found = player(
        "p",
        attempts=[failed("a-1"), failed("a-2"), attempt(id="a-3", grantIds=["x"])],
        grants=[grant(id="g-1", status="expired", sourceRefId="x")],
    )
    assert rows_in_group(queued_player(found, NOW), group, action) == rows


def test_a_change_is_planned_for_each_row_with_its_version() -> None:
    made = visited(
        plan("retry-roll", "roll_failed"),
        player("a", attempts=[failed("a-1", version=7), failed("a-2", version=2)]),
        player("b", attempts=[failed("b-1")]),
        player("c"),
    )
    intents = [each.intent for each in made.in_order(["b", "a", "b", "c"])]
    assert [(each.player, each.target_id, each.version) for each in intents] == [
        ("b", "b-1", None),
        ("a", "a-1", 7),
        ("a", "a-2", 2),
    ]
    assert made.count == 3
    assert len({each.key for each in intents}) == 3
    first = next(made.in_order(["a"]))
    assert "grants: none → what the roll gives" in first.effects
    assert "It may fail again".lower() in first.notes


def test_single_rows_may_be_meant() -> None:
    made = visited(
        plan("retry-roll", "roll_failed"), player("a", attempts=[failed("a-1"), failed("a-2")]), only=("a-2",)
    )
    assert [each.intent.target_id for each in made.in_order(["a"])] == ["a-2"]


def test_what_a_dialog_would_refuse_is_refused_with_its_words() -> None:
    linked = failed("a-1", grantIds=["g-9"])
    milestone = grant(id="g-9", sourceKind="event_milestone", sourceRefId="a-1", status="claimed")
    made = visited(plan("retry-roll", "roll_failed"), player("a", attempts=[linked], grants=[milestone]))
    assert made.count == 0
    (refused,) = made.refused["a"]
    assert "already linked" in refused.words
    merged = snapshot(player={"externalPlayerId": "b", "mergedInto": "c"}, attempts=[failed("a-1")])
    assert "merged into c" in visited(plan("retry-roll", "roll_failed"), merged).refused["b"][0].words
    wrong = visited(plan("credit", ALL, {"economy_key": "gold", "amount": "x"}), player("c"))
    assert "a whole number" in wrong.refused["c"][0].words


def test_totals_add_up_what_is_given_and_taken() -> None:
    waiting = [grant(id="g-1", status="expired", sourceRefId="x")]
    players = [player(name, grants=waiting) for name in ("a", "b")]
    gold = Holding("currency", "gold")
    assert visited(plan("force-claim", "grant_expired"), *players).totals == {gold: 1000}
    fresh = [player("a", grants=[grant(id="g-1", sourceRefId="x", createdAt=ago(days=1))])]
    assert visited(plan("revoke", "grant_pending"), *fresh).totals == {gold: -500}
    assert visited(plan("credit", ALL, {"economy_key": "gold", "amount": "20"}), *players).totals == {gold: 40}
    assert visited(plan("debit", ALL, {"economy_key": "gold", "amount": "20"}), *players).totals == {gold: -40}
    made = visited(plan("manual-grant", ALL, {"entries": "currency:gold=5 item:potion=2"}), *players)
    assert made.totals == {gold: 10, Holding("item", "potion"): 4}
    assert visited(plan("ban", ALL), *players).totals == {}
    delivered = player("a", grants=waiting, walletLedger=[{"ledgerId": "l", "sourceRefId": "g-1"}])
    assert visited(plan("force-claim", "grant_expired"), delivered).totals == {}


def test_amounts_over_the_limit_are_noted() -> None:
    texts = {"economy_key": "gold", "amount": "20000"}
    made = visited(plan("credit", ALL, texts, amount_limit=10_000), player("a"))
    assert "over 10" in next(made.in_order(["a"])).notes


def test_a_roll_follows_a_completion_under_its_own_key() -> None:
    made = visited(
        plan("force-complete", "never_finished", {"then_roll": "yes"}),
        player("a", attempts=[attempt(id="a-1", status="expired", roll=None, version=3)]),
    )
    (change,) = made.in_order(["a"])
    assert (change.intent.operation, change.intent.then) == (Operation.FORCE_COMPLETE, Operation.RETRY_ROLL)
    assert change.intent.then_key.startswith(change.intent.key)
    assert change.intent.then_key != change.intent.key


def test_rows_of_others_are_told_from_those_of_the_group() -> None:
    made = visited(plan("retry-roll", "roll_failed"), player("a", attempts=[failed("a-1")]))
    stuck = queued_player(player("b", attempts=[attempt(id="x", status="expired", roll=None)]), NOW)
    assert found_row(queued_player(player("a"), NOW), None, "", made) == FoundRow("a")
    assert found_row(queued_player(player("c"), NOW), None, "", made) == FoundRow("c", RowState.HEALTHY)
    assert found_row(stuck, None, "", made) == FoundRow("b", RowState.NOT_IN_GROUP, "never_finished")
    assert found_row(None, RowState.NOT_READ, "no answer", made) == FoundRow("", RowState.NOT_READ, "no answer")


def test_of_ten_thousand_players_little_is_kept() -> None:
    """Less than 50 MiB: what is kept of each player and each change, and of what both share."""
    count = 200
    made = plan("retry-roll", "roll_failed")
    kept: list[QueuedPlayer] = []
    for number in range(count):
        rows = [attempt(id=f"0197aaaa-0000-7000-8000-{number:08x}{n:04x}", grantIds=["x"]) for n in range(20)]
        found = player(f"player_{number}", attempts=[failed(f"0197aaaa-0000-7000-8000-{number:012x}"), *rows])
        kept.append(queued_player(found, NOW))
        made.visit(kept[-1], found)
    assert made.count == count
    total, kinds = size_of([kept, made.changes, made.refused, made.totals])
    assert not any(issubclass(each, Answer) for each in kinds)
    assert total / count * 10_000 < 50 * 1024 * 1024 / 2


def size_of(roots: list[Any]) -> tuple[int, set[type]]:
    """The bytes of everything that can be reached, without classes and modules, and the types of it."""
    seen: dict[int, Any] = {}
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type) or hasattr(each, "__loader__"):
            continue
        seen[id(each)] = each
        waiting.extend(gc.get_referents(each))
    return sum(map(sys.getsizeof, seen.values())), {type(each) for each in seen.values()}
