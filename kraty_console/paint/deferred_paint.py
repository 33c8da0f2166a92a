"""Screens that are styled, laid out and painted once when they open, instead of at every intermediate step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.css.query import NoMatches

from kraty_console.paint.textual_app import PaintsChanges
from kraty_console.paint.textual_internals import ScreenInternals

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.worker import WorkType

Result = TypeVar("Result")


class DeferredPaintScreen(ScreenInternals[Result]):
    """A screen that is not painted before it has called `arrived`.

    By default Textual styles a screen when its widgets are mounted and again when it is shown, lays it out on every
    resize event even if the size is the same, and paints every intermediate state: a third of the cost of opening a
    dialog.
    """

    _has_arrived = _is_styled = False

    def arrived(self) -> float:
        """The layout is complete: paint it, and all later changes; returns when it could be seen, as events have it."""
        self._has_arrived = True
        before = events.Event().time
        if self.is_current and self.outer_size:
            self.paint_over()
        painted_at = self.app.painted_at if isinstance(self.app, PaintsChanges) else before
        return painted_at if painted_at > before else events.Event().time

    def will_arrive_again(self) -> None:
        """It was taken off and is opened again, with other contents: it is painted when it arrives again."""
        self._has_arrived = False

    def may_paint(self) -> bool:
        """Only once it has arrived."""
        return self._has_arrived

    def is_held_back(self) -> bool:
        """While a key is handled: its effects are painted once, together."""
        return isinstance(self.app, PaintsChanges) and self.app.is_handling_key()

    @property
    def can_draw(self) -> bool:
        """Whether its widgets exist: they are mounted, and Textual has not begun to remove them.

        Textual removes the widgets of a screen one by one and stops its workers afterwards, so a late answer may find a
        half removed screen.
        """
        return self.is_mounted and self.is_attached and self.display

    def in_background(
        self,
        work: Callable[[], Coroutine[object, object, None]],
        *,
        group: str,
        description: str,
        exclusive: bool = True,
    ) -> None:
        """Run a worker that may draw; if the screen is removed meanwhile, it ends without an error.

        Args:
            work: Called when the worker starts, so that one that is replaced before has begun nothing.
            group: Workers that replace each other.
            description: What it does, for the log.
            exclusive: Whether it cancels the others of its group.
        """
        run = cast("WorkType[None]", partial(self._unless_removed, work))
        self.run_worker(run, group=group, description=description, exclusive=exclusive)

    def stop_background(self, group: str) -> None:
        """Cancel the workers of a group."""
        self.workers.cancel_group(self, group)

    async def _unless_removed(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        try:
            await work()
        except NoMatches:
            if self.can_draw:
                raise

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Style only the screen itself, once: its widgets were styled when they were mounted."""
        if not self._has_arrived:
            event.refresh_styles = False
            if not self._is_styled:
                self.app.stylesheet.apply(self)
        self._is_styled = True
