"""Tickets that the console is opened with, to be solved one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class InboxTicket(NamedTuple):
    """A ticket as it came in."""

    number: str
    """Becomes the ticket of the changes made while it is open."""
    text: str
    """What the customer wrote; unsanitized."""


class TicketState(StrEnum):
    """What the person at the console made of a ticket."""

    UNREAD = "unread"
    """It was never shown."""
    OPEN = "open"
    """It was shown, and not left."""
    ANSWERED = "answered"
    GIVEN_UP = "given_up"


class TicketInbox:
    """The tickets in their order: which one is open, and how many keys were pressed while it was.

    The console changes it; who opened the console reads it afterwards.
    """

    def __init__(self, tickets: Sequence[InboxTicket]) -> None:
        """Open the first ticket.

        Raises:
            ValueError: there is none.
        """
        if not tickets:
            raise ValueError("an inbox needs a ticket")
        self.tickets = tuple(tickets)
        self.keys = [0] * len(self.tickets)
        """Key presses by ticket, in the order of the tickets; a paste is one."""
        self.states = [TicketState.UNREAD] * len(self.tickets)
        self.position = 0
        """The place of the open ticket; the number of tickets when the last one was left."""
        self._open()

    @property
    def current(self) -> InboxTicket | None:
        """The open ticket; None when the last one was left."""
        return self.tickets[self.position] if self.position < len(self.tickets) else None

    def count_key(self) -> None:
        """A key was pressed."""
        if self.position < len(self.keys):
            self.keys[self.position] += 1

    def leave(self, state: TicketState) -> InboxTicket | None:
        """Leave the open ticket in a state, and open the next one; None if there is none."""
        if self.position < len(self.tickets):
            self.states[self.position] = state
            self.position += 1
            self._open()
        return self.current

    def go_back(self) -> InboxTicket | None:
        """Open the ticket before the open one again; None, and nothing happens, if that is the first."""
        if not self.position:
            return None
        if self.current is not None:
            self.states[self.position] = TicketState.UNREAD
        self.position -= 1
        self._open()
        return self.current

    def _open(self) -> None:
        if self.position < len(self.states):
            self.states[self.position] = TicketState.OPEN
