"""Filters match texts as shown, in different notations."""

from __future__ import annotations

import pytest

from kraty_console.domain.formatting import grouped, signed, ungrouped
from kraty_console.domain.text_matching import comparable, needle

NUMBERS = [1_000, 1_840, 12_345_678, 9_007_199_254_740_991]
BLANKS = [" ", "\u00a0", "\u2009", "\u202f", "\u2007", "\u3000"]


def found(typed: str, shown: str) -> bool:
    return needle(typed) in comparable(shown)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("between", ["", ",", "'", "’", *BLANKS])
def test_digit_grouping_is_ignored(number: int, between: str) -> None:
    typed = f"{number:,}".replace(",", between)
    assert found(typed, f"gold {grouped(number)} since May")
    assert found(typed, f"gold {number:,} since May")
    assert found(typed, str(number))
    assert not found(typed, grouped(number + 1))


def test_a_half_typed_number_matches() -> None:
    for typed in ("1,840", "1 840", "1\u202f840", "1840"):
        for end in range(1, len(typed) + 1):
            assert found(typed[:end], f"score {grouped(1840)}"), typed[:end]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("-1 500", signed(-1500)),
        ("-1500", signed(-1500)),
        ("+1,500", signed(1500)),
        ("0.25", "0.25"),
        ("1234.5", grouped(1234.5)),
        ("STRASSE", "Straße"),
        ("roll  failed", "roll\u00a0failed"),
        ("daily_race", "daily\u200b_race"),
        ("\uff11\uff18\uff14\uff10", grouped(1840)),
        ("cafe\u0301", "Caf\u00e9"),
        ("2026-03-02 12:34", "2026-03-02 12:34"),
        ("0197…a3c3", "0197…a3c3"),
        ("", "anything"),
        (", ", "a, b"),
    ],
)
def test_look_alikes_match(typed: str, shown: str) -> None:
    assert found(typed, shown)


@pytest.mark.parametrize(("typed", "shown"), [("1.840", grouped(1840)), ("weekly", "daily"), ("12.5", "125")])
def test_a_point_does_not_group_digits(typed: str, shown: str) -> None:
    assert not found(typed, shown)


def test_a_text_with_plain_numbers() -> None:
    assert ungrouped(f"gold {grouped(12345678)}, then {grouped(1234.5)}") == "gold 12345678, then 1234.5"
    assert ungrouped("a\u202fb 7\u202fb") == "a\u202fb 7\u202fb"
