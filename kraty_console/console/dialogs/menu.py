"""A list to choose one row from: draws only the lines in sight, repaints only those that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


@dataclass(frozen=True, slots=True)
class MenuRow:
    """One line: what is chosen, what it says at the left and at the right."""

    id: str
    left: str
    right: str = ""
    off: bool = False
    """Dim: it can be looked at, and says why it is off, but does nothing."""
    heading: bool = False
    """A line between groups; the cursor steps over it."""


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""


class Menu(ScrollView, can_focus=True):
    """Rows with a cursor; `▸` marks it, so that it is seen without colour."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"menu--cursor", "menu--off", "menu--note", "menu--heading"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home,g", "edge(-1)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Enter on a row."""

        menu: Menu
        row: MenuRow

        @property
        def control(self) -> Menu:
            """The menu it happened in."""
            return self.menu

    @dataclass
    class Highlighted(Message):
        """The cursor went to another row, or there is none any more."""

        menu: Menu
        row: MenuRow | None

        @property
        def control(self) -> Menu:
            """The menu it happened in."""
            return self.menu

    def __init__(self, rows: Sequence[MenuRow] = (), *, widget_id: str | None = None, focusable: bool = True) -> None:
        super().__init__(id=widget_id)
        self.rows: tuple[MenuRow, ...] = tuple(rows)
        self.can_focus = focusable
        self.cursor = self._first()

    @property
    def current(self) -> MenuRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def _first(self) -> int:
        return next((index for index, row in enumerate(self.rows) if not row.heading), -1)

    def on_mount(self) -> None:
        """Know the height of the whole list."""
        self._measure()

    def on_resize(self) -> None:
        """Lines are as wide as the menu."""
        self._measure()

    def _measure(self) -> None:
        self.virtual_size = Size(max(1, self.size.width), len(self.rows))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a row."""
        return max(1, len(self.rows))

    def show(self, rows: Sequence[MenuRow], keep: str | None = None) -> None:
        """Other rows; the cursor stays on the row with the id `keep` if it is there, else goes to the first."""
        wanted = tuple(rows)
        if wanted == self.rows:
            return
        height = len(self.rows)
        self.rows = wanted
        found = next((index for index, row in enumerate(wanted) if row.id == keep and not row.heading), None)
        self.cursor = self._first() if found is None else found
        self._measure()
        self.refresh(layout=height != len(wanted))
        self._reveal()
        self.post_message(self.Highlighted(self, self.current))

    def move(self, step: int) -> None:
        """The cursor `step` rows on, over headings, stopping at the ends."""
        position = self.cursor
        target = position
        direction = 1 if step > 0 else -1
        left = abs(step)
        while left:
            position += direction
            if not 0 <= position < len(self.rows):
                break
            if self.rows[position].heading:
                continue
            target = position
            left -= 1
        self._go(target)

    def _go(self, target: int) -> None:
        if target == self.cursor:
            return
        before, self.cursor = self.cursor, target
        self.refresh_line(before - self.scroll_offset.y)
        self.refresh_line(target - self.scroll_offset.y)
        self._reveal()
        self.post_message(self.Highlighted(self, self.current))

    def _reveal(self) -> None:
        height = self.size.height
        if height and self.cursor >= 0:
            top = int(self.scroll_offset.y)
            if self.cursor < top:
                above = self.cursor - 1
                # A heading right above the cursor is scrolled in with it.
                self.scroll_to(y=above if above >= 0 and self.rows[above].heading else self.cursor, animate=False)
            elif self.cursor >= top + height:
                self.scroll_to(y=self.cursor - height + 1, animate=False)

    def action_move(self, step: int) -> None:
        """A row up or down."""
        self.move(step)

    def action_page(self, pages: int) -> None:
        """A page up or down."""
        self.move(pages * max(1, self.size.height - 1))

    def action_edge(self, direction: int) -> None:
        """The first or the last row."""
        self.move(direction * max(1, len(self.rows)))

    def action_choose(self) -> None:
        """Enter."""
        row = self.current
        if row is not None:
            self.post_message(self.Chosen(self, row))

    def on_click(self, event: events.Click) -> None:
        """With the mouse, where it is on: the row under it."""
        index = int(event.y + self.scroll_offset.y)
        if 0 <= index < len(self.rows) and not self.rows[index].heading:
            self._go(index)
            self.action_choose()

    def render_line(self, y: int) -> Strip:
        """One row, as wide as the menu."""
        width = self.size.width
        index = y + int(self.scroll_offset.y)
        base = self.rich_style
        if index >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[index]
        if row.heading:
            style = base + self.get_component_rich_style("menu--heading", partial=True)
            return Strip([Segment(_cut(row.left, width), style)]).adjust_cell_length(width, style)
        here = index == self.cursor
        style = base
        note = base + self.get_component_rich_style("menu--note", partial=True)
        if row.off:
            style += self.get_component_rich_style("menu--off", partial=True)
        if here:
            cursor = self.get_component_rich_style("menu--cursor", partial=True)
            style, note = style + cursor, note + cursor
        return Strip(_segments(row, width, here, style, note)).adjust_cell_length(width, style)


def _segments(row: MenuRow, width: int, here: bool, style: Style, note: Style) -> list[Segment]:
    mark = "▸ " if here else "  "
    room = max(0, width - 3)
    right = _cut(row.right, max(0, room - min(cell_len(row.left), room // 2) - 2)) if row.right else ""
    taken = cell_len(right)
    left = _cut(row.left, room - taken - (2 if taken else 0))
    gap = " " * (room - taken - cell_len(left))
    return [Segment(mark + left + gap, style), Segment(right + " ", note)]
