"""Filling in and confirming the dialogs of changes."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from tests.harness.console.driver import ConsoleDriver
from tests.harness.console.idle import wait_until_idle


def dialog(hand: ConsoleDriver) -> ActionDialog:
    assert isinstance(hand.app.screen, ActionDialog)
    return hand.app.screen


async def put(hand: ConsoleDriver, **values: str) -> None:
    """Fill fields in; their checks and effects follow as if typed."""
    for name, value in values.items():
        row = next(row for row in dialog(hand)._form_body._rows if row.field.name == name)
        if hasattr(row.editor, "text"):
            row.editor.text = value
        else:
            row.editor.value = value
    await wait_until_idle(hand.app)


async def confirm(hand: ConsoleDriver) -> None:
    dialog(hand).confirm.focus()
    await hand.press("enter")


async def done(hand: ConsoleDriver) -> None:
    await hand.closed()
    await hand.rest()


async def told(hand: ConsoleDriver, *words: str) -> None:
    """Wait until the foot of the dialog says all these words."""
    await hand.until(lambda: all(each in dialog(hand).status.text for each in words))
