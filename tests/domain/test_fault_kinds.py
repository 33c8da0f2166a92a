"""The kinds of faults that a backend tells of are those of the diagnosis."""

from __future__ import annotations

from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.domain.problems import KIND_OF, Fault


def test_each_kind_is_a_fault_of_the_diagnosis_in_the_same_order() -> None:
    own = [fault for fault in Fault if fault in KIND_OF and fault.value == KIND_OF[fault].value]
    assert [KIND_OF[fault] for fault in own] == list(FaultKind)


def test_a_fault_of_which_less_is_known_is_told_by_what_it_is_like() -> None:
    others = {fault: kind for fault, kind in KIND_OF.items() if fault.value != kind.value}
    assert others == {Fault.NO_GRANTS_LINKED: FaultKind.NOT_ROLLED, Fault.PROGRESS_UNKNOWN: FaultKind.STUCK}
