"""`f` in the audit log: the filter line, with errors and completions while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one

from kraty_console.console.dialogs.ask import AskDialog
from kraty_console.console.dialogs.frame import WIDE
from kraty_console.console.dialogs.parts import Lines
from kraty_console.domain.audit_completion import NO_COMPLETION, AuditVocabulary, completion
from kraty_console.domain.audit_filter import AuditFilterError, parse_audit_filter
from kraty_console.present.safe import SafeText, safe
from kraty_console.present.width import cells

LONGEST: Final = 1_000
"""Characters of a line."""

_EDGES: Final = 6
"""Cells beside the line of completions."""


class AuditFilterDialog(AskDialog[str | None]):
    """Returns the line, empty for every row; None if closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", "Complete", show=False),
        Binding("shift+tab", "complete(-1)", "Complete", show=False),
    ]

    offered = query_one("#offered", Lines)

    def __init__(self, line: str, vocabulary: AuditVocabulary, earlier: Sequence[str] = ()) -> None:
        """
        Args:
            line: The filter that is on.
            vocabulary: The values to complete to.
            earlier: Filters used before, newest first.
        """
        super().__init__(
            "Filter the audit log",
            label="rows with",
            value=line,
            placeholder="actor:maria action:grant.* since:7d",
            longest=LONGEST,
            hints="enter filter · tab complete · ↑ earlier · esc as it was",
            offers=earlier,
        )
        self._vocabulary = vocabulary
        self._completion = NO_COMPLETION
        self._chosen = -1
        self._before = ""
        """The line that is completed."""
        self._completed: str | None = None
        """The line with the chosen completion."""
        self.add_class("-low", "-wide")

    def compose_body(self) -> ComposeResult:
        """The line, and below it what completes it."""
        yield from super().compose_body()
        yield Lines(" ", widget_id="offered", classes="note")

    def on_opened(self) -> None:
        """What can be typed."""
        self._complete_anew(self.line.value)

    def typed(self, value: str) -> None:
        """Say what is wrong, unless the term that is typed can still be completed."""
        if value != self._completed:
            self._complete_anew(value)
        wrong = _problem(value)
        if wrong is not None and not (self._completion.terms and _problem(value[: self._completion.start]) is None):
            self.problem.say(wrong)

    def _complete_anew(self, value: str) -> None:
        self._before, self._completed, self._chosen = value, None, -1
        self._completion = completion(value, self.line.cursor_position, self._vocabulary)
        self._show_offers()

    def _show_offers(self) -> None:
        room = min(WIDE, self.app.size.width) - _EDGES
        self.offered.say(offers_line([safe(each, limit=60) for each in self._completion.labels], self._chosen, room))

    def action_complete(self, step: int) -> None:
        """Put in the next completion, or the one before; of a single one the next tab completes what follows."""
        if self.line.value != (self._before if self._completed is None else self._completed):
            self._complete_anew(self.line.value)
        elif self._completed is None:
            self._complete_anew(self._before)  # the cursor may have moved
        start, end, terms, _ = self._completion
        if not terms:
            return
        self._chosen = (self._chosen + step) % len(terms) if self._chosen >= 0 else (0 if step > 0 else len(terms) - 1)
        term = terms[self._chosen]
        self._completed = self._before[:start] + term + self._before[end:]
        self.line.value = self._completed
        self.line.cursor_position = start + len(term)
        if len(terms) == 1:
            self._complete_anew(self._completed)
        else:
            self._show_offers()

    def answered(self, value: str) -> None:
        """Take the line if it can be used."""
        wrong = _problem(value)
        if wrong is None:
            self.dismiss(value.strip())
        else:
            self.problem.say(wrong)


def _problem(line: str) -> str | None:
    """What is wrong with a line; None if it can be used."""
    try:
        parse_audit_filter(line)
    except AuditFilterError as error:
        return safe(str(error), limit=300)
    return None


def offers_line(labels: Sequence[SafeText], chosen: int, room: int) -> str:
    """The completions in one line, beginning so that the chosen one is in it; a blank if there are none."""
    if not labels:
        return " "
    first = max(0, chosen - 1)
    words = "tab"
    for place, each in enumerate(labels[first:], first):
        more = f" {'▸' if place == chosen else ' '}{each}"
        left = len(labels) - place
        tail = f"  +{left}"
        is_last = left == 1
        if cells(SafeText(words + more)) + (0 if is_last else len(tail)) > room and place > first:
            return words + tail
        words += more
    return words
