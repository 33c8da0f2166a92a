"""The base of dialogs with one line of input: ticket, filter, token."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, Static

from kraty_console.console.dialogs.frame import Dialog, ResultT
from kraty_console.console.dialogs.lines import LineInput
from kraty_console.console.dialogs.parts import Lines


class AskDialog(Dialog[ResultT]):
    """A line to fill in, words above it, and what is wrong with it below; enter answers."""

    line = query_one("#answer", LineInput)
    problem = query_one("#problem", Lines)

    def __init__(
        self,
        title: str,
        *,
        label: str,
        words: str = "",
        value: str = "",
        placeholder: str = "",
        hidden: bool = False,
        longest: int,
        hints: str,
        offers: Sequence[str] = (),
    ) -> None:
        """
        Args:
            title: The question.
            label: Before the line.
            words: Above it, made safe.
            value: The initial text.
            placeholder: Shown while it is empty.
            hidden: Shows dots only.
            longest: Characters it takes.
            hints: The keys, for the bottom border.
            offers: Values that `↑` puts in, nearest first.
        """
        super().__init__(title, hints=hints)
        self._label = label
        self._words = words
        self._input = LineInput(
            value, widget_id="answer", placeholder=placeholder, hidden=hidden, longest=longest, offers=offers
        )

    def compose_body(self) -> ComposeResult:
        """Words, the line, and room for what is wrong."""
        yield Lines(self._words, widget_id="words")
        with Horizontal(classes="row"):
            yield Static(self._label, classes="label", markup=False)
            yield Static("[ ", classes="mark", markup=False)
            yield self._input
            yield Static(" ]", classes="mark", markup=False)
        yield Lines(widget_id="problem", classes="problem")

    def first_focus(self) -> Widget | None:
        """The line."""
        return self.line

    def answered(self, value: str) -> None:
        """Enter; `value` as typed."""

    def typed(self, value: str) -> None:
        """The value of the line changed."""

    @on(Input.Submitted, "#answer")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.answered(event.value)

    @on(Input.Changed, "#answer")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.problem.say("")
        self.typed(event.value)

    @on(LineInput.Rejected)
    def _rejected(self, event: LineInput.Rejected) -> None:
        event.stop()
        self.problem.say(event.words)
