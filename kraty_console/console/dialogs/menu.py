"""A list to choose one row from: Textual's `OptionList` with two columns per option.

It draws its lines itself, for what the prompt of an option cannot express: a second column that is shortened before
the first, a cursor that is visible without colour (`▸`), and dimmed rows that the cursor can reach, since the dialog
explains why they are disabled. Textual's styles for the list are left out (`inherit_css`): parsing them would delay
the first list by about 6 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size, clamp
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True)
class MenuRow:
    """One line: its id, and the safe texts at the left and at the right."""

    id: str
    left: str
    right: str = ""
    off: bool = False
    """Dimmed: the cursor can go there and the dialog explains why it is disabled, but it cannot be chosen."""
    heading: bool = False
    """A line between groups; the cursor skips it."""


class MenuOption(Option):
    """A row as an option; headings are disabled ones."""

    def __init__(self, row: MenuRow) -> None:
        super().__init__(Content(row.left), disabled=row.heading)
        self.row = row


def row_of(message: OptionList.OptionMessage) -> MenuRow:
    """The row that a message of a menu is about."""
    assert isinstance(message.option, MenuOption)
    return message.option.row


class Menu(OptionList, inherit_css=False):
    """Rows with a cursor, which stops at the first and at the last one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = OptionList.COMPONENT_CLASSES | {"menu--off", "menu--note"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]

    def __init__(self, rows: Sequence[MenuRow] = (), *, widget_id: str | None = None, focusable: bool = True) -> None:
        super().__init__(*map(MenuOption, rows), id=widget_id)
        self.can_focus = focusable

    @property
    def rows(self) -> tuple[MenuRow, ...]:
        """All rows, with their headings."""
        return tuple(option.row for option in self.options if isinstance(option, MenuOption))

    @property
    def current(self) -> MenuRow | None:
        """The row under the cursor."""
        option = self.highlighted_option
        return option.row if isinstance(option, MenuOption) else None

    def show(self, rows: Sequence[MenuRow], keep: str | None = None) -> None:
        """Replace the rows; the cursor goes to the row with the id `keep`, or to the first one.

        `OptionHighlighted` follows unless there is no row.
        """
        if (wanted := tuple(rows)) == self.rows:
            return
        height = self.option_count
        self.set_options(map(MenuOption, wanted))
        self.refresh(layout=height != len(wanted))
        self.action_first()
        self.go_to(keep)

    def begin(self, rows: Sequence[MenuRow]) -> None:
        """Replace the rows, with the cursor on the first one."""
        self.set_options(map(MenuOption, rows))
        self.scroll_home(animate=False)
        self.action_first()
        self.refresh(layout=True)

    def go_to(self, row_id: str | None) -> None:
        """Put the cursor on the row with this id, if there is one."""
        places = (index for index, row in enumerate(self.rows) if row.id == row_id and not row.heading)
        self.highlighted = next(places, self.highlighted)

    def move(self, step: int) -> None:
        """Move the cursor by `step` rows, not counting headings, and stop at the ends."""
        if self.highlighted is not None:
            places = [index for index, option in enumerate(self.options) if not option.disabled]
            self.highlighted = places[clamp(places.index(self.highlighted) + step, 0, len(places) - 1)]

    def action_cursor_up(self) -> None:
        """Move the cursor a row up."""
        self.move(-1)

    def action_cursor_down(self) -> None:
        """Move the cursor a row down."""
        self.move(1)

    def action_page_up(self) -> None:
        """Move the cursor a page up."""
        self.move(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        """Move the cursor a page down."""
        self.move(max(1, self.size.height - 1))

    def scroll_to_highlight(self, top: bool = False) -> None:
        """Scroll to the cursor, with the heading right above it."""
        super().scroll_to_highlight(top)
        above = (self.highlighted or 0) - 1
        if 0 <= above < self.scroll_offset.y and self.options[above].disabled:
            self.scroll_to(y=above, animate=False)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line per row."""
        return max(1, self.option_count)

    def render_line(self, y: int) -> Strip:
        """A row, as wide as the menu."""
        width, index = self.size.width, y + int(self.scroll_offset.y)
        style = self.rich_style
        option = self.options[index] if index < self.option_count else None
        if not isinstance(option, MenuOption):
            return Strip.blank(width, style)
        row = option.row
        if row.heading:
            style += self.get_component_rich_style("option-list--option-disabled", partial=True)
            return Strip([Segment(_cut(row.left, width), style)]).adjust_cell_length(width, style)
        note = style + self.get_component_rich_style("menu--note", partial=True)
        if row.off:
            style += self.get_component_rich_style("menu--off", partial=True)
        has_cursor = index == self.highlighted
        if has_cursor:
            cursor = self.get_component_rich_style("option-list--option-highlighted", partial=True)
            style, note = style + cursor, note + cursor
        segments = _segments(row, width, has_cursor, style, note)
        return Strip(segments).adjust_cell_length(width, style).apply_meta({"option": index})  # for clicks


def _segments(row: MenuRow, width: int, has_cursor: bool, style: Style, note: Style) -> list[Segment]:
    mark = "▸ " if has_cursor else "  "
    room = max(0, width - 3)
    right = _cut(row.right, max(0, room - min(cell_len(row.left), room // 2) - 2)) if row.right else ""
    taken = cell_len(right)
    left = _cut(row.left, room - taken - (2 if taken else 0))
    gap = " " * (room - taken - cell_len(left))
    return [Segment(mark + left + gap, style), Segment(right + " ", note)]


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""
