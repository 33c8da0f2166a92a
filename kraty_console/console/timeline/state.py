"""The loaded part of a player's timeline: one immutable value, replaced as pages arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kraty_console.domain.completeness import unreadable_count

if TYPE_CHECKING:
    from kraty_console.contract.timeline import TimelinePage, TimelineRow
    from kraty_console.contract.timeline_kinds import TimelineKind


@dataclass(frozen=True, slots=True)
class TimelineState:
    """The newest events of one player, without a gap."""

    rows: tuple[TimelineRow, ...] = ()
    """Newest first."""
    kinds: tuple[TimelineKind, ...] = ()
    """The kinds that were requested; empty for all."""
    starts: tuple[tuple[int, str | None], ...] = ()
    """Of each page the index of its first row, and the cursor that it was requested with."""
    cursor: str | None = None
    """Where the next page begins."""
    is_complete: bool = False
    """Whether the oldest event is loaded."""
    is_loading: bool = False
    is_outdated: bool = False
    """The player was read again since."""
    unreadable: int = 0
    trouble: str = ""
    """Why the last page did not come, made safe."""

    def loading(self) -> TimelineState:
        """A page was requested; the rows stay."""
        return replace(self, is_loading=True, trouble="")

    def with_page(self, page: TimelinePage) -> TimelineState:
        """The next page arrived; rows that are there already are left out."""
        return replace(
            self,
            rows=(*self.rows, *new_rows(page.rows, self.rows)),
            starts=(*self.starts, (len(self.rows), self.cursor)),
            cursor=page.next_cursor,
            is_complete=page.next_cursor is None,
            is_loading=False,
            unreadable=self.unreadable + unreadable_count(page.rows),
            trouble="",
        )

    def page_of(self, row_id: str) -> tuple[str | None, int]:
        """The cursor of the page that holds a row, and how many rows it has down to the row."""
        index = next((place for place, row in enumerate(self.rows) if row.id == row_id), 0)
        start, cursor = next((each for each in reversed(self.starts) if each[0] <= index), (0, None))
        return cursor, index - start + 1

    def failed(self, trouble: str, *, is_complete: bool = False) -> TimelineState:
        """The page did not come; with `is_complete` none will."""
        return replace(self, is_loading=False, trouble=trouble, is_complete=is_complete)

    def outdated(self) -> TimelineState:
        """The player was read again: the rows may have changed."""
        return replace(self, is_outdated=True)

    def covers(self, kinds: Sequence[str]) -> bool:
        """Whether no event of these kinds is missing, or pages of exactly these kinds are loaded."""
        return tuple(kinds) == self.kinds or (self.is_complete and not self.kinds)


def new_rows(rows: Sequence[TimelineRow], known: Sequence[TimelineRow]) -> Iterator[TimelineRow]:
    """The rows of a page that are not known; the table finds rows by their ids, so that each is there once."""
    ids = {row.id for row in known}
    for row in rows:
        if row.id not in ids:
            ids.add(row.id)
            yield row
