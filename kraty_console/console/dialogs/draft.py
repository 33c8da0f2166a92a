"""The text typed into a dialog, and the idempotency key of its request: both outlive the dialog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kraty_console.domain.fields import Value

if TYPE_CHECKING:
    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.players import Snapshot
    from kraty_console.domain.row_versions import StaleRow


@dataclass(frozen=True, slots=True, eq=False)
class SentChange:
    """A change as it was confirmed, for the records."""

    title: str
    subject: str
    call: ChangeRequest
    previewed: Snapshot
    """The player of whom the dialog said what would change."""


@dataclass(slots=True, eq=False)
class Draft:
    """Kept by what opens the dialog, one for each action on each row, until the player is left and it is settled.

    The key is made when it is first used and stays until its request is settled, so that a second press, a dialog
    closed and opened again, or a connection that died cannot do a thing twice (client/README.md#exactly-once).
    """

    new_key: Callable[[], str]
    """Makes an idempotency key."""
    values: dict[str, Value] = field(default_factory=dict)
    """By field name; a missing field has the form's default."""
    done: list[ChangeOutcome] = field(default_factory=list)
    """Of a dialog that sends two calls: what was applied already."""
    pending: asyncio.Future[ChangeOutcome] | None = None
    """The call that is under way, also when its dialog was closed."""
    sent: SentChange | None = None
    """What was sent last."""
    unsettled: ChangeOutcome | None = None
    """The last answer, while it is not known whether it took effect."""
    stale: StaleRow | None = None
    """The row of the last refusal that was due to a change of it since it was shown."""
    _key: str | None = None

    @property
    def key(self) -> str:
        """The idempotency key of what is sent next; what follows a change derives its own from it."""
        if self._key is None:
            self._key = self.new_key()
        return self._key

    @property
    def is_under_way(self) -> bool:
        """Whether something was sent that has no known outcome, or has a step to follow."""
        self.catch_up()
        return self.pending is not None or self.unsettled is not None or bool(self.done)

    def catch_up(self) -> None:
        """Take over the outcome of a call whose dialog was closed meanwhile."""
        call, self.pending = self.pending, self.pending if self.pending and not self.pending.done() else None
        if call is None or not call.done() or call.cancelled() or call.exception() is not None:
            return
        performed = call.result()
        if performed.state == "applied":
            self.finish()
        elif performed.state == "refused":
            self.refused()
        else:
            self.unsettled = performed

    def refused(self) -> None:
        """Nothing was changed: what is sent next is another request, under another key."""
        self._key = None
        self.unsettled = None

    def applied(self, performed: ChangeOutcome) -> None:
        """A step took effect."""
        self.done.append(performed)
        self.unsettled = self.stale = None

    def finish(self) -> None:
        """All of it took effect: the next time starts empty."""
        self.values.clear()
        self.done.clear()
        self.sent = self.unsettled = self.stale = None
        self._key = None
