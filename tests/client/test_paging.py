"""Pages to the last one: pauses that a backend asks for, and lists without an end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from kraty_console.client.paging import LONGEST_WAIT, pages
from kraty_console.contract.audit import AuditPage
from kraty_console.contract.errors import BadAnswer, RateLimited


class Pauses:
    """A sleep that only notes how long it would take."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def answering(*answers: AuditPage | Exception) -> Callable[[str | None], Awaitable[AuditPage]]:
    left = list(answers)

    async def ask(_: str | None) -> AuditPage:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def page(cursor: str | None) -> AuditPage:
    return AuditPage.model_validate({"rows": [], "nextCursor": cursor})


async def test_a_rate_limit_is_waited_for() -> None:
    pauses = Pauses()
    ask = answering(page("a"), RateLimited("slow", retry_after=4), RateLimited("slow", retry_after=0), page(None))
    assert [each.next_cursor async for each in pages(ask, sleep=pauses)] == ["a", None]
    assert pauses.seconds == [4, 1]


async def test_a_longer_pause_is_an_error() -> None:
    pauses = Pauses()
    with pytest.raises(RateLimited):
        await anext(pages(answering(RateLimited("slow", retry_after=LONGEST_WAIT + 1)), sleep=pauses))
    assert pauses.seconds == []


async def test_a_cursor_that_comes_again_is_an_error() -> None:
    every = pages(answering(page("a"), page("b"), page("a")))
    assert [(await anext(every)).next_cursor for _ in range(3)] == ["a", "b", "a"]
    with pytest.raises(BadAnswer, match="no end"):
        await anext(every)
