"""The worklog of a ticket, and idempotency keys."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kraty_console.contract.audit import AuditRow
from kraty_console.domain.formatting import grouped, signed
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.worklog import PerformedChange, WorklogEntry, dated, worklog
from tests.data import load_hostile
from tests.harness.domain.snapshots import NOW


def test_the_worklog_is_oldest_first() -> None:
    later = WorklogEntry(NOW, "alice_42", "Credit", "refused: no such key", request_id="req-1")
    earlier = WorklogEntry(
        NOW - timedelta(minutes=5),
        "alice_42",
        "Retry roll",
        "applied",
        what="daily_race, attempt 0197…a001",
        reason="table was mended",
        audit_url="https://portal/audit/1",
    )
    assert worklog("ZD-4821", [later, earlier]) == (
        "ZD-4821: what was done\n"
        "\n"
        "2026-03-10 11:55:00 UTC  Retry roll · alice_42 (daily_race, attempt 0197…a001)\n"
        "  applied\n"
        "  reason: table was mended\n"
        "  audit: https://portal/audit/1\n"
        "\n"
        "2026-03-10 12:00:00 UTC  Credit · alice_42\n"
        "  refused: no such key\n"
        "  request: req-1\n"
    )
    assert worklog("", []) == "What was done\n"


def test_a_change_has_the_time_of_its_audit_row() -> None:
    work = WorklogEntry(NOW, "alice_42", "Credit", "applied")
    row = AuditRow.model_validate({"id": "a1", "occurredAt": "2026-03-10T11:59:58.900Z"})
    known, unknown = dated([PerformedChange("", work, audit_id="a1"), PerformedChange("", work, audit_id="")], [row])
    assert worklog("", [known.work]).splitlines()[2].startswith("2026-03-10 11:59:58 UTC")
    assert unknown.work.at == NOW


def test_worklog_numbers_are_ungrouped() -> None:
    work = WorklogEntry(
        NOW, "alice_42", "Credit", f"gold {signed(1500)}, balance {grouped(12840)}", what=f"of {grouped(1500)}"
    )
    told = worklog("ZD-1", [work])
    assert "gold +1500, balance 12840" in told
    assert "(of 1500)" in told


def test_values_cannot_add_lines() -> None:
    for entry in load_hostile():
        text = worklog(entry.value, [WorklogEntry(NOW, entry.value, "Credit", "applied", reason=entry.value or "x")])
        assert text.count("\n") == 5
        assert all(line.isprintable() for line in text.split("\n"))


def test_idempotency_keys_are_long_and_unique() -> None:
    key = idempotency_key(UUID(int=7))
    assert key == "kc_00000000000000000000000000000007"
    assert idempotency_key(UUID(int=8)) != key
