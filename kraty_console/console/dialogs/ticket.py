"""`t`: the ticket of the following changes."""

from __future__ import annotations

from typing import Final

from kraty_console.console.dialogs.ask import AskDialog

LONGEST: Final = 200
"""Characters of a ticket (contract: Ticket)."""


class TicketDialog(AskDialog[str | None]):
    """Returns the ticket, an empty string if it was cleared, None if closed."""

    def __init__(self, ticket: str = "") -> None:
        super().__init__(
            "Ticket",
            label="ticket",
            words="Goes with every change from here on: into audit log and worklog (w).",
            value=ticket,
            placeholder="for example ZD-4821",
            longest=LONGEST,
            hints="enter set · empty clears it · esc close",
        )

    def answered(self, value: str) -> None:
        """Set or clear it."""
        self.dismiss(value.strip())
