"""The header and footer of a screen: member and game at the top, keys at the bottom.

Textual's `Footer` changes with every focus: that sends 5,700 bytes instead of 1,500. Both lines are also painted before
Textual is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kraty_console.console.views.bars import Heading, KeyHint, Notice, footer_lines, heading_lines
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView


class HeaderBar(LinesView):
    """One line: where we are on the left, who we are and how fresh the data is on the right."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._heading = Heading()

    def show(self, heading: Heading) -> None:
        """Show another heading."""
        if heading != self._heading:
            self._heading = heading
            self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The heading, for the width."""
        del height
        return heading_lines(self._heading, width)


class FooterBar(LinesView):
    """One line of keys; above it a notice until a key is pressed, in as many lines as it takes."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._hints: tuple[KeyHint, ...] = ()
        self._notice: Notice | None = None

    @property
    def hints(self) -> Sequence[KeyHint]:
        """The keys that are shown."""
        return self._hints

    @property
    def notice(self) -> Notice | None:
        """The message that is shown, if there is one."""
        return self._notice

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.redraw()

    def tell(self, notice: Notice | None) -> None:
        """Show a notice above the keys, or with None the keys alone."""
        if notice != self._notice:
            self._notice = notice
            self._take_room(self.size.width)
            self.redraw()

    def on_resize(self) -> None:
        """A notice may need more lines, or fewer."""
        self._take_room(self.size.width)

    def _take_room(self, width: int) -> None:
        lines = len(footer_lines((), self._notice, width))
        if self.styles.height is None or self.styles.height.value != lines:
            self.styles.height = lines

    def build(self, width: int, height: int) -> Iterable[Line]:
        """The notice, and as many keys as there is room for."""
        del height
        return footer_lines(self._hints, self._notice, width)
