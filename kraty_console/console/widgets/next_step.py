"""The box that says what to do next, and the words of a terminal that is too small."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kraty_console.console.views.next_step import next_step_lines, too_small_lines
from kraty_console.console.views.text import Line
from kraty_console.console.widgets.lines import LinesView

if TYPE_CHECKING:
    from kraty_console.domain.next_step import NextStep


class NextStepView(LinesView):
    """What is wrong in a sentence or two, and the key that fixes it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._step: NextStep | None = None
        self._off = ""

    def show(self, step: NextStep | None, off: str = "") -> None:
        """Show a step; `off` is why its action cannot be done by this person."""
        if (step, off) != (self._step, self._off):
            self._step, self._off = step, off
            self.redraw()

    def build(self, width: int, height: int) -> Iterable[Line]:
        """A box of its own where there is room; two lines where the profile is folded."""
        return next_step_lines(self._step, self._off, width, height)


class TooSmall(LinesView):
    """Stands alone where there is no room for anything else."""

    def build(self, width: int, height: int) -> Iterable[Line]:
        """What is needed, and what there is."""
        return too_small_lines(width, height)
