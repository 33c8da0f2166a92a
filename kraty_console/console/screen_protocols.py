"""What the loader and the write controller ask of the player screen; they know nothing of its widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from textual.timer import Timer

    from kraty_console.console.player_finder import SeveralFit
    from kraty_console.console.player_state import PlayerState
    from kraty_console.console.text_search import FoundInText
    from kraty_console.contract.players import SearchHit
    from kraty_console.domain.action_spec import ActionContext
    from kraty_console.domain.finding import TextHit


class WorkerScreen(Protocol):
    """A screen that runs workers, draws what has changed, and has a last line."""

    def in_background(
        self, work: Callable[[], Coroutine[object, object, None]], *, group: str, description: str
    ) -> None:
        """Run a worker in place of the others of its group."""

    def draw(self) -> None:
        """Something on screen is out of date."""

    def tell(self, words: str, tone: str = "plain") -> None:
        """Say something."""


class AskingScreen(WorkerScreen, Protocol):
    """A screen that can ask for a session."""

    async def ask_token(self, error: Exception) -> bool:
        """Ask for a new session token; True when there is a new session."""
        ...


class LoaderScreen(AskingScreen, Protocol):
    """Shows what the loader reads, and owns its workers and timers."""

    def stop_background(self, group: str) -> None:
        """Cancel the workers of a group."""

    def stop_suggesting(self) -> None:
        """Drop the request for suggestions, sent or not."""

    def begin_waiting(self) -> None:
        """A player is requested."""

    def end_waiting(self) -> None:
        """The answer is there, or is not waited for any more."""

    def begin_pause(self, title: str, seconds: int) -> None:
        """The server is rate limiting: count the seconds down, then refresh."""

    def end_pause(self) -> None:
        """Nothing is requested again by itself."""

    def signed_in(self) -> None:
        """There is a session."""

    def prepare(self, state: PlayerState) -> None:
        """This state comes next."""

    def opened_player(self) -> None:
        """A player was read who was not on screen before."""

    def player_read(self) -> None:
        """The player was read, for the first time or again."""

    def left_player(self) -> None:
        """Another player is turned to, or none any more."""

    def point_to(self, row_id: str | None) -> None:
        """Put the cursor on a row, or on none until it is moved."""

    def show_found(self, row: TextHit) -> None:
        """Go to the row that the text named which led to this player."""

    def holds_keys(self) -> bool:
        """Whether keys wait for the player that is looked up."""
        ...

    def take_keys(self) -> None:
        """Keys wait no more."""

    def suggest(self, query: str, hits: Sequence[SearchHit], meant: int | None = None, words: str = "") -> None:
        """Offer the players that fit what was typed, or say why there are none."""

    def suggest_found(self, found: FoundInText) -> None:
        """Offer the players and rows that a pasted text names, or say that it names none."""

    def offer(self, text: str, several: SeveralFit) -> None:
        """The text matches several players: ask for one."""

    def clear_notice(self) -> bool:
        """Remove the message."""
        ...


class WatchScreen(WorkerScreen, Protocol):
    """Shows the player that is watched."""

    @property
    def is_active(self) -> bool:
        """Whether no dialog and no other screen is above it."""
        ...

    @property
    def is_paused(self) -> bool:
        """Whether the server is rate limiting, and the player is read again by itself."""
        ...

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call something again and again."""
        ...

    def stop_background(self, group: str) -> None:
        """Cancel the workers of a group."""

    def draw_header(self) -> None:
        """The top line is out of date."""


class WriterScreen(WorkerScreen, Protocol):
    """Shows the player that changes are made to."""

    @property
    def can_draw(self) -> bool:
        """Whether the screen is there, and not being removed."""
        ...

    @property
    def state(self) -> PlayerState:
        """The player on screen."""
        ...

    def context(self) -> ActionContext:
        """What actions decide on."""
        ...

    def changed_player(self, player: str) -> None:
        """A change to this player was applied."""

    def run_id(self, action_id: str | None) -> None:
        """Do the action of an id."""
