"""What the dialog of changes goes through: its phases, its steps, and the form it has while it is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from kraty_console.contract.operations import Operation
from kraty_console.domain.fields import Field, Form, Values

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome

Submit = Callable[[Values], "Awaitable[ChangeOutcome]"]
"""Sends a change; the app owns the call, so that it goes on when the dialog is gone. Errors are in its answer."""

Resolve = Callable[["ChangeOutcome"], "Awaitable[ChangeOutcome]"]
"""Looks up a change whose outcome is unknown."""


class Phase(Enum):
    """What the dialog is doing."""

    EDITING = "editing"
    SENDING = "sending"
    CHECKING = "checking"
    UNKNOWN = "unknown"
    FINISHED = "finished"
    """The outcome is known and shown; the one button closes."""


@dataclass(frozen=True, slots=True)
class Then:
    """A second change that follows the first once that was applied: the roll after a force-complete."""

    field: str
    """The `check` of the form that asks for it."""
    label: str
    """On the button, should it have to be pressed for this step alone: `Retry roll`."""
    running: str
    """While it runs: `rolling`."""
    submit: Submit


NO_FORM: Final = Form("", Operation.BAN, "", (), (), "", "", "", datetime.min.replace(tzinfo=UTC), "")
"""Of a dialog that is not open."""


EVERY_ROW: Final = replace(
    NO_FORM,
    subject_lines=(" ",),
    fields=(
        Field("entries", "entries", "json"),
        *(Field(name, name, hint=name) for name in ("key", "amount")),
        Field("then", "then", "check"),
        *(Field(name, name, hint=name) for name in ("ticket", "reason")),
    ),
)
"""Of a dialog that is mounted before one is needed."""


async def send_nothing(_: object) -> ChangeOutcome:
    raise LookupError("the dialog is not open")


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    running: str
    submit: Submit
