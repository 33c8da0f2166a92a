"""Filling in and confirming the dialogs of changes."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.driver import ConsoleDriver
from tests.harness.console.idle import wait_until_idle


def dialog(driver: ConsoleDriver) -> ActionDialog:
    assert isinstance(driver.app.screen, ActionDialog)
    return driver.app.screen


async def put(driver: ConsoleDriver, **values: str) -> None:
    """Fill fields in; their checks and effects follow as if typed."""
    for name, value in values.items():
        row = next(row for row in dialog(driver)._form_body._rows if row.field.name == name)
        if hasattr(row.editor, "text"):
            row.editor.text = value
        else:
            row.editor.value = value
    await wait_until_idle(driver.app)


async def confirm(driver: ConsoleDriver) -> None:
    dialog(driver).confirm.focus()
    await driver.press("enter")


async def done(driver: ConsoleDriver) -> None:
    await driver.closed()
    await driver.rest()


async def shows_words(driver: ConsoleDriver, *words: str) -> None:
    """Wait until the foot of the dialog says all these words."""
    await driver.until(lambda: all(each in dialog(driver).status.text for each in words))
