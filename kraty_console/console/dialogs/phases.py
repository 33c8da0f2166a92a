"""One use of the dialog of changes: what it is opened with, its phases and its steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, NoReturn

from kraty_console.console.dialogs.draft import Draft
from kraty_console.contract.operations import Operation
from kraty_console.domain.fields import EffectContext, Field, Form, Values

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.console.dialogs.editor import Completer
    from kraty_console.contract.players import Snapshot


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as it is confirmed."""

    form: Form
    values: Values
    previewed: EffectContext
    """What "will change" was computed from."""


Submit = Callable[[FilledForm], "Awaitable[ChangeOutcome]"]
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


@dataclass(frozen=True, slots=True)
class Step:
    """A request of the dialog: the change, or what follows it."""

    label: str
    running: str
    submit: Submit


@dataclass(frozen=True, slots=True, eq=False)
class DialogUse:
    """What the dialog of changes is opened with."""

    form: Form
    """The fields and how the change is confirmed."""
    draft: Draft
    """Where the values are kept; an earlier one brings back what was typed, and a call still under way."""
    environment: str
    """`live` or `test`."""
    submit: Submit
    """Sends the change under `draft.key`."""
    resolve: Resolve
    """Finds out about an unknown outcome."""
    see: Callable[[], EffectContext]
    """The player as last read, from which "will change" is computed."""
    renewed: Callable[[Snapshot], Form] | None = None
    """The form for the player as they are now; None if it stays as it is."""
    then: Then | None = None
    """What follows when its field is ticked, sent under a key that derives from `draft.key`."""
    reasons: Sequence[str] = ()
    """The last reasons, newest first, for `↑`."""
    completer: Completer | None = None
    """What the entries editor offers."""
    role: str | None = None
    """The member's, for the words of what is not allowed."""


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


def not_in_use(form: Form = NO_FORM, environment: str = "") -> DialogUse:
    """The use of a dialog that is closed: it sends nothing and knows no player."""
    return DialogUse(form, Draft(str), environment, _not_open, _not_open, _not_open)


def _not_open(*_: object) -> NoReturn:
    raise LookupError("the dialog is not open")
