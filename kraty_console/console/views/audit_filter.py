"""The filter line above the rows of the audit log: the filter, and which rows it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kraty_console.console.views.text import Line, Span, cut, width_of
from kraty_console.domain.formatting import counted, grouped
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.domain.audit_counts import AuditCounts


class Coverage(NamedTuple):
    """How far the log was read."""

    words: str
    tone: str = "dim"


def coverage(
    counts: AuditCounts,
    *,
    filters: bool,
    filters_here: bool,
    is_reading: bool,
    is_complete: bool,
    keys: tuple[str, str],
) -> Coverage:
    """Which rows are shown, in words.

    Args:
        counts: What was read.
        filters: Whether there is a filter.
        filters_here: Whether rows are read that do not match.
        is_reading: Whether pages are being read.
        is_complete: Whether the last page was read.
        keys: What stops the reading, and what goes on with it.
    """
    stop, more = keys
    read, matched = counted(counts.read, "row"), grouped(counts.matched)
    here = filters_here or counts.read > counts.matched
    tail, tone = "", "dim"
    if counts.undecided:
        lacks = "lacks" if counts.undecided == 1 else "lack"
        tail = f"; {counted(counts.undecided, 'row')} {lacks} what it asks for"
        tone = "warn"
    if not filters:
        words = f"all {read}" if is_complete else f"the newest {read}" if counts.read else ""
    elif is_reading:
        words = f"{read} read, {matched} match; {stop} stops" if here and counts.read else f"reading; {stop} stops"
    elif is_complete:
        whole = f"all {read} that match" if counts.read else "no row matches"
        words = f"{matched} match; {read} read, to the last one" if here and counts.read else whole
    else:
        newest = f"{matched} match; the newest {read} read" if here else f"the newest {read} that match"
        words = f"{newest}; {more} reads on"
    return Coverage(words + tail, tone)


def filter_lines(line: str, covers: Coverage, width: int, key: str) -> list[Line]:
    """One line, or two where the filter and its coverage do not fit into one."""
    shown: list[Span] = [(" filter ", "dim")]
    shown.append((safe(line, limit=1_000), "accent") if line else (f"none; {key} sets one", "dim"))
    said: list[Span] = [(covers.words, covers.tone), (" ", "plain")]
    gap = width - width_of(shown) - width_of(said)
    if gap >= 2:
        return [[*shown, (" " * gap, "plain"), *said]]
    if not covers.words:
        return [cut(shown, width)]
    return [cut(shown, width), [(" " * max(0, width - width_of(said)), "plain"), *said]]
