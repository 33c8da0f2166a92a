"""Detail documents, row summaries and the profile."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.players import Snapshot
from kraty_console.present.detail import Document, audit_document, document, player_document
from kraty_console.present.difference import MAX_CHANGES, MAX_UNCHANGED, differences, unchanged
from kraty_console.present.document import LINES_LIMIT, json_lines
from kraty_console.present.profile import compact_profile, profile
from kraty_console.present.row_summary import row_summary
from kraty_console.present.rows import TableId, rows
from kraty_console.present.times import ago as shown_ago
from kraty_console.present.times import day, exact
from tests.harness.domain.snapshots import BANNED, NOW, ago, attempt, grant, snapshot

CET = timezone(timedelta(hours=1), "CET")
TOKYO = timezone(timedelta(hours=9), "JST")
N = "\u202f"


def opened(table: TableId, answer: Snapshot) -> Document:
    sections = document(rows(table, answer, NOW)[0], answer, NOW, CET)
    assert sections is not None
    return sections


def pairs(sections: Document, title: str = "") -> dict[str, str]:
    return {item.label: item.value for section in sections.sections if section.title == title for item in section.items}


def test_exact_times() -> None:
    moment = datetime(2026, 3, 2, 14, 5, 9, tzinfo=CET)
    assert exact(moment, None, CET) == "2026-03-02 13:05:09 UTC · 14:05:09 CET"
    assert exact(moment, NOW, CET) == "2026-03-02 13:05:09 UTC · 14:05:09 CET · 7d ago"
    assert exact(datetime(2026, 3, 2, 20, tzinfo=CET), None, TOKYO) == (
        "2026-03-02 19:00:00 UTC · 2026-03-03 04:00:00 JST"
    )
    assert exact(NOW, None, timezone.utc) == "2026-03-10 12:00:00 UTC"  # noqa: UP017 (another zone that agrees)
    assert exact(datetime(9999, 12, 31, 23, 30), None, TOKYO) == "9999-12-31 23:30:00 UTC"  # noqa: DTZ001
    assert (exact(None), day(None), shown_ago(None, NOW)) == ("—", "—", "—")
    assert day(NOW) == "2026-03-10"


def test_an_attempt() -> None:
    row = attempt(
        roll={"status": "failed", "error": 'table "daily_gold" was archived', "at": ago(hours=1)},
        metrics={"distance": 1840},
        metricsRaw={"distance": 2100},
        eventName={"pt": "Corrida", "en": "Daily race"},
    )
    sections = opened("attempts", snapshot(attempts=[row]))
    assert sections.title == "daily_race · attempt 0197…a001"
    assert pairs(sections) == {
        "status": "completed",
        "score": f"1{N}840",
        "target": f"1{N}500",
        "event": "daily_race",
        "event name": "Daily race",
        "rewards": "fixed bundle",
    }
    assert pairs(sections, "What is wrong")["wrong"].startswith("The roll failed")
    assert pairs(sections, "Times")["started"] == "2026-03-10 10:00:00 UTC · 11:00:00 CET · 2h ago"
    assert pairs(sections, "Reward roll")["error"] == 'table "daily_gold" was archived'
    assert pairs(sections, "Grants") == {"none": "no grants are linked to this attempt"}
    assert pairs(sections, "Metrics") == {"distance": f"1{N}840"}
    assert pairs(sections, "Metrics before capping") == {"distance": f"2{N}100"}
    assert pairs(sections, "Ids")["attempt"] == row["id"]


def test_a_grant_with_its_linked_rows() -> None:
    crate = grant(kind="crate", status="claimed", contents={"crateItemKey": "mystery"})
    inside = grant(id="g2", sourceKind="crate_open", sourceRefId=crate["id"], parentGrantId=crate["id"])
    answer = snapshot(attempts=[attempt()], grants=[crate, inside])
    sections = opened("grants", answer)
    assert pairs(sections)["contents"] == "mystery (crate)"
    assert pairs(sections, "Linked") == {"attempt": "daily_race, completed", "came out": "500 gold, pending"}
    other = document(rows("grants", answer, NOW)[1], answer, NOW, CET)
    assert other is not None
    assert pairs(other, "Linked")["crate"] == "mystery (crate)"
    assert pairs(other, "Ids")["crate"] == crate["id"]


def test_the_documents_of_other_rows() -> None:
    answer = snapshot(
        grants=[grant()],
        wallet=[{"economyKey": "gold", "balance": 5, "metadata": {"a": [1, "x"]}}],
        inventory=[{"itemKey": "potion", "quantity": 3}],
        lobbies=[{"id": "l1", "status": "active", "capacity": 8, "participantCount": 2}],
        walletLedger=[{"ledgerId": "w1", "economyKey": "gold", "delta": 500, "sourceRefId": grant()["id"]}],
        itemLedger=[{"itemKey": "potion", "delta": 1}],
    )
    assert pairs(opened("balances", answer), "Metadata") == {"a": '[1, "x"]'}
    assert pairs(opened("items", answer))["has"] == "3"
    assert pairs(opened("lobbies", answer))["seats"] == "2 of 8"
    assert pairs(opened("wallet_ledger", answer), "Linked") == {"grant": "500 gold"}
    assert opened("item_ledger", answer).title == "potion +1"


def test_an_audit_row_shows_what_changed() -> None:
    entry = AuditRow.model_validate(
        {
            "id": "0197dddd-0000-7000-8000-00000000d001",
            "action": "grant.manual_force_claim",
            "outcome": "ok",
            "actor": {"kind": "member", "id": "m1", "label": "maria"},
            "target": {"kind": "grant", "id": "g1"},
            "reason": "ack lost",
            "metadata": {"reason": "ack lost", "grantCount": 1},
            "before": {"status": "pending", "claimedAt": None, "contents": {"a": 1, "b": 3}, "gone": 1, "k": [1]},
            "after": {"status": "claimed", "claimedAt": ago(), "contents": {"a": 2, "b": 3}, "k": [1]},
            "requestId": "req-1",
        }
    )
    sections = audit_document(entry, NOW, CET)
    assert pairs(sections, "Changes") == {
        "status": "pending → claimed",
        "claimedAt": f"+ {ago()}",
        "contents.a": "1 → 2",
        "gone": "− 1",
        "unchanged": "2 fields: contents.b, k",
    }
    assert list(pairs(sections, "Changes"))[-1] == "unchanged"
    assert pairs(sections, "Metadata") == {"grantCount": "1"}
    assert pairs(sections, "Ids")["request"] == "req-1"
    told = {"reason": "r", "before": {"a": 1}, "after": {"a": 2}}
    for fields in ({}, {"before": {"a": 1}, "after": {"a": 2}}):  # in the metadata alone, as published, or in both
        published = AuditRow.model_validate({"id": "a-1", "metadata": told, **fields})
        assert pairs(audit_document(published, NOW, CET), "Changes") == {"a": "1 → 2"}
        assert not [each for each in audit_document(published, NOW, CET).sections if each.title == "Metadata"]
    same = entry.model_copy(update={"before": {"a": 1}, "after": {"a": 1}})
    assert pairs(audit_document(same, NOW, CET), "Changes") == {
        "none": "before and after are the same",
        "unchanged": "1 field: a",
    }


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, {"a": 1}, {"a": "+ 1"}),
        ({"a": 1}, None, {"a": "− 1"}),
        ({"a": [1, 2]}, {"a": [1, 3]}, {"a.2": "2 → 3"}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": "[1] → [1, 2]"}),
        ({"a": 1}, {"a": True}, {"a": "1 → true"}),
        ({"a": None}, {}, {}),
        (None, None, {}),
        ({"": 1}, {"": 2}, {"value": "1 → 2"}),
    ],
)
def test_differences(before: Any, after: Any, words: dict[str, str]) -> None:
    assert {item.label: item.value for item in differences(before, after)} == words


def test_unchanged_fields_are_folded_into_one_line() -> None:
    many = {f"n{number}": number for number in range(MAX_UNCHANGED + 2)}
    folded = unchanged({**many, "a": 1, "c": {"d": 1}}, {**many, "a": 2, "c": {"d": 1}})
    assert folded is not None
    assert folded.value.startswith(f"{MAX_UNCHANGED + 3} fields: n0, n1, ")
    assert folded.value.endswith(" and 3 more")
    assert unchanged({"a": 1}, {"a": 2}) is None
    assert unchanged(None, {"a": 1}) is None
    assert unchanged(1, 1) is None


def test_differences_are_limited() -> None:
    sections = differences({}, {str(number): number for number in range(1000)})
    assert len(sections) == MAX_CHANGES + 1
    deep: Any = 1
    for _ in range(200):
        deep = {"a": deep}
    assert len(differences({}, {"a": deep})) == 1


def test_the_player() -> None:
    answer = snapshot(player={**BANNED, "mergedInto": "auth_user_42", "externalPlayerId": "аliсe_42"})
    sections = player_document(answer, NOW, CET)
    assert pairs(sections)["merged into"] == "auth_user_42"
    assert pairs(sections)["caution"] == "this id mixes letters of alphabets that look alike"
    assert pairs(sections, "Ban")["reason"] == "speed hack"
    assert pairs(sections, "Last context") == {"country": "PT", "level": "7"}
    assert list(sections.raw) == ["player", "summary"]


def test_the_document_as_lines() -> None:
    lines = player_document(snapshot(), NOW, CET).plain_lines()
    assert lines[0] == "external id     alice_42"
    assert "" in lines
    assert "Totals" in lines


def test_raw_json_keeps_the_order_and_unknown_fields() -> None:
    answer = snapshot(attempts=[{"id": "a1", "status": "completed", "zeta": {"b": 1, "a": "\u202e\x1b"}, "alpha": 2}])
    lines = opened("attempts", answer).raw_lines
    assert lines[0] == "{"
    text = "\n".join(lines)
    assert text.index('"zeta"') < text.index('"alpha"')
    assert '"a": "\\u{202E}\\u001b"' in text


def test_raw_json_is_limited() -> None:
    lines = list(json_lines(list(range(LINES_LIMIT * 2))))
    assert len(lines) == LINES_LIMIT + 1
    assert lines[-1] == f"… {LINES_LIMIT + 2} more lines; copying includes all of them"


def test_a_removed_row() -> None:
    (row,) = rows("attempts", snapshot(attempts=[attempt()]), NOW)
    assert document(row, snapshot(), NOW) is None
    assert row_summary(row, snapshot(), NOW) is None


def test_an_attempt_in_sentences() -> None:
    row = attempt(
        roll={"status": "failed", "error": "archived", "at": ago(hours=1)},
        metrics={"distance": 1840},
        windowEndsAt=ago(hours=-11.99),
    )
    answer = snapshot(attempts=[row])
    sections = row_summary(rows("attempts", answer, NOW)[0], answer, NOW)
    assert sections is not None
    assert sections.title == "daily_race · 0197…a001"
    assert [line.text for line in sections.lines] == [
        f"completed 1h ago, score 1{N}840 of 1{N}500 · distance 1{N}840 · window to 23:59\u00a0UTC",
        "reward roll failed 1h ago: archived",
        "no grants are linked to this attempt",
    ]
    assert [line.tone for line in sections.lines] == ["plain", "bad", "dim"]


def test_other_rows_in_sentences() -> None:
    answer = snapshot(
        attempts=[attempt()],
        grants=[grant(), grant(id="g2", status="claimed", claimedAt=ago(hours=1))],
        wallet=[{"economyKey": "gold", "balance": 5}, {"economyKey": "xp"}],
        lobbies=[{"id": "lobby-12345678", "status": "forming", "fillBy": ago(hours=1)}],
        walletLedger=[
            {
                "ledgerId": "w1",
                "economyKey": "gold",
                "delta": 500,
                "balance": 500,
                "reason": "grant_deposit",
                "origin": "admin",
                "occurredAt": ago(hours=1),
                "sourceRefId": grant()["id"],
            }
        ],
        audit=[{"id": "r1", "action": "wallet.credit", "outcome": "ok", "reason": "make-good", "ticket": "ZD-1"}],
    )

    def lines(table: TableId, place: int = 0) -> list[str]:
        sections = row_summary(rows(table, answer, NOW)[place], answer, NOW)
        assert sections is not None
        return [line.text for line in sections.lines]

    assert lines("grants")[0] == "pending, granted 1h ago · from daily_race · expires in 14d"
    assert lines("grants", 1) == ["claimed, granted 1h ago · from daily_race · claimed 1h ago"]
    assert lines("balances") == ["1h ago  +500  from a grant, by an admin"]
    assert lines("balances", 1) == ["no changes in the list"]
    assert lines("lobbies")[1].startswith("It should have been filled 1h ago")
    assert lines("wallet_ledger") == [
        "1h ago, 500 after it",
        "reason from a grant, by an admin",
        "from grant 0197…b001: 500 gold",
    ]
    assert lines("audit") == ["— by —: credit, outcome ok", "reason: make-good", "ticket: ZD-1"]


def words(lines: Any) -> list[str]:
    return ["".join(cell.text for cell in line).rstrip() for line in lines]


def test_the_complete_profile() -> None:
    answer = snapshot(
        summary={
            "attemptCount": 12,
            "attemptsCompleted": 8,
            "attemptsExpired": 1,
            "grantsPending": 2,
            "grantsClaimed": 9,
            "lobbiesActive": 1,
        },
        lobbies=[{"id": "l1"}],
    )
    assert words(profile(answer, NOW)) == [
        "Swift Otter · PT · level 7",
        "alice@example.com",
        "first seen  2026-03-02",
        "last seen   4m ago",
        "not banned",
        "",
        "attempts     12  8 done",
        "                 1 expired",
        "grants       11  2 pending",
        "lobbies       1  1 active",
    ]
    assert words(compact_profile(answer, NOW)) == [
        "alice_42 · Swift Otter · PT · level 7 · alice@example.com · seen 4m ago",
        "attempts 12 (8 done, 1 expired) · grants 11 (2 pending) · lobbies 1 (1 active)",
    ]


def test_the_profile_of_a_banned_a_merged_and_an_odd_player() -> None:
    answer = snapshot(player={**BANNED, "mergedInto": "auth_user_42", "externalPlayerId": "ali\u200bce"})
    lines = words(profile(answer, NOW))
    assert "BANNED 1d ago: speed hack" in lines
    assert "merged into auth_user_42" in lines
    assert "caution: the id holds characters that cannot be seen" in lines
    assert "not banned" not in lines
    assert words(compact_profile(answer, NOW))[1].startswith("BANNED 1d ago: speed hack · merged into auth_user_42 · ")


def test_the_profile_of_a_player_with_missing_data() -> None:
    bare = Snapshot.model_validate({"player": {"externalPlayerId": "x"}})
    assert words(profile(bare, NOW)) == [
        "first seen  —",
        "last seen   —",
        "ban status not provided by this backend",
        "",
        "attempts      ?",
        "grants        ?",
        "lobbies       ?",
    ]
