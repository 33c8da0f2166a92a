"""Looking at the Timeline pane, and going to a row of it."""

from __future__ import annotations

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.related import RelatedDialog
from kraty_console.console.timeline.state import TimelineState
from kraty_console.contract.timeline_kinds import TimelineKind
from tests.harness.console.cursor_walk import by_severity
from tests.harness.console.driver import ConsoleDriver


def timeline(driver: ConsoleDriver) -> TimelineState:
    loaded = driver.app.bottom.state.timeline
    assert loaded is not None
    return loaded


def row_id(driver: ConsoleDriver) -> str:
    row = driver.app.bottom.table.row
    assert row is not None
    return row.id


def shown(driver: ConsoleDriver) -> list[str]:
    """The kinds of all rows of the pane, also of those out of sight."""
    return [str(row.cells[1].text) for row in by_severity(driver.app.bottom.table.rows)]


async def looks_at_timeline(driver: ConsoleDriver, player: str) -> None:
    await driver.looks_at(player)
    await driver.press("7")
    await driver.rest()


async def goes_to(driver: ConsoleDriver, kind: TimelineKind, place: int = 0) -> str:
    """Put the cursor on a row of a kind; its id."""
    rows = [row for row in timeline(driver).rows if row.kind == kind]
    driver.app.bottom.point_to(rows[place].id)
    driver.app.bottom.draw()
    await driver.press("j", "k") if rows[place].id != timeline(driver).rows[-1].id else await driver.press("k", "j")
    assert row_id(driver) == rows[place].id
    return rows[place].id


async def chooses(driver: ConsoleDriver, words: str) -> None:
    await driver.press("enter")
    await driver.opened(RelatedDialog)
    await driver.type(words)
    await driver.press("enter")
    await driver.closed()
    await driver.rest()


async def filters(driver: ConsoleDriver, typed: str) -> None:
    await driver.press("f")
    await driver.opened(FilterDialog)
    await driver.type(typed)
    await driver.press("enter")
    await driver.closed()
    await driver.rest()
