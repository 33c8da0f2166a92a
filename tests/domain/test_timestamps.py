"""Comparing times: with and without a zone, known and unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kraty_console.domain.timestamps import age, as_utc, is_past, is_within
from tests.harness.domain.snapshots import NOW

WITHOUT_ZONE = datetime(2026, 3, 10, 11, 0)  # noqa: DTZ001 (as a backend may send it)
SECOND = timedelta(seconds=1)


def test_a_time_without_a_zone_is_utc() -> None:
    assert as_utc(WITHOUT_ZONE) == datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
    assert as_utc(datetime(2026, 3, 10, 12, 0, tzinfo=timezone(timedelta(hours=1)))).hour == 11
    assert age(WITHOUT_ZONE, NOW) == 3600


@pytest.mark.parametrize(
    ("moment", "now", "past"),
    [
        (NOW - SECOND, NOW, True),
        (NOW, NOW, False),
        (NOW + SECOND, NOW, False),
        (WITHOUT_ZONE, NOW, True),
        (None, NOW, False),
        (NOW - SECOND, None, False),
    ],
)
def test_a_time_is_past_only_if_it_is_known(moment: datetime | None, now: datetime | None, past: bool) -> None:
    assert is_past(moment, now) is past


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        (NOW - timedelta(days=7), False),
        (NOW - timedelta(days=7) + SECOND, True),
        (NOW + SECOND, True),
        (WITHOUT_ZONE, True),
        (None, False),
    ],
)
def test_a_time_is_within_a_period_before_now(moment: datetime | None, within: bool) -> None:
    assert is_within(moment, NOW, timedelta(days=7)) is within
