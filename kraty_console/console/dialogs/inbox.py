"""`#`: the whole ticket that is to be solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content

from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.views.start import ticket_text, ticket_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kraty_console.config.inbox import InboxTicket, TicketInbox


class InboxTicketDialog(TextDialog):
    """What the customer wrote, to read and to copy."""

    IS_HERE: ClassVar[Mapping[str, str]] = {"row.open": "it is open already", "ticket.read": "this is the ticket"}

    def __init__(self, inbox: TicketInbox, ticket: InboxTicket, copy: Callable[[str], str]) -> None:
        super().__init__(ticket_title(inbox), Content(ticket_text(ticket)), copied=ticket.text, copy=copy)
