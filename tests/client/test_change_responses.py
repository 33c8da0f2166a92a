"""The models of the answers to changes."""

from __future__ import annotations

import pytest

from kraty_console.client.change_responses import answer_model
from kraty_console.contract.actions import Changed
from kraty_console.contract.operations import CHANGED, OPERATIONS, Operation, model_of


@pytest.mark.parametrize("operation", [operation for operation, spec in OPERATIONS.items() if spec.is_write])
def test_every_answer_to_a_change_may_name_its_audit_row(operation: Operation) -> None:
    assert issubclass(answer_model(operation), Changed)


def test_the_base_of_all_answers_is_found_by_its_name() -> None:
    assert model_of(CHANGED) is Changed
