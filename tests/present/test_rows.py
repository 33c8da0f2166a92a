"""The rows of every pane, with complete and with minimal data."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.contract.audit import AuditRow
from kraty_console.contract.operations import OPERATIONS
from kraty_console.domain.labels import action_words, origin_words, reason_words, source_kind_words
from kraty_console.domain.scopes import LIST_PANES
from kraty_console.present.audit import STUDIO_COLUMNS
from kraty_console.present.audit import row as audit_row
from kraty_console.present.rows import COLUMNS, TABLES_OF, TableId, pane_count, pane_title, rows, tables
from kraty_console.present.table import Column, TableRow, fit, sort_key, sorted_rows
from tests.harness.domain.snapshots import NOW, ago, attempt, grant, snapshot
from tests.harness.each import for_each

N = "\u202f"
G1 = grant()["id"]


def texts(table: TableId, **lists: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in rows(table, snapshot(**lists), NOW)]


def test_attempts_with_all_data() -> None:
    failed = {"status": "failed", "error": "archived"}
    assert [column.title for column in COLUMNS["attempts"]] == [
        *("STATUS", "EVENT", "SCORE", "STARTED", "ENDED", "GRANTS", "WHAT IS WRONG")
    ]
    pane_rows = texts(
        "attempts",
        attempts=[
            attempt(id="a1", roll=failed),
            attempt(
                id="a2",
                eventKey="weekly_cup",
                status="in_progress",
                score=320,
                startedAt=ago(days=3),
                completedAt=None,
                lastProgressAt=ago(days=3),
                roll=None,
            ),
            attempt(id="a3", grantIds=[G1]),
            attempt(id="a4", status="expired", score=95, startedAt=ago(days=9), completedAt=None, roll=None),
        ],
        grants=[grant(status="claimed", sourceRefId="a3")],
    )
    assert pane_rows == [
        ["completed", "daily_race", f"1{N}840", "2h ago", "1h ago", "none", "roll failed"],
        ["in progress", "weekly_cup", "320", "3d ago", "—", "", "stuck for 3d"],
        ["completed", "daily_race", f"1{N}840", "2h ago", "1h ago", "1 claimed", ""],
        ["expired", "daily_race", "95", "9d ago", "—", "", "never finished"],
    ]


def test_attempts_without_the_extras() -> None:
    bare = {"id": "a1", "status": "completed", "eventId": "ev-1"}
    assert texts("attempts", attempts=[bare], grants=[]) == [
        ["completed", "ev-1", "—", "—", "—", "none", "no grants linked"]
    ]
    unlisted = texts("attempts", attempts=[bare], summary={"grantsClaimed": 60})
    assert unlisted[0][5:] == ["not shown", "grants not shown"]
    assert texts("attempts", attempts=[{"id": "a1"}])[0][:2] == ["—", "unknown event"]


def test_the_end_of_an_expired_attempt() -> None:
    expired = {"status": "expired", "completedAt": None}
    for ends, words in (
        ({"endsAt": ago(hours=2)}, "2h ago"),
        ({"windowEndsAt": ago(hours=5)}, "5h ago"),
        ({"endsAt": ago(hours=2), "windowEndsAt": ago(hours=5)}, "5h ago"),
        ({}, "—"),
    ):
        assert texts("attempts", attempts=[attempt(**expired, **ends)])[0][4] == words
    running = attempt(status="in_progress", completedAt=None, endsAt=ago(hours=2))
    assert texts("attempts", attempts=[running])[0][4] == "—"


def test_grants_of_an_attempt_are_counted_by_status() -> None:
    lists = {
        "attempts": [attempt(id="a1", grantIds=["g1", "g2", "g3", "g4", "far"])],
        "grants": [
            grant(id="g1", status="claimed"),
            grant(id="g2", status="pending"),
            grant(id="g3", status="claimed"),
            grant(id="g4", status="fro\x1bzen"),
        ],
    }
    assert texts("attempts", **lists)[0][5] == "1 pending 2 claimed 1 fro␛zen 1 linked"


def test_an_unknown_status_is_unchanged() -> None:
    assert texts("attempts", attempts=[attempt(status="on_hold")])[0][0] == "on_hold"
    assert texts("grants", grants=[grant(status="frozen")])[0][0] == "frozen"


def test_two_faults_are_both_shown() -> None:
    banned = {"ban": {"bannedAt": None, "reason": None}}
    assert texts("grants", grants=[grant()], player=banned)[0][-1] == "player is banned; unclaimed 1h"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "daily_race"),
        ({"sourceKind": "event_milestone"}, "daily_race milestone"),
        ({"sourceKind": "admin", "sourceRefId": None}, "by hand"),
        ({"sourceKind": "api", "sourceRefId": None}, "the backend"),
        ({"sourceKind": "crate_open", "sourceRefId": None}, "a crate"),
        ({"sourceRefId": None}, "an event"),
        ({"sourceKind": "gift", "sourceRefId": None}, "gift"),
        ({"sourceKind": None, "sourceRefId": None}, "—"),
    ],
)
def test_the_source_of_a_grant(fields: dict[str, Any], words: str) -> None:
    pane_rows = texts("grants", grants=[grant(**fields)], attempts=[attempt()])
    assert pane_rows[0][2] == words


def test_a_claimed_grant_shows_no_expiry() -> None:
    waits = texts("grants", grants=[grant()], attempts=[attempt()])
    assert waits[0] == ["pending", "500 gold", "daily_race", "1h ago", "in 14d", "—", "unclaimed 1h"]
    claimed = texts("grants", grants=[grant(status="claimed", claimedAt=ago(minutes=50))], attempts=[attempt()])
    assert claimed[0] == ["claimed", "500 gold", "daily_race", "1h ago", "", "50m ago", ""]


def test_a_new_grant_is_fine() -> None:
    assert texts("grants", grants=[grant(createdAt=ago(minutes=2))])[0][-1] == ""


@pytest.mark.parametrize(
    ("actor", "by"),
    [
        ({"kind": "member", "label": "maria@brightburrow.example"}, "maria"),
        ({"kind": "member", "label": "Maria"}, "Maria"),
        ({"kind": "member", "label": "@x"}, "@x"),
        ({"kind": "player", "label": "a@b"}, "a@b"),
        ({"kind": "api_key", "id": "k1"}, "key k1"),
        ({"kind": "api_key", "label": "api_key:sRabbit0"}, "key sRabbit0"),
        (None, "—"),
    ],
)
def test_a_member_is_shown_by_the_local_part_of_the_e_mail(actor: dict[str, str] | None, by: str) -> None:
    assert texts("audit", audit=[{"id": "r1", "action": "wallet.credit", "actor": actor}])[0][4] == by


def test_balances_items_and_ledgers() -> None:
    lists: dict[str, Any] = {
        "wallet": [{"economyKey": "gold", "balance": 2340, "updatedAt": ago(hours=3)}, {"economyKey": "xp"}],
        "inventory": [{"itemKey": "potion", "quantity": 3}],
        "walletLedger": [
            {
                "ledgerId": "l1",
                "economyKey": "gold",
                "delta": 500,
                "balance": 2340,
                "reason": "grant_deposit",
                "origin": "admin",
                "occurredAt": ago(hours=3),
            }
        ],
        "itemLedger": [{"itemKey": "potion", "delta": -1, "quantity": 3}],
    }
    assert texts("balances", **lists) == [["gold", f"2{N}340", "3h ago"], ["xp", "—", "—"]]
    assert texts("items", **lists) == [["potion", "3", "—"]]
    assert texts("wallet_ledger", **lists) == [["3h ago", "gold", "+500", f"2{N}340", "from a grant", "an admin"]]
    assert texts("item_ledger", **lists) == [["—", "potion", "−1", "3", "—", "—"]]
    assert [row.id for row in rows("item_ledger", snapshot(**lists), NOW)] == ["#0"]


def test_lobbies() -> None:
    lobby = {
        "id": "l1",
        "eventKey": "duel",
        "status": "forming",
        "mode": "lobby_matched",
        "capacity": 8,
        "participantCount": 5,
        "botSlots": 3,
        "fillBy": ago(minutes=20),
    }
    assert texts("lobbies", lobbies=[lobby, {"id": "l2"}]) == [
        ["forming", "duel", "5 of 8, 3 bots", "lobby matched", "—", "—", "not filled for 20m"],
        ["—", "—", "—", "—", "—", "—", ""],
    ]


def test_audit() -> None:
    entry = {
        "id": "r1",
        "occurredAt": ago(hours=1),
        "action": "grant.manual_create",
        "outcome": "denied",
        "actor": {"kind": "member", "id": "m1", "label": "maria"},
        "player": {"id": "p1", "externalPlayerId": "alice_42"},
        "reason": "make-good",
        "ticket": "ZD-1",
    }
    answer = snapshot(audit=[entry, {"id": "r2", "actor": {"kind": "api_key", "id": "abc"}}, {"id": "r3"}])
    assert [[cell.text for cell in row.cells] for row in rows("audit", answer, NOW)] == [
        ["1h ago", "grant.manual_create", "manual grant", "denied", "maria", "ZD-1", "make-good"],
        ["—", "—", "", "—", "key abc", "—", "—"],
        ["—", "—", "", "—", "—", "—", "—"],
    ]
    wide = audit_row(answer.audit[0], NOW, with_player=True)
    assert [column.title for column in STUDIO_COLUMNS][4] == "PLAYER"
    assert wide.cells[4].text == "alice_42"
    assert len(wide.cells) == len(wide.sort) == len(STUDIO_COLUMNS)


def test_every_row_fits_its_columns_and_keeps_its_id() -> None:
    answer = snapshot(
        attempts=[attempt()],
        grants=[grant()],
        wallet=[{"economyKey": "gold"}],
        inventory=[{"itemKey": "potion"}],
        lobbies=[{"id": "l1"}],
        audit=[{"id": "r1"}],
        walletLedger=[{"ledgerId": "w1"}],
        itemLedger=[{"ledgerId": "i1"}],
    )
    for pane in LIST_PANES:
        pane_rows = tables(pane.id, answer, NOW)
        assert [table.id for table in pane_rows] == list(TABLES_OF[pane.id])
        for table in pane_rows:
            for row in table.rows:
                assert len(row.cells) == len(row.sort) == len(table.columns)
                assert row.id
                assert row.copies_what
    assert [row.scope for table in tables("wallet", answer, NOW) for row in table.rows] == ["wallet", "ledger"]


def test_the_pane_count_is_the_backend_s_total() -> None:
    answer = snapshot(
        attempts=[attempt()], grants=[grant()], summary={"attemptCount": 5000, "grantsPending": 2, "grantsClaimed": 9}
    )
    assert [pane_count(pane.id, answer) for pane in LIST_PANES] == [5000, 11, 0, 0, 0, 0]
    assert pane_title("attempts", answer) == f"1 Attempts 5{N}000"
    assert pane_title("grants", None) == "2 Grants"


def test_missing_values_sort_last() -> None:
    answer = snapshot(attempts=[attempt(id="a1", score=5), attempt(id="a2", score=None), attempt(id="a3", score=7)])
    pane_rows = rows("attempts", answer, NOW)
    assert [row.id for row in sorted_rows(pane_rows, 2, descending=False)] == ["a1", "a3", "a2"]
    assert [row.id for row in sorted_rows(pane_rows, 2, descending=True)] == ["a3", "a1", "a2"]
    assert sort_key(10**400) > sort_key(5)


def test_faults_sort_first() -> None:
    answer = snapshot(attempts=[attempt(id="a1"), attempt(id="a2", roll={"status": "failed"})])
    pane_rows = rows("attempts", answer, NOW)
    assert [row.id for row in sorted_rows(pane_rows, 6, descending=False)] == ["a2", "a1"]


def test_filtering_finds_text_in_any_cell() -> None:
    (row,) = rows("attempts", snapshot(attempts=[attempt(roll={"status": "failed"})]), NOW)
    assert row.matches("DAILY")
    assert row.matches(" roll fail ")
    assert not row.matches("weekly")


@for_each("table", list(COLUMNS))
@for_each("width", [200, 118, 86, 78, 60, 40, 20, 5, 1])
def test_columns_are_fitted(table: TableId, width: int) -> None:
    answer = snapshot(
        attempts=[attempt(eventKey="an_event_with_a_very_long_name_indeed", roll={"status": "failed"})],
        grants=[grant()],
        walletLedger=[{"ledgerId": "w1", "economyKey": "gold", "delta": 10**12, "balance": 10**15}],
    )
    columns = COLUMNS[table]
    fitted = fit(columns, rows(table, answer, NOW), width)
    assert fitted
    assert sum(each.width + each.before for each in fitted) <= width
    assert [each.place for each in fitted] == sorted(each.place for each in fitted)
    most = min(columns, key=lambda column: column.priority)
    assert most in [each.column for each in fitted]


def test_the_least_important_columns_are_shortened_first() -> None:
    columns = (Column("a", "A", 4, 1), Column("b", "B", 4, 3), Column("c", "C", 4, 2))
    row = TableRow("1", "player", tuple(rows_cells("aaaaaaaa", "bbbbbbbbbbbbbbbb", "cccc")), (), "", "")

    def shown(width: int) -> list[tuple[str, int]]:
        return [(each.column.key, each.width) for each in fit(columns, [row], width)]

    assert shown(200) == shown(32) == [("a", 8), ("b", 16), ("c", 4)]
    assert shown(26) == [("a", 8), ("b", 10), ("c", 4)]
    assert shown(23) == [("a", 8), ("b", 7), ("c", 4)]
    assert shown(16) == [("a", 4), ("b", 4), ("c", 4)]
    assert shown(15) == [("a", 8), ("c", 4)]
    assert shown(7) == [("a", 7)]
    assert shown(3) == [("a", 3)]


def test_the_least_important_column_gives_first_even_if_another_is_wider() -> None:
    columns = (Column("a", "A", 4, 1), Column("b", "B", 4, 3), Column("c", "C", 4, 2))
    row = TableRow("1", "player", tuple(rows_cells("a" * 20, "b" * 6, "漢字漢字")), (), "", "")
    shown = [(each.column.key, each.width) for each in fit(columns, [row], 34)]
    assert shown == [("a", 20), ("b", 4), ("c", 6)]


def test_numbers_are_dropped_rather_than_cut_off() -> None:
    columns = (Column("a", "A", 4, 1), Column("b", "B", 3, 2, right=True))
    row = TableRow("1", "player", tuple(rows_cells("aaaaaaaa", "1840")), (), "", "")
    assert [(each.column.key, each.width) for each in fit(columns, [row], 10)] == [("a", 4), ("b", 4)]
    assert [(each.column.key, each.width) for each in fit(columns, [row], 9)] == [("a", 8)]


def test_empty_columns_are_dropped_first() -> None:
    columns = (Column("a", "A", 4, 2), Column("wrong", "WHAT IS WRONG", 13, 1))
    full = TableRow("1", "player", tuple(rows_cells("aaaaaaaa", "x")), (), "", "")
    empty = full._replace(cells=tuple(rows_cells("aaaaaaaa", "")))
    assert [(each.column.key, each.width) for each in fit(columns, [full], 20)] == [("a", 5), ("wrong", 13)]
    assert [(each.column.key, each.width) for each in fit(columns, [empty], 20)] == [("a", 8)]
    assert len(fit(columns, [empty], 23)) == 2


def rows_cells(*words: str) -> list[Any]:
    from kraty_console.present.table import cell

    return [cell(word) for word in words]


def test_the_audit_log_at_80_columns_keeps_short_columns() -> None:
    entry = AuditRow.model_validate(
        {
            "id": "r1",
            "occurredAt": "2026-03-10T10:00:00Z",
            "action": "grant.manual_force_claim",
            "outcome": "denied",
            "player": {"externalPlayerId": "alice_42"},
            "actor": {"kind": "member", "label": "maria@brightburrow.example"},
            "ticket": "ZD-4821",
            "reason": "the receiver's log shows the delivery, its ack was lost",
        }
    )
    shown = audit_row(entry, NOW, with_player=True)
    fitted = fit(STUDIO_COLUMNS, [shown], 77)
    assert [each.column.key for each in fitted] == ["when", "action", "outcome", "player", "by", "ticket"]
    assert all(len(shown.cells[each.place].text) <= each.width for each in fitted)
    assert "reason" in [each.column.key for each in fit(STUDIO_COLUMNS, [shown], 117)]


def test_machine_words_become_words_and_unknown_ones_stay() -> None:
    assert [reason_words(each) for each in ("grant_deposit", "server_debit", "Black_Friday", None)] == [
        "from a grant",
        "debited by the backend",
        "Black_Friday",
        None,
    ]
    assert [origin_words(each) for each in ("client", "engine", "maria@x.example", None)] == [
        "the game",
        "Kraty",
        "maria@x.example",
        None,
    ]
    assert [source_kind_words(each) for each in ("event_milestone", "shop_sale", None)] == [
        "a milestone",
        "shop_sale",
        None,
    ]
    assert [action_words(each) for each in ("grant.manual_create", "grant.paint")] == ["manual grant", ""]
    permissions = {each.permission for each in OPERATIONS.values() if each.is_write and each.permission}
    assert [each for each in permissions if not action_words(each)] == []
