"""The tickets that the console was opened with: from one to the next, and back."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from kraty_console.config.inbox import TicketState
from kraty_console.console.screens.player_offers import PlayerOffers
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.config.inbox import InboxTicket


class PlayerInbox(PlayerOffers):
    """Opens one ticket after the other, each on the first screen; its number is the ticket of what follows."""

    @abstractmethod
    def close_player(self) -> None:
        """Back to the first screen."""

    @abstractmethod
    def action_search_focus(self) -> None:
        """Type into the search field."""

    def action_ticket_next(self) -> None:
        """The open ticket is answered."""
        self._leave_ticket(TicketState.ANSWERED, "answered")

    def action_ticket_give_up(self) -> None:
        """The open ticket is given up."""
        self._leave_ticket(TicketState.GIVEN_UP, "given up")

    def action_ticket_previous(self) -> None:
        """Open the ticket before this one again."""
        inbox = self.workspace.launch.inbox
        if inbox is not None and (ticket := inbox.go_back()) is not None:
            self._show_ticket(ticket)
            self.tell(f"ticket {safe(ticket.number, limit=60)} is open again")

    def _leave_ticket(self, state: TicketState, words: str) -> None:
        inbox = self.workspace.launch.inbox
        if inbox is None or (left := inbox.current) is None:
            return
        following = inbox.leave(state)
        self._show_ticket(following)
        then = "every ticket is done" if following is None else f"the next is {safe(following.number, limit=60)}"
        self.tell(f"ticket {safe(left.number, limit=60)} {words}; {then}", "good")

    def _show_ticket(self, ticket: InboxTicket | None) -> None:
        self.workspace.ticket = ticket.number if ticket is not None else ""
        self.close_player()
        self.search.clear()
        if ticket is not None:
            self.action_search_focus()
