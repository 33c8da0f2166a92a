"""Screens that come up in one go: styled, laid out and painted once, instead of at each step on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual import events
from textual.css.query import NoMatches
from textual.geometry import Size
from textual.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


class DeferredPaintScreen(Screen[Result]):
    """A screen that is not painted before it has called `arrived`.

    By itself a screen of Textual's is styled when its parts are mounted and all over again when it comes to the top,
    is laid out again for each word of its size though that is the same, and paints every state in between: for a
    dialog a third of what opening it costs.
    """

    _has_arrived = False

    def arrived(self) -> None:
        """The parts have their places: paint them, and from here on whatever changes."""
        self._has_arrived = True
        if self.is_current and self.outer_size:
            self._compositor_refresh()

    @property
    def can_draw(self) -> bool:
        """Whether its parts are there: not before they are mounted, and no more once Textual begins to remove them.

        Textual removes the parts of a screen one by one and stops its workers after that, so an answer that comes at
        the end may find half a screen.
        """
        return self.is_mounted and self.is_attached and self.display

    def in_background(
        self, work: Coroutine[object, object, None], *, group: str, description: str, exclusive: bool = True
    ) -> None:
        """Run a worker that may draw; where the screen is removed meanwhile, it ends without an error.

        Args:
            work: What to do.
            group: Workers that replace each other.
            description: What it does, for the log.
            exclusive: Whether it cancels the others of its group.
        """
        self.run_worker(self._unless_removed(work), group=group, description=description, exclusive=exclusive)

    def stop_background(self, group: str) -> None:
        """Cancel the workers of a group."""
        self.workers.cancel_group(self, group)

    async def _unless_removed(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except NoMatches:
            if self.can_draw:
                raise

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """The styles of the parts were found as they came, a moment ago; the screen itself was there before its own."""
        if not self._has_arrived:
            event.refresh_styles = False
            self.app.stylesheet.apply(self)

    def _screen_resized(self, size: Size) -> None:
        """Another size is another layout; the same one is not."""
        if size != self.outer_size:
            super()._screen_resized(size)

    def _compositor_refresh(self) -> None:
        """Nothing is painted on the way."""
        if self._has_arrived:
            super()._compositor_refresh()
