"""A Textual application whose updates are painted as differences to the terminal's content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from rich.color import ColorSystem
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size

from kraty_console.paint.boot_screen import BootScreen
from kraty_console.paint.cell_style import colour_system
from kraty_console.paint.driver import driver_of
from kraty_console.paint.painter import Painter, Piece
from kraty_console.paint.screen_size import clamp_size
from kraty_console.paint.terminal_capabilities import terminal_capabilities
from kraty_console.paint.textual_internals import AppInternals, ScreenInternals

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from textual.dom import DOMNode
    from textual.screen import Screen

Result = TypeVar("Result")

TEARS_FROM = 256
"""Size in bytes from which an update is sent as a synchronized frame; smaller ones arrive in one piece anyway."""


class PaintsChanges(AppInternals[Result]):
    """An application that sends only changed cells; with `plain_paint` Textual paints."""

    plain_paint: bool = False
    painted_at = 0.0
    """When the last change was sent to the terminal, on the clock of events."""
    _held = False

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401
        boot_screen: BootScreen | None = None,
        painter: Painter | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """`boot_screen` is already on the terminal, and `painter` has painted over it, if given.

        Other arguments are Textual's.
        """
        super().__init__(*arguments, **options)
        self._painter = painter
        self._boot_screen = boot_screen
        self.driver_class = driver_of(self.driver_class, boot_screen, self._release, self.keys_ahead)

    @property
    def size(self) -> Size:
        """The painted size: the terminal's, limited to the maximum."""
        return Size(*clamp_size(*super().size))

    def on_resize(self, event: events.Resize) -> None:
        """Limit the size in resize events."""
        event.size = Size(*clamp_size(*event.size))
        event.virtual_size = Size(*clamp_size(*event.virtual_size))
        if event.container_size is not None:
            event.container_size = Size(*clamp_size(*event.container_size))

    def keys_ahead(self) -> int:
        """The number of keys received and not yet handled; Textual handles each at once."""
        return 0

    def is_handling_key(self) -> bool:
        """Whether a key has not had all its effects yet; screens are then painted after it (`key_handled`)."""
        return False

    def key_handled(self) -> None:
        """A key has had its effects: paint them together."""
        for screen in self.screen_stack:
            if isinstance(screen, ScreenInternals):
                screen.paint_held()

    def stop_waiting_for_terminal(self) -> None:
        """Stop waiting for a terminal that does not read. Thread-safe."""
        if (driver := self.terminal_driver) is not None and (
            stop_waiting := getattr(driver, "stop_waiting", None)
        ) is not None:
            stop_waiting()

    def restore_terminal(self) -> None:
        """Restore the terminal at once, because the process exits. Thread-safe."""
        if (restore := getattr(self.terminal_driver, "restore", None)) is not None:
            restore()

    def _release(self) -> str:
        return self._painter.release() if self._painter is not None else ""

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Style a node again; one that is not mounted yet is styled when it is."""
        if node is self or node.parent is not None:
            super().update_styles(node, animate=animate)

    def suspend_painting(self) -> None:
        """Paint nothing until `resume_painting`, so that no incomplete screen is shown."""
        self._held = True

    def resume_painting(self) -> None:
        """Paint everything, and all later changes."""
        if self._held:
            self._held = False
            self.refresh(layout=True)

    def forget_screen(self) -> None:
        """The terminal's content is unknown: repaint everything with the next update."""
        if self._painter is not None:
            self._painter.forget()

    def action_repaint(self) -> None:
        """Repaint everything, for example after another program has written to the screen."""
        self.forget_screen()
        self.refresh(layout=True)

    def on_mount(self) -> None:
        """Repaint after a suspension, because other programs may have used the terminal."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint(), immediate=True)

    def display_update(self, screen: Screen[Any], update: RenderableType | None) -> bool:
        """Paint an update, unless it has to be left to Textual."""
        if self._held:
            return True
        pieces = None if self.plain_paint or self.is_inline else pieces_of(update)
        driver = self.terminal_driver
        if pieces is None or driver is None or self.is_headless:
            if update is not None and driver is not None and self._painter is not None:
                driver.write(self._release())
                self.forget_screen()
            return False
        try:
            if self.can_paint:
                self._paint(screen, pieces)
        finally:
            self.post_display_hook()
        return True

    def _paint(self, screen: Screen[Any], pieces: Iterator[Piece]) -> None:
        driver = self.terminal_driver
        assert driver is not None
        if self._painter is None:
            self._painter = Painter(terminal_capabilities(os.environ.get("TERM")), colours_of(self.console))
            if self._boot_screen is not None:
                self._painter.adopt(self._boot_screen)
        if self._boot_screen is not None:
            if not self._boot_screen.known:
                self._painter.forget()
            self._boot_screen = None
        size = screen.outer_size
        cursor = size.clamp_offset(self.cursor_position)
        try:
            data = self._painter.paint((size.width, size.height), pieces, (cursor.x, cursor.y))
        except Exception as error:  # noqa: BLE001 (as Textual: a widget that cannot be drawn ends the application)
            self._painter.forget()
            self.fail(error)
            return
        self.cursor_moved(cursor)
        if not data:
            return
        self.painted_at = events.Event().time
        framed = len(data) >= TEARS_FROM
        if framed:
            self.begin_frame()
        driver.write(data)
        if framed:
            self.end_frame()
        driver.flush()


def colours_of(console: Console) -> ColorSystem:
    """The colour system of a console; true colour by default."""
    return colour_system(console.color_system)


def pieces_of(update: object) -> Iterator[Piece] | None:
    """The pieces of a screen update; None for other renderables."""
    if isinstance(update, LayoutUpdate):
        return _of_layout(update)
    if isinstance(update, ChopsUpdate):
        return _of_chops(update)
    return None


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    left = update.region.x
    for y, strips in enumerate(update.strips, update.region.y):
        x = left
        for strip in strips:
            yield y, x, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > x2 or end <= x1:
                continue
            whole = x1 <= x < x2 and end <= x2
            yield y, x, strip if whole else strip.crop(0, min(end, x2) - x)
