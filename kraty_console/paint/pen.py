"""Writes one frame: tracks cursor and style, and chooses the shortest sequences."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from kraty_console.paint.cell_style import PLAIN, CellStyles
from kraty_console.paint.cells import REST, UNKNOWN
from kraty_console.paint.terminal_capabilities import TerminalCapabilities

_PICTURES: Final = 0x1F000
"""The first code point whose width differs between terminals."""

_WIDE_FROM: Final = "\u1100"
"""The first character that may take two cells."""

_ERASE_FROM: Final = 10
"""Number of consecutive blanks from which erasing is shorter than writing them."""


class Pen:
    """Collects the output; `style` is the current style."""

    def __init__(
        self, styles: CellStyles, capabilities: TerminalCapabilities, columns: int, rows: int, style: int = PLAIN
    ) -> None:
        self._styles = styles
        self._capabilities = capabilities
        self._columns, self._rows = columns, rows
        self._x: int | None = None
        self._y = 0
        self.style = style
        self._out: list[str] = []
        self._unsure = False
        """Whether the last text may be wider on the terminal than calculated."""

    @property
    def sent(self) -> bool:
        """Whether there is any output."""
        return bool(self._out)

    def finish(self) -> str:
        """The complete output, with any open link closed."""
        if self._styles[self.style].link:
            self._set(PLAIN)
        return "".join(self._out)

    def can_erase_to(self, style: int) -> bool:
        """Whether erasing produces blanks of this style."""
        if self._styles.blanks[style] != style:
            return False
        wanted = self._styles[style]
        return not (wanted.attributes or wanted.link) and (not wanted.behind or self._capabilities.erases_in_colour)

    def clear(self, style: int) -> None:
        """Make the whole screen blank in this style."""
        self._out.append("\x1b[m")
        self.style = PLAIN
        self._set(style)
        self._out.append("\x1b[2J")

    def move(self, x: int, y: int) -> None:
        """Move the cursor to a column and a row, counted from 0."""
        if (x, y) != (self._x, self._y):
            self._out.append(self._way_to(x, y))
            self._x, self._y = x, y

    def draw_row(self, y: int, old_texts: list[str], old_looks: list[int], texts: list[str], styles: list[int]) -> None:
        """Write the difference between two states of a row."""
        changed = [
            x
            for x, (old_text, text, old_look, style) in enumerate(zip(old_texts, texts, old_looks, styles, strict=True))
            if text != old_text or style != old_look
        ]
        if not changed:
            return
        last, tail = changed[-1], self._tail(texts, styles)
        skip_to = 0
        for at in changed:
            if at < skip_to:
                continue
            x = at - 1 if texts[at] == REST else at  # half a wide character is not written
            self._approach(x, y, texts, styles)
            if x >= tail and last - x > 3 and self.can_erase_to(styles[x]):
                self._set_for(" ", styles[x])
                self._out.append("\x1b[K")
                return
            skip_to = self._draw(x, y, texts, styles, old_texts, old_looks)
            while self._unsure and skip_to < self._columns:  # it may have overwritten the next cell
                self._approach(skip_to, y, texts, styles)
                skip_to = self._draw(skip_to, y, texts, styles, old_texts, old_looks)

    def _tail(self, texts: list[str], styles: list[int]) -> int:
        """The column from which the rest of a row is blank in one style."""
        x, style = len(texts), styles[-1]
        while x > 0 and texts[x - 1] == " " and styles[x - 1] == style:
            x -= 1
        return x

    def _draw(
        self, x: int, y: int, texts: list[str], styles: list[int], old_texts: list[str], old_looks: list[int]
    ) -> int:
        """Write the cell at the cursor, or a run of changed letters or equal cells; returns the next column."""
        text, style = texts[x], styles[x]
        end = x + 1
        while end < self._columns and texts[end] == REST:
            end += 1
        self._unsure = len(text) > 1 or ord(text) >= _PICTURES
        if self._unsure:
            self._draw_unsure(x, y, text, style, end - x)
            return end
        if end > x + 1:
            self._set_for(text, style)
            self._out.append(text)
            self._x = end if end < self._columns else None
            return end
        if " " < text < _WIDE_FROM:
            while end < self._columns and styles[end] == style and " " < texts[end] < _WIDE_FROM:
                if len(texts[end]) > 1 or (texts[end] == old_texts[end] and style == old_looks[end]):
                    break
                end += 1
            self._set_for(text, style)
            self._out.append("".join(texts[x:end]))
            self._x = end if end < self._columns else None
            return end
        while end < self._columns and texts[end] == text and styles[end] == style:
            if texts[end] == old_texts[end] and styles[end] == old_looks[end]:
                break
            end += 1
        count = end - x
        if text == " " and count >= _ERASE_FROM and self._capabilities.erases_some and self.can_erase_to(style):
            self._set_for(text, style)
            self._out.append(f"\x1b[{count}X")
            return end
        self._set_for(text, style)
        self._out.append(text * count)
        self._x = end if end < self._columns else None
        return end

    def _draw_unsure(self, x: int, y: int, text: str, style: int, width: int) -> None:
        """Write a character whose width differs between terminals: an emoji or a joined sequence.

        Its cells are cleared first, in case it is drawn narrower; the next cell is written again at an absolute
        position, in case it is drawn wider.
        """
        self._set_for(text, style)
        self._out.append(" " * width)
        self._x = None
        self.move(x, y)
        self._out.append(text)
        self._x = None

    def _approach(self, x: int, y: int, texts: list[str], styles: list[int]) -> None:
        """Move to a cell; a short gap is rewritten if that is shorter."""
        if (x, y) == (self._x, self._y):
            return
        transition = self._way_to(x, y)
        if self._x is not None and y == self._y and self._x < x:
            gap = range(self._x, x)
            if len(gap) <= len(transition):
                same = takewhile(lambda at: self._fits(texts[at], styles[at]), gap)
                between = "".join(texts[at] for at in same)
                if len(between) == len(gap) and len(between.encode()) <= len(transition):
                    transition = between
        self._out.append(transition)
        self._x, self._y = x, y

    def _fits(self, text: str, style: int) -> bool:
        """Whether a cell can be written in the current style."""
        if len(text) != 1 or text == UNKNOWN or text >= _WIDE_FROM:
            return False
        return style == self.style or (text == " " and self._styles.blanks[self.style] == style)

    def _set_for(self, text: str, style: int) -> None:
        """Set the style of a cell; a blank keeps what cannot be seen of the style before it."""
        if text != " ":
            self._set(style)
        elif self._styles.blanks[self.style] != style:
            self._set(self._styles.over(self.style, style))

    def _set(self, style: int) -> None:
        if style != self.style:
            self._out.append(self._styles.transition(self.style, style))
            self.style = style

    def _way_to(self, x: int, y: int) -> str:
        """The shortest movement to a cell."""
        ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"]
        if self._x is not None:
            down = y - self._y
            if down == 0:
                ways.append(_step(x - self._x, "C", "D"))
            elif x == self._x:
                ways.append(_step(down, "B", "A"))
        return min(ways, key=len)


def _step(by: int, onward: str, back: str) -> str:
    """A cursor movement along a row or a column; `onward` and `back` are the final letters."""
    count, letter = (by, onward) if by > 0 else (-by, back)
    return f"\x1b[{count if count > 1 else ''}{letter}"
