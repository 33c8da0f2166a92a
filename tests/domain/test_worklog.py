"""The worklog of a ticket, the reply to a player, and idempotency keys."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.operations import OPERATIONS, Operation, model_of
from kraty_console.domain.change_words import change_words, title_of
from kraty_console.domain.fault_words import found_words
from kraty_console.domain.formatting import grouped, signed
from kraty_console.domain.idempotency import idempotency_key
from kraty_console.domain.reply import reply
from kraty_console.domain.worklog import CHANGED, WorkRecord, dated, markdown, merged, read_record, tickets
from tests.data import load_hostile
from tests.harness.domain.snapshots import NOW, attempt, snapshot
from tests.harness.each import for_each


def changed(at: datetime = NOW, *, key: str = "k1", state: str = "applied", **more: Any) -> WorkRecord:
    named = {"title": "Credit", **more}
    return WorkRecord(at, "ZD-4821", "alice_42", CHANGED, key=key, state=state, **named)


def looked(at: datetime = NOW, *found: str, ticket: str = "ZD-4821") -> WorkRecord:
    return WorkRecord(at, ticket, "alice_42", found=found)


def test_the_worklog_is_markdown_with_the_oldest_first() -> None:
    refused = changed(key="k2", state="refused", words="conflict: no such key", request_id="req-1")
    rolled = changed(
        NOW - timedelta(minutes=5),
        title="Retry roll",
        what="daily_race, attempt 0197…a001",
        reason="table was mended",
        audit_url="https://portal/audit/1",
    )
    first = looked(NOW - timedelta(minutes=6), "attempt 0197…a001: roll failed", "grant 0197…b001: uncollected")
    assert markdown("ZD-4821", [refused, rolled, first]) == (
        "**ZD-4821**: what was done\n"
        "\n"
        "- 2026-03-10 11:54:00 UTC · looked at alice_42: attempt 0197…a001: roll failed; grant 0197…b001: uncollected\n"
        "- 2026-03-10 11:55:00 UTC · **Retry roll** · alice_42 (daily_race, attempt 0197…a001): applied\n"
        "  - reason: table was mended\n"
        "  - audit: https://portal/audit/1\n"
        "- 2026-03-10 12:00:00 UTC · **Credit** · alice_42: **not applied**: conflict: no such key\n"
        "  - request: req-1\n"
    )
    assert markdown("", []) == "What was done\n"


@for_each(
    ("states", "last"),
    (
        (("sent",), "sent; its outcome is in the journal"),
        (("sent", "applied"), "gold +5"),
        (("sent", "unknown"), "**not known** whether it took effect"),
        (("sent", "unknown", "applied"), "gold +5"),
        (("sent", "unknown", "refused"), "**not applied**"),
        (("sent", "applied", "sent"), "gold +5"),
        (("sent", "refused", "sent"), "sent; its outcome is in the journal"),
    ),
)
def test_a_change_is_one_line_with_its_last_outcome(states: tuple[str, ...], last: str) -> None:
    words = {"applied": "gold +5"}
    lines = markdown("ZD-4821", [changed(state=each, words=words.get(each, "")) for each in states]).splitlines()[2:]
    assert [line.partition("alice_42: ")[2] for line in lines] == [last]


def test_what_a_later_record_lacks_stays() -> None:
    sent = changed(state="sent", what="grant 1", reason="why")
    settled = WorkRecord(NOW, "", "alice_42", CHANGED, key="k1", title="Credit", state="applied", audit_id="a1")
    (line,) = merged([sent, settled])
    assert (line.what, line.reason, line.audit_id, line.ticket, line.state) == (
        "grant 1",
        "why",
        "a1",
        "ZD-4821",
        "applied",
    )


def test_a_change_has_the_time_of_its_audit_row() -> None:
    row = AuditRow.model_validate({"id": "a1", "occurredAt": "2026-03-10T11:59:58.900Z"})
    records = [changed(audit_id="a1"), changed(key="k2")]
    (moved,) = dated(records, [row])
    assert moved.at == NOW - timedelta(seconds=1.1)
    assert dated([*records, moved], [row]) == []


def test_worklog_numbers_are_ungrouped() -> None:
    told = markdown("ZD-1", [changed(words=f"gold {signed(1500)}, balance {grouped(12840)}")])
    assert "gold +1500, balance 12840" in told


def test_values_can_neither_add_lines_nor_marks() -> None:
    for entry in load_hostile():
        value = entry.value or "x"
        record = changed(words=value, reason=value, audit_url=value, what=value)
        text = markdown(value, [replace(record, player=value)])
        assert text.count("\n") == 5
        assert all(line.isprintable() for line in text.split("\n"))
    marked = markdown("ZD-1", [looked(NOW, "<b>x</b> [y](javascript:z) `c` **d** _e_ daily_race")])
    assert r"\<b\>x\</b\> \[y\](javascript:z) \`c\` \*\*d\*\* \_e\_ daily_race" in marked


def test_a_record_is_read_as_it_was_kept_without_its_reason() -> None:
    for record in (changed(words="gold +5", told="We added 5 gold.", reason="secret"), looked(NOW, "banned")):
        kept = json.loads(json.dumps(record.as_json()))
        assert "secret" not in str(kept)
        assert read_record(kept) == replace(record, reason="")
    assert len(changed(words="x" * 10_000).as_json()["words"]) == 400


@for_each(
    "line",
    (
        None,
        [],
        {},
        {"kind": "dreamt", "at": "2026-03-10T12:00:00Z"},
        {"kind": "looked", "at": "yesterday"},
        {"kind": "looked", "at": "2026-03-10T12:00:00Z", "player": 5},
        {"kind": "looked", "at": "2026-03-10T12:00:00Z", "found": [1]},
        {"kind": "changed", "at": "2026-03-10T12:00:00Z", "state": "half"},
    ),
)
def test_what_is_no_record_is_skipped(line: object) -> None:
    assert read_record(line) is None


def test_tickets_are_listed_with_their_times() -> None:
    early = NOW - timedelta(days=1)
    found = tickets([looked(early, ticket="ZD-1"), looked(NOW, ticket="ZD-1"), changed(early), changed(early)])
    assert [(each.ticket, each.first, each.last, each.players, each.changes) for each in found] == [
        ("ZD-1", early, NOW, 1, 0),
        ("ZD-4821", early, early, 1, 1),
    ]


def test_diagnosis_is_told_without_names_and_reasons() -> None:
    failed = {"status": "failed", "error": "table loot of Erin is missing", "at": None}
    rows = [attempt(id=f"0197aaaa-0000-7000-8000-00000000a00{at}", roll=failed) for at in range(7)]
    ban = {"reason": "insulted Erin", "bannedAt": None}
    player = {"externalPlayerId": "alice_42", "displayIdentity": {"name": "Erin"}, "email": "erin@x.y", "ban": ban}
    words = list(found_words(snapshot(player=player, attempts=rows), NOW))
    assert words[:2] == ["banned", "attempt 0197…a000: roll failed"]
    assert words[6].endswith(" more faults")
    assert len(words) == 7
    assert "Erin" not in str(words)
    assert list(found_words(snapshot(), NOW)) == ["nothing wrong"]


ENTRIES = {"entries": [{"type": "currency", "currencyKey": "magic_gold", "amount": 1500}]}
GRANT = {"id": "0197bbbb-0000-7000-8000-00000000b001", "status": "pending", "contents": ENTRIES}
ATTEMPT = {"id": "0197aaaa-0000-7000-8000-00000000a001", "score": 1500}
ANSWERS: dict[Operation, tuple[dict[str, Any], str]] = {
    Operation.FORCE_COMPLETE: ({"attempt": ATTEMPT}, "We marked your attempt as completed with a score of 1500."),
    Operation.RETRY_ROLL: (
        {"attempt": ATTEMPT, "grants": [GRANT]},
        "We gave you the reward that was missing: 1500 magic gold.",
    ),
    Operation.MANUAL_GRANT: ({"grant": GRANT}, "We sent you 1500 magic gold."),
    Operation.FORCE_CLAIM: ({"grant": GRANT}, "We delivered your reward: 1500 magic gold."),
    Operation.REVOKE_GRANT: ({"grant": GRANT}, "We took back a reward that was sent by mistake: 1500 magic gold."),
    Operation.CREDIT: ({"economyKey": "magic_gold", "balance": 1}, "We added magic gold to your balance."),
    Operation.DEBIT: ({"economyKey": "magic_gold", "balance": 1}, "We took magic gold from your balance."),
    Operation.BAN: ({"externalPlayerId": "alice_42"}, "Your account is suspended."),
    Operation.UNBAN: ({"externalPlayerId": "alice_42"}, "Your account is open again."),
    Operation.MERGE: (
        {"fromExternalPlayerId": "a", "toExternalPlayerId": "b"},
        "We moved everything from your guest account into your account.",
    ),
    Operation.ADD_NOTE: ({"note": {"id": "n1", "text": "rude on the phone"}}, ""),
    Operation.CORRECT_TICKET: ({"row": {"id": "a1"}}, ""),
    Operation.REPLAY_DELIVERY: ({"delivery": {"id": "d1"}}, ""),
}


@for_each("operation", tuple(ANSWERS))
def test_the_player_is_told_without_ids(operation: Operation) -> None:
    raw, told = ANSWERS[operation]
    answer: Any = model_of(OPERATIONS[operation].answer).model_validate(raw)
    words = change_words(operation, None, answer, None)
    assert words.told == told
    assert "0197" not in words.told + words.advice
    unknown = change_words(operation, None, None, None)
    assert bool(unknown.told) is (bool(told) and operation not in (Operation.BAN, Operation.UNBAN))
    assert title_of(operation)


def test_every_change_has_words_for_the_player_or_none_on_purpose() -> None:
    assert {operation for operation, spec in OPERATIONS.items() if spec.is_write} == set(ANSWERS)


def test_the_reply_has_one_sentence_per_change() -> None:
    completed = changed(NOW - timedelta(minutes=2), key="k2", told="We marked your attempt as completed.")
    rolled = changed(told="We gave you your reward: 5 gold.", advice="Please open the game and collect it.")
    noted, unclear = changed(key="k3", title="Add note"), changed(key="k4", state="unknown", told="Never.")
    text, open_changes = reply([rolled, completed, noted, unclear, looked()])
    assert text == (
        "Hello,\n\nthank you for waiting. We looked into this for you. We marked your attempt as completed. "
        "We gave you your reward: 5 gold.\n\nPlease open the game and collect it.\n\n"
        "If anything is still missing, just reply to this message.\n\nKind regards\n"
    )
    assert open_changes == 1
    assert reply([noted, looked()]).text == ""


def test_idempotency_keys_are_long_and_unique() -> None:
    key = idempotency_key(UUID(int=7))
    assert key == "kc_00000000000000000000000000000007"
    assert idempotency_key(UUID(int=8)) != key
