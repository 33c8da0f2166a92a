"""All private members of Textual that are used or overridden, behind names of our own.

No public API does the same. `tests/hygiene/test_textual_internals.py` lists the members, and fails when another class
touches one or Textual changes one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from rich.text import Text
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.geometry import Offset, Size
from textual.message import Message
from textual.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver

Result = TypeVar("Result")


class AppInternals(App[Result]):
    """An application that may send updates of the screen itself."""

    @property
    def terminal_driver(self) -> Driver | None:
        """The driver; None before the start and after the end."""
        return self._driver

    @property
    def can_paint(self) -> bool:
        """Whether the application runs and no batch of updates is under way."""
        return not self._batch_count and self._running and not self._closed

    def display_update(self, screen: Screen[Any], update: RenderableType | None) -> bool:
        """Send an update; False leaves that to Textual."""
        del screen, update
        return False

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self.display_update(screen, renderable):
            super()._display(screen, renderable)

    def begin_frame(self) -> None:
        """Begin a synchronized frame, if the terminal knows them."""
        self._begin_update()

    def end_frame(self) -> None:
        """End the frame."""
        self._end_update()

    def cursor_moved(self, offset: Offset) -> None:
        """The terminal's cursor is now here."""
        self._previous_cursor_position = offset

    def keep_copied(self, text: str) -> None:
        """What fields paste with ctrl+v."""
        self._clipboard = text

    def fail(self, error: Exception) -> None:
        """End the application because of this error."""
        self._handle_exception(error)


class ReportsCrashes(App[Result]):
    """An application that ends with one line after a failure, not with a traceback and its local variables."""

    CRASH_CODE = 1
    """The exit code after a failure."""

    @abstractmethod
    def crash_line(self, error: BaseException) -> str:
        """The line to print."""

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = self.CRASH_CODE
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        line = self.crash_line(self._exception or RuntimeError("unknown"))
        self._exit_renderables[:] = [Text(f"{line}\n")]
        self._close_messages_no_wait()


class ScreenInternals(Screen[Result]):
    """A screen that decides when it is painted and laid out."""

    @abstractmethod
    def may_paint(self) -> bool:
        """Whether changes are painted now."""

    def paint(self) -> None:
        """Paint all that changed, if that is allowed."""
        self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        if self.may_paint():
            super()._compositor_refresh()

    def _screen_resized(self, size: Size) -> None:
        """Lay out only if the size has changed; Textual does it on every resize event."""
        if size != self.outer_size:
            super()._screen_resized(size)


class SequenceParser(XTermParser):
    """Textual's parser, fed only with complete sequences, without timeouts."""

    def settle(self) -> Iterable[Message]:
        """Treat pending input as complete: an escape is a key, or alt."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0  # long ago
            yield from self.tick()
