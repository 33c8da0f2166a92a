"""Reads a list page by page to its last row, holding one page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from kraty_console.contract.errors import BadAnswer, RateLimited

LONGEST_WAIT: Final = 60.0
"""Seconds to wait at most when the backend asks for a pause between pages."""


class KeysetPage(Protocol):
    """A page of a list with a keyset cursor."""

    @property
    def rows(self) -> Sequence[Any]: ...

    @property
    def next_cursor(self) -> str | None: ...

    @property
    def model_fields_set(self) -> set[str]: ...

    @property
    def unreadable_fields(self) -> tuple[str, ...]: ...


PageT = TypeVar("PageT", bound=KeysetPage)


async def pages(
    ask: Callable[[str | None], Awaitable[PageT]],
    *,
    start: str | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[PageT]:
    """All pages, in order. A page without readable rows ends the iteration with an error, never like a last page.

    Args:
        ask: Reads the page at a cursor; None for the first one.
        start: The cursor of the page to begin with.
        sleep: Waits between attempts.

    Raises:
        BadAnswer: a page has no readable list or cursor, or a cursor came before, so that there is no end.
        KratyError: from `ask`; a rate limit is waited for, up to `LONGEST_WAIT`.
    """
    cursor = start
    seen = {start} if start else set()
    while True:
        page = checked(await _with_pauses(ask, cursor, sleep))
        yield page
        cursor = page.next_cursor
        if not cursor:
            return
        if cursor in seen:
            raise BadAnswer("The list has no end: a page came twice", status=200)
        seen.add(cursor)


def checked(page: PageT) -> PageT:
    """The page, if its rows and its cursor could be read: otherwise it would look like an empty last page.

    Raises:
        BadAnswer: They could not be read.
    """
    if "rows" not in page.model_fields_set or "next_cursor" in page.unreadable_fields:
        raise BadAnswer("A page of the list could not be read", status=200)
    return page


async def _with_pauses(
    ask: Callable[[str | None], Awaitable[PageT]], cursor: str | None, sleep: Callable[[float], Awaitable[None]]
) -> PageT:
    waited = 0.0
    while True:
        try:
            return await ask(cursor)
        except RateLimited as error:
            waited += max(error.retry_after, 1.0)
            if waited > LONGEST_WAIT:
                raise
            await sleep(max(error.retry_after, 1.0))
