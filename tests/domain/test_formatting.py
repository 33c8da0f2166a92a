"""Numbers and durations in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kraty_console.domain.formatting import (
    GROUP,
    counted,
    duration_words,
    grouped,
    grouped_text,
    plain,
    signed,
    since,
    span,
)
from kraty_console.domain.timestamps import age
from tests.harness.domain.snapshots import NOW


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1840, "1 840"),
        (-1840, "-1 840"),
        (1_000_000_000, "1 000 000 000"),
        (2**53 - 1, "9 007 199 254 740 991"),
        (2**53 + 1, "9 007 199 254 740 993"),
        (1840.0, "1 840"),
        (0.1, "0.1"),
        (1234.5, "1 234.5"),
        (1e18, "1 000 000 000 000 000 000"),
        (12_345_678.5, "12 345 678.5"),
        (-1e7, "-10 000 000"),
        (1e308, "a number of about 309 digits"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (None, "—"),
    ],
)
def test_grouped(number: float | None, words: str) -> None:
    assert grouped(number).replace(GROUP, " ") == words
    assert " " not in grouped(number) or words.startswith("a number")


def test_a_huge_number_is_shortened() -> None:
    assert grouped(10**5000) == "a number of about 5001 digits"


def test_signed_and_counted() -> None:
    assert [signed(each) for each in (500, -20, 0, None)] == ["+500", "−20", "0", "—"]
    assert [counted(each, "grant") for each in (0, 1, 2)] == ["0 grants", "1 grant", "2 grants"]
    assert counted(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h"), (86_400, "1d"), (9e8, "28y")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_since() -> None:
    assert since(NOW - timedelta(hours=2), NOW) == "2h ago"
    assert since(NOW + timedelta(hours=5), NOW) == "in 5h"
    assert since(NOW + timedelta(seconds=2), NOW) == "now"
    assert span(NOW + timedelta(days=3), NOW) == "3d"


def test_a_relative_time_without_a_zone_is_utc() -> None:
    assert age(datetime(2026, 3, 10, 11, 0), NOW) == 3600  # noqa: DTZ001 (that is the point)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (12_345_678.0, "12345678"),
        (12_345_678.25, "12345678.25"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (1e16, "10000000000000000"),
        (0.00001, "0.00001"),
        (-2.5, "-2.5"),
        (7, "7"),
        (float("nan"), "nan"),
    ],
)
def test_plain_numbers_have_no_exponent(number: float, words: str) -> None:
    assert plain(number) == words
    if words != "nan":
        assert float(plain(number)) == number


def test_amounts_given_as_text() -> None:
    assert grouped_text("1500") == f"1{GROUP}500"
    assert grouped_text("-1500") == f"-1{GROUP}500"
    assert grouped_text("a few") == "a few"
    assert grouped_text("9" * 41) == "9" * 41
    assert grouped_text("--5") == "--5"
