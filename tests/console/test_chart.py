"""The course of a balance as bars: what it states, what it marks, and where it has room."""

from __future__ import annotations

from datetime import timedelta

from rich.cells import cell_len

from kraty_console.console.views.chart import chart_lines
from kraty_console.console.views.detail import detail_lines, detail_needed
from kraty_console.domain.balance_history import BalancePoint, balance_history_of
from kraty_console.present.rows import rows
from tests.harness.domain.snapshots import NOW, ago, snapshot


def points(*amounts: float) -> list[BalancePoint]:
    """A change each hour, the last of them an hour ago."""
    count = len(amounts)
    return [BalancePoint(f"r{n}", NOW - timedelta(hours=count - n), amount) for n, amount in enumerate(amounts)]


def texts(amounts: list[BalancePoint], marked: str | None, width: int, height: int) -> list[str]:
    lines = chart_lines(amounts, marked, NOW, width, height)
    return ["".join(text for text, _ in line) for line in lines]


def test_bars_go_from_least_to_most_and_the_cursor_is_marked_below() -> None:
    assert texts(points(0, 5, 10), "r1", 48, 4) == [
        "0 to 10, 3h ago to 1h ago, 3 changes loaded",
        "        ████",
        "▁▁▁▁████████",
        "    ▲",
    ]
    assert texts(points(7, 7), None, 48, 2) == ["always 7, 2h ago to 1h ago, 2 changes loaded", "▄▄▄▄▄▄▄▄"]


def test_there_is_no_chart_without_a_course_or_without_room() -> None:
    assert texts(points(5), None, 60, 9) == []
    assert texts(points(5, 6), None, 60, 1) == []
    assert texts(points(5, 6), "r0", 60, 2) == []
    assert texts(points(5, 6), "r0", 60, 3)[-1] == "▲"


def test_of_many_changes_a_page_is_shown_that_holds_the_cursor_and_says_which() -> None:
    many = points(*range(25))
    newest, older, oldest = (texts(many, mark, 10, 9) for mark in ("r24", "r14", "r0"))
    assert " ".join(newest[:-2]) == "15 to 24, 10h ago to 1h ago, change 16 to 25 of 25 changes loaded"
    assert newest[-2:] == ["▁▁▂▃▄▄▅▆▇█", " " * 9 + "▲"]
    assert " ".join(older[:-2]) == "5 to 14, 20h ago to 11h ago, change 6 to 15 of 25 changes loaded"
    assert " ".join(oldest[:-2]) == "0 to 4, 1d ago to 21h ago, change 1 to 5 of 25 changes loaded"
    assert oldest[-1] == "▲"


def test_moving_within_a_page_moves_only_the_mark() -> None:
    many = points(3, 9, 2, 8, 1)
    for mark in ("r0", "r3"):
        assert texts(many, mark, 40, 6)[:-1] == texts(many, "r1", 40, 6)[:-1]


def ledger(count: int) -> list[dict[str, object]]:
    """Changes of gold, newest first; one without an amount, and one of another currency."""
    changes: list[dict[str, object]] = [
        {"ledgerId": f"L{n}", "economyKey": "gold", "delta": 1, "balance": n, "occurredAt": ago(hours=count - n)}
        for n in range(count - 1, -1, -1)
    ]
    return [{"ledgerId": "X", "economyKey": "gold", "delta": 5}, {"ledgerId": "Y", "economyKey": "xp"}, *changes]


def test_unknown_amounts_are_left_out_and_never_zero() -> None:
    answer = snapshot(walletLedger=ledger(3), wallet=[{"economyKey": "gold", "balance": 2}])
    history = balance_history_of(answer)
    assert [each.amount for each in history.of("wallet", "gold")] == [0, 1, 2]
    assert [each.row_id for each in history.around("X")] == ["L0", "L1", "L2"]
    assert list(history.of("item", "gold")) == list(history.around("Y")) == []


def test_the_detail_of_a_ledger_row_has_a_chart_where_lines_are_free() -> None:
    answer = snapshot(walletLedger=ledger(6), wallet=[{"economyKey": "gold", "balance": 5}])
    row = next(each for each in rows("wallet_ledger", answer, NOW) if each.id == "L2")

    def shown(width: int, height: int, *, beside: bool = False) -> list[str]:
        lines = detail_lines(answer, row, NOW, "3 of 8", width, height, beside=beside)
        return ["".join(text for text, _ in line) for line in lines]

    assert detail_needed(answer, row, NOW, 60) == 9
    assert [line.strip() for line in shown(60, 9)][-1] == "▲"
    assert not any("▲" in line for line in shown(60, 4))
    beside = shown(40, 12, beside=True)
    assert all(line.startswith("│") for line in beside)
    assert beside[-1].endswith(" 3 of 8 ─")
    assert all(cell_len(line) <= 40 for line in beside)
    assert "▲" in "".join(beside)
