"""The token buckets, with a fake clock."""

from __future__ import annotations

import pytest

from kraty_console.backend.http.rate_limit import LONGEST_DEBT_SECONDS, Rate, RateLimit


class Clock:
    """A fake clock in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_caller_has_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    limit = RateLimit(Rate(per_second=2, burst=3), clock)
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 0]
    assert limit.wait("a") == 0.5
    assert limit.wait("b") == 0
    clock.now = 0.5
    assert limit.wait("a") == 0
    assert limit.wait("a") == 0.5
    clock.now = 1000
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_no_rate_is_no_limit() -> None:
    limit = RateLimit(Rate.parse("0"), Clock())
    assert not any(limit.wait("a") for _ in range(1000))


def test_idle_callers_are_dropped() -> None:
    clock = Clock()
    limit = RateLimit(Rate(per_second=1, burst=1), clock)
    for caller in range(10_000):
        limit.wait(str(caller))
    clock.now = 5
    limit.wait("one more")
    assert len(limit) == 1


def test_callers_in_debt_are_dropped_once_their_bucket_is_full() -> None:
    clock = Clock()
    limit = RateLimit(Rate(per_second=1, burst=10), clock)
    for caller in range(10_000):
        limit.charge(str(caller), 10**9)
    clock.now = LONGEST_DEBT_SECONDS + 9
    limit.wait("too early")
    assert (limit.sweeps, len(limit)) == (1, 10_001)
    assert limit.wait("7") == 0, "the debt is paid off, and the bucket nearly full"
    clock.now += LONGEST_DEBT_SECONDS
    limit.wait("one more")
    assert (limit.sweeps, len(limit)) == (2, 1)


@pytest.mark.parametrize("times", [0.2, 1.0, 20.0])
@pytest.mark.parametrize("seconds", [0.5, 3, 7, 20])
@pytest.mark.parametrize("cost", [1, 3])
def test_a_dropped_bucket_gives_no_extra_calls(times: float, seconds: float, cost: float) -> None:
    """A sweep gives a caller no extra calls, whatever the size of the bucket."""
    clock = Clock()
    swept, kept = (RateLimit(Rate(per_second=1, burst=2), clock) for _ in range(2))
    for caller in range(10_000):
        swept.charge(str(caller), cost, times)
    kept.charge("7", cost, times)
    clock.now = seconds
    swept.wait("one more")
    assert (swept.sweeps, kept.sweeps) == (1, 0)
    assert [swept.wait("7", times) for _ in range(50)] == [kept.wait("7", times) for _ in range(50)]


def test_active_callers_are_not_swept_for_each_new_one() -> None:
    clock = Clock()
    limit = RateLimit(Rate(per_second=1, burst=1), clock)
    for caller in range(40_000):
        limit.charge(str(caller), 10)
    assert (limit.sweeps, len(limit)) == (2, 40_000)
    clock.now = 1000
    limit.wait("after a while they are, however many there were")
    assert (limit.sweeps, len(limit)) == (3, 1)


@pytest.mark.parametrize(
    ("text", "rate"), [("50", Rate(50, 100)), ("5:7", Rate(5, 7)), ("0", Rate(0, 1)), ("0.2", Rate(0.2, 1))]
)
def test_rates_as_text(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate


@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "5:", "5:0", "5:x"])
def test_invalid_rates(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any of Python's own will do)
        Rate.parse(text)
