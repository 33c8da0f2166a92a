"""A widget made of lines: it keeps what it shows, and repaints only the lines that differ.

The lines come from a view function, the same that paints the first picture 200 ms before Textual is imported. After a
change of one line of 20 only that line is painted (54 bytes); Textual's `Static` paints all of them (3,300 bytes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from kraty_console.console.views.text import Line, Span, filled
from kraty_console.console.widgets import tones

LinesOf = Callable[[int, int], Iterable[Line]]
"""Returns the lines to show in so many columns and rows."""


class LinesView(Widget):
    """Draws the lines that a function returns for the present size; `redraw` compares and repaints.

    Its text must be safe (`present.safe`). Subclasses that have a state of their own override `build`.
    """

    def __init__(
        self,
        lines: LinesOf | None = None,
        *,
        id: str | None = None,  # noqa: A002 (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines_of = lines
        self._lines: list[Strip] = []
        self._strips: dict[tuple[Span, ...], Strip] = {}
        """The shown lines, filtered: what is shown again, also in another place, is not made again."""
        self._built_for = Size(0, 0)
        self._styles_by_tone: dict[str, Style] = {}
        self._is_bare: bool | None = None

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The lines to show in this many cells; each is cut or padded to the width."""
        return self._lines_of(width, height) if self._lines_of is not None else ()

    def show_lines(self, lines: LinesOf) -> None:
        """Show what another function returns."""
        self._lines_of = lines
        self.redraw()

    def redraw(self) -> None:
        """Build the lines again and repaint those that differ from what is shown."""
        width, height = self.size
        if not width or not height:
            self._built_for = Size(0, 0)  # it is hidden; its lines may change before it is shown
            self.refresh()  # and no line that Textual keeps may come back
            return
        before, known = self._lines, self._built_for == self.size
        fresh = self._build_lines()
        if not known:
            self.refresh()
            return
        changed = [
            Region(0, y, _last_difference(old, new, width), 1)
            for y, (old, new) in enumerate(zip(before, fresh, strict=True))
            if old is not new and old != new
        ]
        if changed:
            self.refresh(*changed)

    def _build_lines(self) -> list[Strip]:
        size = self.size
        width, height = size
        known = self._strips if size == self._built_for else {}
        lines = [*map(tuple, self.build(width, height))][:height]
        lines += [()] * (height - len(lines))
        strips = {line: strip for line in lines if (strip := known.get(line)) is not None}
        if missing := {line for line in lines if line not in strips}:
            filters, background = self.get_line_filters(), self.background_colors[1]
            for line in missing:
                segments = self._segments(line, width)
                for each in filters:
                    segments = each.apply(segments, background)
                strips[line] = Strip(segments, width)
        shown = [strips[line] for line in lines]
        self._built_for, self._lines, self._strips = size, shown, strips
        return shown

    def style_of(self, tone: str) -> Style:
        """The terminal style that the theme gives to a tone."""
        style = self._styles_by_tone.get(tone)
        if style is None:
            style = self._styles_by_tone[tone] = tones.style_of(self, tone)
        return style

    def _segments(self, line: Line, width: int) -> list[Segment]:
        segments: list[Segment] = []
        for text, tone in filled(line, width):
            style = self.style_of(tone)
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return segments

    def render_line(self, y: int) -> Strip:
        """One line of the widget's content.

        After a change of size Textual paints before it tells the widget; building here makes that paint the only one.
        """
        if self._built_for != self.size:
            self._build_lines()
        if y < len(self._lines):
            return self._lines[y]
        return Strip.blank(self.size.width, self.style_of("plain"))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the widget as they are painted; Textual would look up border, padding and opacity for each."""
        if self._is_bare is None:
            self._is_bare = not self.gutter and self.opacity == 1.0
        if not self._is_bare:
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def on_resize(self) -> None:
        """The size decides what fits; where it was painted meanwhile, everything is built already."""
        if self._built_for != self.size:
            self.redraw()

    def on_hide(self) -> None:
        """The screen was overwritten: build all lines again."""
        self._built_for = Size(0, 0)

    def notify_style_update(self) -> None:
        """A theme or a state class changed: the tones look different now."""
        super().notify_style_update()
        self._styles_by_tone.clear()
        self._strips.clear()
        self._is_bare = None
        if self.is_mounted:
            self.redraw()


def _last_difference(old: Strip, new: Strip, width: int) -> int:
    """Cells from the left up to and including the last that differs."""
    if not sum(len(text) for text, _, _ in old) == sum(len(text) for text, _, _ in new) == width:
        return width  # wide characters make cells and characters differ
    left, right = [*old], [*new]
    end = width
    while left and right:
        (a, a_style, _), (b, b_style, _) = left.pop(), right.pop()
        if a_style != b_style:
            break
        length = min(len(a), len(b))
        if a[-length:] != b[-length:]:
            return end - next(n for n in range(length) if a[-n - 1] != b[-n - 1])
        end -= length
        if len(a) > length:
            left.append(Segment(a[:-length], a_style))
        elif len(b) > length:
            right.append(Segment(b[:-length], b_style))
    return end
