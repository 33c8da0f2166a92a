"""Reads the audit log page by page, filters it, and exports what matches: for the screen and the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kraty_console.client.paging import pages
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.completeness import unreadable_count

if TYPE_CHECKING:
    from kraty_console.client.admin import KratyClient
    from kraty_console.contract.audit import AuditRow
    from kraty_console.domain.audit_counts import AuditCounts
    from kraty_console.domain.audit_filter import AuditMatcher


class IncompleteExport(Exception):
    """Rows are missing in an export; the message says which, without full stop."""


class MatchingPage(NamedTuple):
    """The matching rows of a page."""

    rows: list[AuditRow]
    next_cursor: str | None
    """None on the last page."""


async def matching_pages(
    client: KratyClient,
    matcher: AuditMatcher,
    counts: AuditCounts,
    *,
    size: int = MAX_LIMIT,
    most: int | None = None,
    start: str | None = None,
) -> AsyncIterator[MatchingPage]:
    """The pages of the log, newest first; the backend filters what it can, and the rest is filtered here.

    Args:
        client: Asks the backend.
        matcher: The filter, at the time of the first page.
        counts: Kept up to date.
        size: Rows to ask for at once.
        most: Ends behind so many matching rows.
        start: The cursor of the page to begin with.

    Raises:
        KratyError: As `client.paging.pages`.
    """
    asked = matcher.query()
    async for page in pages(lambda cursor: client.audit_log(**asked, cursor=cursor, limit=size), start=start):
        counts.unreadable += unreadable_count(page.rows)
        matching: list[AuditRow] = []
        for row in page.rows:
            if counts.matched == most:
                counts.is_cut = True
                break
            counts.read += 1
            verdict = matcher.matches(row)
            counts.undecided += verdict is None
            if verdict:
                counts.matched += 1
                matching.append(row)
        counts.is_cut = counts.is_cut or (counts.matched == most and bool(page.next_cursor))
        yield MatchingPage(matching, page.next_cursor)
        if counts.is_cut:
            return


async def export_rows(
    client: KratyClient,
    matcher: AuditMatcher,
    counts: AuditCounts,
    write: Callable[[Sequence[AuditRow]], object],
    *,
    size: int = MAX_LIMIT,
    most: int | None = None,
) -> None:
    """Write all matching rows, holding one page at a time; the arguments are those of `matching_pages`.

    Raises:
        IncompleteExport: a row could not be read, or lacks what the filter asks for.
        KratyError: As `matching_pages`.
    """
    async for page in matching_pages(client, matcher, counts, size=size, most=most):
        write(page.rows)
    if words := counts.shortcomings():
        raise IncompleteExport(", and ".join(words))
