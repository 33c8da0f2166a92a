"""Reading the audit log for a screen or a file: what the coverage says, and that one page is held at a time."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime

import pytest

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.client.admin import KratyClient
from kraty_console.console.audit_reader import IncompleteExport, export_rows
from kraty_console.console.dialogs.audit_filter import offers_line
from kraty_console.console.views.audit_filter import coverage, filter_lines
from kraty_console.console.views.text import width_of
from kraty_console.contract.audit import AuditPage, AuditRow
from kraty_console.contract.characters import first_unsafe
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.audit_counts import AuditCounts
from kraty_console.domain.audit_filter import escaped, parse_audit_filter, term
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells
from tests.harness.each import for_each

NOW = datetime(2026, 6, 11, tzinfo=UTC)
PAGES = 50


class LongLog(KratyClient):
    """A client that makes up its answers: 10,000 rows in pages."""

    def __init__(self) -> None:
        super().__init__("https://long.example", None)
        self.alive: list[int] = []
        self._made: list[weakref.ref[AuditRow]] = []

    async def audit_log(self, *, cursor: str | None = None, limit: int = 0, **_: object) -> AuditPage:  # type: ignore[override]
        """The page at a cursor; notes how many rows of the pages before are still held."""
        gc.collect(0)
        self.alive.append(sum(each() is not None for each in self._made))
        number = int(cursor or 0)
        row = {"action": "player.ban", "ticket": "T-1", "after": {"reason": "x" * 100}}
        rows = [{"id": f"a-{number}-{place}", **row} for place in range(limit)]
        page = AuditPage.model_validate({"rows": rows, "nextCursor": str(number + 1) if number + 1 < PAGES else None})
        self._made += map(weakref.ref, page.rows)
        return page


async def test_an_export_of_10000_rows_holds_a_page_at_a_time() -> None:
    client, counts, written = LongLog(), AuditCounts(), 0

    def write(rows: list[AuditRow]) -> None:
        nonlocal written
        written += len(rows)

    await export_rows(client, parse_audit_filter("ticket:T-*").at(NOW), counts, write)  # type: ignore[arg-type]
    assert written == counts.matched == counts.read == PAGES * MAX_LIMIT
    assert len(client.alive) == PAGES
    assert max(client.alive) <= 2 * MAX_LIMIT


async def test_rows_that_lack_what_is_asked_for_are_no_complete_export() -> None:
    counts = AuditCounts()
    with pytest.raises(IncompleteExport, match="000 audit rows lack what the filter asks for"):
        await export_rows(LongLog(), parse_audit_filter("player:x").at(NOW), counts, lambda _: None)


KEYS = ("esc", "u")
COVERAGE = [
    ("", AuditCounts(), {}, ""),
    ("", AuditCounts(50, 50), {}, "the newest 50 rows"),
    ("", AuditCounts(1, 1), {"is_complete": True}, "all 1 row"),
    ("x", AuditCounts(), {"is_reading": True}, "reading; esc stops"),
    ("x", AuditCounts(50, 50), {}, "the newest 50 rows that match; u reads on"),
    ("x", AuditCounts(12, 12), {"is_complete": True}, "all 12 rows that match"),
    ("x", AuditCounts(), {"is_complete": True}, "no row matches"),
    ("x", AuditCounts(50, 3), {"is_complete": True}, "3 match; 50 rows read, to the last one"),
    ("x", AuditCounts(1200, 3), {"is_reading": True, "filters_here": True}, "1 200 rows read, 3 match; esc stops"),
    ("x", AuditCounts(1200, 3), {"filters_here": True}, "3 match; the newest 1 200 rows read; u reads on"),
    ("x", AuditCounts(9, 7, undecided=2), {"is_complete": True}, "to the last one; 2 rows lack what it asks for"),
    ("x", AuditCounts(9, 7, undecided=1), {"is_complete": True}, "to the last one; 1 row lacks what it asks for"),
]


@for_each(("line", "counts", "state", "words"), COVERAGE)
def test_the_coverage_in_words(line: str, counts: AuditCounts, state: dict[str, bool], words: str) -> None:
    known = {"filters_here": False, "is_reading": False, "is_complete": False, **state}
    said = coverage(counts, filters=bool(line), keys=KEYS, **known).words
    assert said.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ").endswith(words)
    assert bool(said) == bool(words)


@for_each("name", [each.external_id for each in HOSTILE_NAMES])
def test_hostile_values_are_shown_safe_and_within_the_line(name: str) -> None:
    covers = coverage(AuditCounts(9, 3), filters=True, filters_here=True, is_reading=True, is_complete=False, keys=KEYS)
    for width in (40, 80, 120):
        lines = filter_lines(term("player", escaped(name)), covers, width, "f")
        assert 1 <= len(lines) <= 2
        for line in lines:
            assert width_of(line) <= width
            assert all(first_unsafe(text) is None for text, _ in line)
        offered = offers_line([safe(name, limit=60), safe("next"), safe("last")], 0, 70)
        assert cells(SafeText(offered)) <= 70
        assert first_unsafe(offered) is None


def test_the_chosen_offer_is_always_in_sight() -> None:
    labels = [SafeText(f"grant.{number:02}") for number in range(30)]
    for chosen in range(30):
        shown = offers_line(labels, chosen, 70)
        assert f"▸grant.{chosen:02}" in shown
        assert cells(SafeText(shown)) <= 70
        assert ("+" in shown) == (not shown.endswith("29"))
