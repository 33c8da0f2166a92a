"""What a screen may ask of the application that holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.screen import Screen

    from kraty_console.client.writer import ChangeOutcome
    from kraty_console.contract.calls import ChangeRequest


class Host(Protocol):
    """The application, as its screens know it."""

    def copy(self, text: str) -> str:
        """Send text to the terminal's clipboard; returns what to say about it."""
        ...

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something in the last line of the screen in sight."""
        ...

    def show(self, screen: Screen[Any], answered: Callable[[Any], None] | None = None) -> None:
        """Put a dialog or a screen on top; `answered` gets what it was dismissed with."""
        ...

    def leave(self, code: int = 0) -> None:
        """End the application."""
        ...

    def drawn(self) -> None:
        """The first screen holds all that is known: it may be painted."""
        ...

    def first_sign_in(self) -> None:
        """There is no address or no token yet: ask for them."""
        ...

    def choose_game(self, chosen: Callable[[], None]) -> None:
        """The session may enter several games and none is named: ask which; `chosen` is called once one is."""
        ...

    def signed_in(self) -> None:
        """A session stands: look for changes whose outcome is still open."""
        ...

    async def ask_token(self, error: Exception) -> bool:
        """Ask for a new session token on top of what is shown; True when there is a new session."""
        ...

    async def perform(self, call: ChangeRequest) -> ChangeOutcome:
        """Send a change; it goes on when the one who waits for it goes away."""
        ...
