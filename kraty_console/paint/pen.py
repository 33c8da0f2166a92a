"""One stretch of output: where the terminal's cursor is, which look is set, and the shortest way on."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from kraty_console.paint.abilities import Abilities
from kraty_console.paint.cells import REST, UNKNOWN
from kraty_console.paint.looks import PLAIN, Looks

_PICTURES: Final = 0x1F000
"""The first of the code points of which terminals of different ages know different widths."""

_ERASE_FROM: Final = 10
"""Blanks in a row from which erasing them and moving on is shorter than sending them."""


class Pen:
    """Collects what to send; `look` is what is set when it begins, and at the end what is set then."""

    def __init__(self, looks: Looks, abilities: Abilities, columns: int, rows: int, look: int = PLAIN) -> None:
        self._looks = looks
        self._abilities = abilities
        self._columns, self._rows = columns, rows
        self._x: int | None = None
        self._y = 0
        self.look = look
        self._out: list[str] = []
        self._unsure = False
        """Whether what was drawn last may be wider on the terminal than was reckoned."""

    @property
    def sent(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._out)

    def finish(self) -> str:
        """Everything; a link does not stay open."""
        if self._looks[self.look].link:
            self._set(PLAIN)
        return "".join(self._out)

    def can_erase_to(self, look: int) -> bool:
        """Whether erasing gives blanks of this look."""
        if self._looks.blanks[look] != look:
            return False
        wanted = self._looks[look]
        return not (wanted.attributes or wanted.link) and (not wanted.behind or self._abilities.erases_in_colour)

    def clear(self, look: int) -> None:
        """Make the whole screen blank in this look."""
        self._out.append("\x1b[m")
        self.look = PLAIN
        self._set(look)
        self._out.append("\x1b[2J")

    def move(self, x: int, y: int) -> None:
        """Put the cursor at a column and a row, counted from 0."""
        if (x, y) != (self._x, self._y):
            self._out.append(self._way_to(x, y))
            self._x, self._y = x, y

    def draw_row(self, y: int, old_texts: list[str], old_looks: list[int], texts: list[str], looks: list[int]) -> None:
        """Send what differs between two pictures of a row."""
        changed = [
            x
            for x, (old_text, text, old_look, look) in enumerate(zip(old_texts, texts, old_looks, looks, strict=True))
            if text != old_text or look != old_look
        ]
        if not changed:
            return
        last, tail = changed[-1], self._tail(texts, looks)
        skip_to = 0
        for at in changed:
            if at < skip_to:
                continue
            x = at - 1 if texts[at] == REST else at  # a half alone is not sent
            self._approach(x, y, texts, looks)
            if x >= tail and last - x > 3 and self.can_erase_to(looks[x]):
                self._set_for(" ", looks[x])
                self._out.append("\x1b[K")
                return
            skip_to = self._draw(x, y, texts, looks, old_texts, old_looks)
            while self._unsure and skip_to < self._columns:  # it may have been drawn over what stands behind it
                self._approach(skip_to, y, texts, looks)
                skip_to = self._draw(skip_to, y, texts, looks, old_texts, old_looks)

    def _tail(self, texts: list[str], looks: list[int]) -> int:
        """The column from which a row is blank in one look to its end."""
        x, look = len(texts), looks[-1]
        while x > 0 and texts[x - 1] == " " and looks[x - 1] == look:
            x -= 1
        return x

    def _draw(
        self, x: int, y: int, texts: list[str], looks: list[int], old_texts: list[str], old_looks: list[int]
    ) -> int:
        """Send the cell at the cursor, or a run of the same; the column behind what was sent."""
        text, look = texts[x], looks[x]
        end = x + 1
        while end < self._columns and texts[end] == REST:
            end += 1
        self._unsure = len(text) > 1 or ord(text) >= _PICTURES
        if self._unsure:
            self._draw_unsure(x, y, text, look, end - x)
            return end
        if end > x + 1:
            self._set_for(text, look)
            self._out.append(text)
            self._x = end if end < self._columns else None
            return end
        while end < self._columns and texts[end] == text and looks[end] == look:
            if texts[end] == old_texts[end] and looks[end] == old_looks[end]:
                break
            end += 1
        count = end - x
        if text == " " and count >= _ERASE_FROM and self._abilities.erases_some and self.can_erase_to(look):
            self._set_for(text, look)
            self._out.append(f"\x1b[{count}X")
            return end
        self._set_for(text, look)
        self._out.append(text * count)
        self._x = end if end < self._columns else None
        return end

    def _draw_unsure(self, x: int, y: int, text: str, look: int, width: int) -> None:
        """Send a character of which terminals differ in how wide they draw it: a picture, or one that is joined.

        Its cells are cleared first, where it is drawn narrower; what stands behind it is sent again, where it is drawn
        wider; and that is put in its place by number, so that nothing moves.
        """
        self._set_for(text, look)
        self._out.append(" " * width)
        self._x = None
        self.move(x, y)
        self._out.append(text)
        self._x = None

    def _approach(self, x: int, y: int, texts: list[str], looks: list[int]) -> None:
        """Go to a cell; over a short gap by sending what stands there already, where that is shorter."""
        if (x, y) == (self._x, self._y):
            return
        way = self._way_to(x, y)
        if self._x is not None and y == self._y and self._x < x:
            gap = range(self._x, x)
            if len(gap) <= len(way):
                same = takewhile(lambda at: self._fits(texts[at], looks[at]), gap)
                between = "".join(texts[at] for at in same)
                if len(between) == len(gap) and len(between.encode()) <= len(way):
                    way = between
        self._out.append(way)
        self._x, self._y = x, y

    def _fits(self, text: str, look: int) -> bool:
        """Whether a cell can be sent in the look that is set."""
        if len(text) != 1 or text == UNKNOWN or ord(text) >= 0x1100:
            return False
        return look == self.look or (text == " " and self._looks.blanks[self.look] == look)

    def _set_for(self, text: str, look: int) -> None:
        """Set the look of a cell; a blank takes any that looks the same without a letter."""
        if text != " " or self._looks.blanks[self.look] != look:
            self._set(look)

    def _set(self, look: int) -> None:
        if look != self.look:
            self._out.append(self._looks.way(self.look, look))
            self.look = look

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
    """A movement along a row or a column, by the final letters of its two directions."""
    count, letter = (by, onward) if by > 0 else (-by, back)
    return f"\x1b[{count if count > 1 else ''}{letter}"
