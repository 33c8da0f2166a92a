"""The requests of changes: what all have in common, and what each adds."""

from __future__ import annotations

import pytest

from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.domain.fields import Form
from kraty_console.domain.requests import change_request
from tests.harness.domain.snapshots import NOW

WRITES = [operation for operation, spec in OPERATIONS.items() if spec.is_write]
COMMON = {"reason", "ticket", "idempotency_key"}
KEY = "kc_" + "0" * 32


def form(kind: Operation) -> Form:
    return Form("any", kind, "", (), (), "", "", "alice_42", NOW, "alice_42", target_id="g1")


@pytest.mark.parametrize("operation", WRITES)
def test_every_request_takes_reason_ticket_and_key(operation: Operation) -> None:
    assert set(model_of(OPERATIONS[operation].request).model_fields) >= COMMON


def test_reason_ticket_and_key_come_from_the_dialog() -> None:
    call = change_request(form(Operation.REVOKE_GRANT), {"reason": " given twice ", "ticket": "ZD-1"}, KEY)
    assert (call.operation, call.external_player_id, call.target_id) == (Operation.REVOKE_GRANT, "alice_42", "g1")
    assert call.request.body() == {"reason": "given twice", "ticket": "ZD-1", "idempotencyKey": KEY}


def test_empty_fields_are_left_out() -> None:
    call = change_request(form(Operation.RETRY_ROLL), {"reason": " ", "ticket": ""}, KEY)
    assert call.request.body() == {"idempotencyKey": KEY}


def test_a_change_adds_its_own_fields() -> None:
    values = {"reason": "an order was lost"}
    call = change_request(form(Operation.CREDIT), values, KEY, economy_key="gold", amount=50)
    assert call.economy_key == "gold"
    assert call.request.body() == {"reason": "an order was lost", "amount": 50, "idempotencyKey": KEY}


def test_another_operation_of_the_same_dialog() -> None:
    call = change_request(form(Operation.FORCE_COMPLETE), {}, KEY, operation=Operation.RETRY_ROLL)
    assert call.operation is Operation.RETRY_ROLL
