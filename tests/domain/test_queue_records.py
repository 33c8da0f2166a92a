"""The records of a queue's file: what is written is read back, and a plan counts only once it is confirmed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.contract.actions import ForceComplete, ManualGrant, RetryRewardRoll, WalletCredit
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.operations import Operation
from kraty_console.domain.queue_input import InputRow
from kraty_console.domain.queue_records import (
    LAYOUT,
    QueueRecordError,
    head_records,
    outcome_record,
    plan_records,
    state_of,
)
from kraty_console.domain.queue_report import counts_of, is_complete, report_rows
from kraty_console.domain.queue_state import (
    FoundRow,
    IntentOutcome,
    QueueOrder,
    QueueOrigin,
    QueueState,
    RefusedRow,
    RowState,
    intent_of,
)

ORIGIN = QueueOrigin("2026-06-01T00:00:00.000Z", "p.csv", "https://k.example", "s", "g", "live", "p", "maria")
ORDER = QueueOrder("roll_failed", "retry-roll", {"reason": "abc"}, 2)

_text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
_reason = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=3, max_size=30).filter(
    lambda t: len(t.strip()) >= 3
)


def calls(player: str, reason: str, ticket: str, version: int | str | None) -> list[ChangeRequest]:
    """One request of each kind that differs in form."""
    fields: dict[str, Any] = {"reason": reason, "ticket": ticket, "idempotency_key": "kc_12345678"}
    gold = {"type": "currency", "currencyKey": "gold", "amount": 5}
    grant = ManualGrant.model_validate(
        {
            "externalPlayerId": player,
            "entries": [gold],
            "reason": reason,
            "ticket": ticket,
            "idempotencyKey": "kc_12345678",
        }
    )
    return [
        ChangeRequest(Operation.RETRY_ROLL, player, RetryRewardRoll(**fields), "a-1", version=version),
        ChangeRequest(
            Operation.FORCE_COMPLETE, player, ForceComplete(**fields, final_score=5.5), "a-1", version=version
        ),
        ChangeRequest(Operation.CREDIT, player, WalletCredit(**fields, amount=3), None, "gold", version),
        ChangeRequest(Operation.MANUAL_GRANT, player, grant, version=version),
    ]


def told(state: QueueState, *more: dict[str, Any]) -> QueueState:
    """The state as it is read back."""
    records = [*head_records(state), *plan_records(state), *more]
    return state_of(json.loads(json.dumps(each)) for each in records)


@given(_text, _reason, _text, st.none() | st.integers(0, 99) | st.text("abc", min_size=1))
def test_a_request_read_back_is_the_same_to_the_byte(
    player: str, reason: str, ticket: str, version: int | str | None
) -> None:
    for call in calls(player, reason, ticket, version):
        kept = QueueState(
            ORIGIN, ORDER, (InputRow(1, player),), [FoundRow(player)], intents=[intent_of(call, None, "x")]
        )
        (intent,) = told(kept).intents
        again = intent.call()
        assert again == call
        assert json.dumps(again.request.body()) == json.dumps(call.request.body())
        assert intent.then_call(3) is None


def test_a_second_request_keeps_its_own_key() -> None:
    first, then = calls("p", "abc", "T", 1)[1], calls("p", "abc", "T", None)[0]
    intent = intent_of(first, then, "")
    assert intent.then_call(7) == ChangeRequest(then.operation, "p", then.request, "a-1", version=7)


def test_equal_bodies_are_written_and_kept_once() -> None:
    intents = [intent_of(calls(f"p{n}", "a long reason", "T", n)[0], None, "") for n in range(50)]
    records = list(plan_records(QueueState(ORIGIN, ORDER, (), intents=intents)))
    assert sum(each["kind"] == "body" for each in records) == 1
    assert len({id(each.body) for each in intents}) == 1


def full_state() -> QueueState:
    """Two players, one named twice, one with two changes, of which one is refused, and one who is not found."""
    rows = (InputRow(1, "p"), InputRow(2, "ghost"), InputRow(3, "q", target_id="a-1"), InputRow(4, "P "))
    found = [FoundRow("p"), FoundRow(state=RowState.NOT_FOUND, words="nobody"), FoundRow("q"), FoundRow("p")]
    intents = [intent_of(calls(name, "abc", "T", 1)[0], None, "race") for name in ("p", "q")]
    return QueueState(ORIGIN, ORDER, rows, found, [RefusedRow("p", "a-2", "complete already")], intents)


def test_the_report_is_in_the_order_of_the_input() -> None:
    done = outcome_record(0, IntentOutcome(RowState.DONE, "rolled", ("https://a/1",), "r-1"))
    state = told(full_state(), done)
    rows = [(row.line, row.text, row.player, row.state, row.same_as) for row in report_rows(state)]
    assert rows == [
        (1, "p", "p", RowState.DONE, None),
        (1, "p", "p", RowState.REFUSED, None),
        (2, "ghost", "", RowState.NOT_FOUND, None),
        (3, "q", "q", RowState.NOT_SENT, None),
        (4, "P ", "p", RowState.DONE, 1),
        (4, "P ", "p", RowState.REFUSED, 1),
    ]
    assert state.rows == full_state().rows
    assert state.left == [1]
    counts = counts_of(state)
    assert counts == {RowState.DONE: 1, RowState.REFUSED: 1, RowState.NOT_FOUND: 1, RowState.NOT_SENT: 1}
    assert not is_complete(counts)


@pytest.mark.parametrize("state", list(RowState))
def test_what_was_decided_is_left_alone(state: RowState) -> None:
    read = told(full_state(), outcome_record(0, IntentOutcome(state)), outcome_record(1, IntentOutcome(RowState.DONE)))
    settled = state in (RowState.DONE, RowState.REFUSED, RowState.SKIPPED)
    assert read.left == ([] if settled else [0])


def test_a_plan_counts_only_once_it_is_confirmed() -> None:
    records = [*head_records(full_state()), *plan_records(full_state())]
    for kept in range(5, len(records)):
        state = state_of(records[:kept])
        assert (state.confirmed, state.intents, state.found) == (False, [], [])
    again = state_of([*records[:-1], *plan_records(full_state())])
    assert (again.confirmed, len(again.intents), len(again.found)) == (True, 2, 4)


@pytest.mark.parametrize(
    "records",
    [
        [],
        [{"kind": "input"}],
        [{"kind": "queue"}],
        [{**next(head_records(full_state())), "layout": LAYOUT + 1}],
        [next(head_records(full_state())), {"kind": "input"}],
        [next(head_records(full_state())), {"kind": "found", "player": "", "state": "magic", "words": ""}],
        [next(head_records(full_state())), {"no": "kind"}],
    ],
)
def test_other_records_are_refused(records: list[dict[str, Any]]) -> None:
    with pytest.raises(QueueRecordError):
        state_of(records)
