"""All private members of Textual that are used or overridden, behind names of our own.

No public API does the same. `tests/hygiene/test_textual_internals.py` lists the members, and fails when another class
touches one or Textual changes one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from rich.text import Text
from textual._compositor import ChopsUpdate, Compositor
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.await_remove import AwaitRemove
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.widget import Widget

Result = TypeVar("Result")


class AppInternals(App[Result]):
    """An application that may send updates of the screen itself."""

    _pointer = "default"

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

    def mount_apart(self, screen: Screen[Any]) -> None:
        """Mount a screen that is not shown yet, and keep it when it is popped.

        Its style sheet styles no other screen, so these are not styled again, as Textual would.
        """
        for path in screen.css_path:
            if not self.stylesheet.has_source(str(path), ""):
                self.stylesheet.read(path)
        self.install_screen(screen, type(screen).__name__)
        self._get_screen(screen)

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

    def _set_pointer_shape(self, shape: str) -> None:
        """Send a shape that differs from the last one; Textual sends one for every new screen."""
        if shape != self._pointer:
            self._pointer = shape
            super()._set_pointer_shape(shape)

    def fail(self, error: Exception) -> None:
        """End the application because of this error."""
        self._handle_exception(error)


class ReportsCrashes(App[Result]):
    """An application that ends with one line after a failure, not with a traceback and its local variables."""

    CRASH_CODE = 1
    """The exit code after a failure."""

    _crash_line: str | None = None

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
        if self._crash_line is None:  # what fails after that is a consequence
            self._crash_line = self.crash_line(self._exception or RuntimeError("unknown"))
        self._exit_renderables[:] = [Text(f"{self._crash_line}\n")]
        self._close_messages_no_wait()


class DirtyLinesCompositor(Compositor):
    """Renders what changed only where it can be seen.

    Textual renders all lines of every widget that overlaps the rectangle around all changes: for a cursor and a line
    at the bottom, the whole screen.
    """

    def render_partial_update(self) -> ChopsUpdate | None:
        """The dirty parts of lines, each from the widget on top there."""
        screen = self.size.region
        regions = [region.intersection(screen) for region in self._dirty_regions]
        self._dirty_regions.clear()
        spans = list(self._regions_to_spans(region for region in regions if region))
        if not spans:
            return None
        strips: dict[int, dict[int, Strip]] = {y: {} for y, _, _ in spans}
        hidden = spans
        for widget, (region, clip) in self.visible_widgets.items():
            shown, hidden = _split(hidden, region.intersection(clip))
            for y, x, strip in _rendered(widget, region, shown):
                strips[y][x] = strip
            if not hidden:
                break
        lines = {y: dict(sorted(line.items())) for y, line in strips.items()}
        ends = {y: [x + strip.cell_length for x, strip in line.items()] for y, line in lines.items()}
        rows = range(screen.height)
        return ChopsUpdate([lines.get(y, {}) for y in rows], spans, [ends.get(y, []) for y in rows])


Span = tuple[int, int, int]
"""A part of a line: row, first column, the column after the last."""


def _split(spans: Iterable[Span], region: Region) -> tuple[list[Span], list[Span]]:
    """The parts of spans inside a region, and those outside."""
    left, right = region.column_span
    inside: list[Span] = []
    outside: list[Span] = []
    for y, x1, x2 in spans:
        first, last = max(x1, left), min(x2, right)
        if not region.y <= y < region.bottom or first >= last:
            outside.append((y, x1, x2))
            continue
        inside.append((y, first, last))
        if x1 < first:
            outside.append((y, x1, first))
        if last < x2:
            outside.append((y, last, x2))
    return inside, outside


def _rendered(widget: Widget, region: Region, spans: list[Span]) -> Iterable[tuple[int, int, Strip]]:
    """Row, column and strip of each span; a widget is asked once for lines that follow each other."""
    rows = sorted({y for y, _, _ in spans})
    lines: dict[int, Strip] = {}
    first = 0
    for n, y in enumerate(rows, 1):
        if n == len(rows) or rows[n] != y + 1:
            crop = Region(0, rows[first] - region.y, region.width, n - first)
            lines.update(zip(rows[first:n], widget.render_lines(crop), strict=True))
            first = n
    for y, x1, x2 in spans:
        yield y, x1, lines[y].crop(x1 - region.x, x2 - region.x)


class ScreenInternals(Screen[Result]):
    """A screen that decides when it is painted and laid out, and shows the screen below without rendering it again.

    Textual repaints a screen with a modal on top for every message to it, and lays out and repaints a screen twice more
    after a modal on it was removed.
    """

    _strips_below: tuple[Size, list[Strip]] | None = None
    _changed_below: frozenset[Region] = frozenset()
    _uncovered: Region | None = None
    _is_held = _is_painted = _hides_all_changes = False

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (Textual's own)
        super().__init__(*arguments, **options)
        self._compositor = DirtyLinesCompositor()

    @abstractmethod
    def may_paint(self) -> bool:
        """Whether changes are painted now."""

    def is_held_back(self) -> bool:
        """Whether layout and painting wait for `paint_held`."""
        return False

    def covered(self) -> Region | None:
        """Where a transparent screen shows nothing of the one below; None where that is not known."""
        return None

    def paint(self) -> None:
        """Paint all that changed, if that is allowed."""
        self._compositor_refresh()

    def paint_held(self) -> None:
        """Paint what was held back, without waiting for the timer."""
        if self._is_held:
            self._on_timer_update()

    def _on_timer_update(self) -> None:
        """Lay out and paint; the timer that calls this goes on while that is held back."""
        self._is_held = self.is_held_back()
        if self._is_held:
            return
        if self._repaint_required and not self._layout_required:
            # Textual would forget which widgets changed, also where only regions of the screen are to be repainted.
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    def paint_over(self) -> None:
        """Paint for the first time; of a transparent screen only what it covers, and what changed below meanwhile."""
        below, covered = self._screen_seen_through(), self.covered()
        if covered and isinstance(below, ScreenInternals) and below.is_shown_at(self.outer_size):
            self._compositor._dirty_regions.clear()  # noqa: SLF001
            self._compositor._dirty_regions.update({covered, *self._changed_below})  # noqa: SLF001
        self._changed_below = frozenset()
        self.paint()

    def is_shown_at(self, size: Size) -> bool:
        """Whether the terminal has this size and shows the screen, but for what screens on it cover."""
        return self._is_painted and self.outer_size == size and self.app.size == size

    def _compositor_refresh(self) -> None:
        if not self.may_paint():
            return
        if self.app.screen is self or self.app.is_inline:
            covered = self.covered()
            changed = self._compositor._dirty_regions  # noqa: SLF001
            self._hides_all_changes = covered is not None and all(map(covered.contains_region, changed))
            super()._compositor_refresh()
            self._hides_all_changes = False
            self._is_painted, self._uncovered = True, None
        else:
            self._leave_to_top()

    def _leave_to_top(self) -> None:
        """Let the screen on top repaint what changed here."""
        changed = tuple(self._compositor._dirty_regions)  # noqa: SLF001
        self._compositor._dirty_regions.clear()  # noqa: SLF001
        self._dirty_widgets.clear()
        if changed and self.is_current:
            self._repaint_on_top(*changed)

    def _repaint_on_top(self, *regions: Region) -> None:
        """Let the screen on top repaint regions of this one, all of it without any."""
        top = self.app.screen
        for screen in self.app.screen_stack:
            if isinstance(screen, ScreenInternals):
                screen.forget_screen_below()
        if not isinstance(top, ScreenInternals) or top.may_paint():
            top.refresh(*regions)
        else:
            top.will_repaint(*(regions or (self.app.size.region,)))

    def will_repaint(self, *regions: Region) -> None:
        """Regions of a screen below have changed before this one is painted."""
        self._changed_below |= {*regions}

    def on_screen_suspend(self) -> None:
        """Another screen lies on it, which changes nothing here; Textual would repaint it."""
        self._repaint_required = False
        self._dirty_regions.clear()
        self._repaint_regions.clear()

    def uncover_below(self) -> None:
        """The screen closes: below, only what it covered looks different. Textual would repaint all of it."""
        below, covered = self._screen_seen_through(), self.covered()
        if covered and isinstance(below, ScreenInternals) and self.is_shown_at(below.outer_size):
            below.will_show(covered)

    def will_show(self, region: Region) -> None:
        """Only this region is repainted when the screen on top is gone."""
        self._uncovered = region

    def rehearse(self) -> None:
        """Lay out and draw a screen that is not shown, so that the first time costs no more than others."""
        self._refresh_layout(self.app.size)
        self._layout_required = False
        self._hides_all_changes = True
        self._compositor.render_strips()  # without what is below
        self._hides_all_changes = False

    def forget_screen_below(self) -> None:
        """What is shown of the screen below is out of date."""
        self._strips_below = None

    def _screen_resized(self, size: Size) -> None:
        """Lay out only if the size has changed; Textual does it on every resize event."""
        if size != self.outer_size:
            super()._screen_resized(size)
            if self.app.screen is not self and self.is_current:
                self._repaint_on_top()

    def remove(self) -> AwaitRemove:
        """Remove the screen; the one below is repainted when it resumes, and needs no layout."""
        return self.app._prune(self)  # noqa: SLF001

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As any widget; the screen below may have changed, too."""
        self._strips_below = None
        if self._uncovered and not (regions or layout or recompose):
            regions = (self._uncovered,)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the screen itself; of a transparent one, those of the screen below."""
        below = self._screen_seen_through()
        if below is None:
            return super().render_lines(crop)
        if self._hides_all_changes:
            return [Strip.blank(crop.width)] * crop.height  # no cell of it is seen
        if self._strips_below is None or self._strips_below[0] != self._compositor.size:
            self._strips_below = self._compositor.size, self._lines_of(below)
        strips = self._strips_below[1][crop.y : crop.bottom]
        return [strip.crop(*crop.column_span) for strip in strips]

    def _lines_of(self, below: Screen[Any]) -> list[Strip]:
        """The lines of the screen below, in the size that this one is laid out for.

        After a resize both are laid out one after the other, and the size of the terminal may be a newer one already.
        """
        size, style = self._compositor.size, self.visual_style.rich_style  # for cells that have no colour of their own
        width, height = size
        strips = below._compositor.render_strips(size)  # noqa: SLF001
        lines = [strip.apply_style(style).adjust_cell_length(width, style) for strip in strips]
        return [*lines, *(Strip.blank(width, style) for _ in range(height - len(lines)))]

    def _screen_seen_through(self) -> Screen[Any] | None:
        if not self.is_modal or self.styles.background.a:
            return None
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        return stack[place - 1] if place else None


class SequenceParser(XTermParser):
    """Textual's parser, fed only with complete sequences, without timeouts."""

    def settle(self) -> Iterable[Message]:
        """Treat pending input as complete: an escape is a key, or alt."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0  # long ago
            yield from self.tick()
