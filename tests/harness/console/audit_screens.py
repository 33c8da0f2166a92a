"""The audit log at the keyboard: opening it, editing its filter, reading a column."""

from __future__ import annotations

from kraty_console.console.dialogs.audit_filter import AuditFilterDialog
from kraty_console.console.screens.audit_log import AuditLogScreen
from tests.harness.console.driver import ConsoleDriver


async def opens_log(driver: ConsoleDriver, *keys: str) -> AuditLogScreen:
    """Open the audit log: from the first screen, or with these keys."""
    await driver.press(*(keys or ("escape", "l")))
    return await log_of(driver)


async def log_of(driver: ConsoleDriver) -> AuditLogScreen:
    """The screen, when nothing is being read."""
    await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen) and not driver.app.screen.is_loading)
    await driver.rest()
    assert isinstance(driver.app.screen, AuditLogScreen)
    return driver.app.screen


async def reads_all(driver: ConsoleDriver) -> None:
    """Go down to the last row of all."""
    screen = await log_of(driver)
    while not screen.is_complete:
        await driver.press("G")
        await log_of(driver)


async def edits(driver: ConsoleDriver, *texts: str) -> AuditFilterDialog:
    """Open the filter line and type; `TAB` presses the key."""
    await driver.press("f")
    await driver.opened(AuditFilterDialog)
    for text in texts:
        await (driver.press("tab") if text == "TAB" else driver.type(text))
    assert isinstance(driver.app.screen, AuditFilterDialog)
    return driver.app.screen


async def filters(driver: ConsoleDriver, *texts: str) -> AuditLogScreen:
    """Set the filter line."""
    await edits(driver, *texts)
    await driver.press("enter")
    return await log_of(driver)


def column(screen: AuditLogScreen, name: str) -> list[str]:
    """The texts of a column, of every row."""
    section = screen.table.rows.sections[0]
    place = [each.key for each in section.columns].index(name)
    return [row.cells[place].text for row in section.rows]
