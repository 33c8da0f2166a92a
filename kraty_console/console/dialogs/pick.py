"""A list to choose from, filtered while typing, such as the recent players."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.fuzzy import FuzzySearch
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.lines import LONGEST, LineInput
from kraty_console.console.dialogs.menu import Menu, MenuRow, row_of
from kraty_console.console.dialogs.parts import Lines
from kraty_console.domain.text_matching import comparable, needle

HINTS = "type to narrow · ↑↓ · enter choose · esc close"


def narrowed(rows: Sequence[MenuRow], query: str, words: Callable[[MenuRow], str] | None = None) -> list[MenuRow]:
    """The rows that fit `query`, best first, and in their own order where they fit alike.

    Args:
        rows: All of them; headings fall away as soon as something is typed.
        query: What was typed; letters in order, not necessarily next to each other.
        words: What of a row is compared, its left side by default.
    """
    wanted = needle(query)
    if not wanted:
        return list(rows)
    search = FuzzySearch()
    scored = [
        (search.match(wanted, comparable(words(row) if words else row.left))[0], row) for row in rows if not row.heading
    ]
    return [row for score, row in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


class PickDialog(Dialog[str | None]):
    """Returns the id of the chosen row, None if closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]

    line = query_one("#narrow", LineInput)
    menu = query_one("#menu", Menu)
    note = query_one("#note", Lines)

    def __init__(
        self,
        title: str,
        rows: Sequence[MenuRow],
        *,
        empty: str,
        hints: str = HINTS,
        current: str | None = None,
    ) -> None:
        """
        Args:
            title: What is chosen.
            rows: The rows, texts made safe.
            empty: What to say when there is nothing to choose from.
            hints: The keys, for the bottom border.
            current: The id of the row to start on.
        """
        super().__init__(title, hints=hints)
        self.rows = tuple(rows)
        self.empty = empty
        self.current = current
        self.add_class("-pick")

    def offer(self, rows: Sequence[MenuRow]) -> None:
        """Begin again with these rows, of which nothing was typed or chosen."""
        self.begin_again(self.dialog_title, hints=self.hints)
        self.rows = tuple(rows)
        self.line.renew(longest=LONGEST, complete=False)
        self.menu.begin(self.rows)

    def forget(self) -> None:
        """Neither the rows nor what was typed."""
        self.rows = ()
        self.line.renew(longest=LONGEST, complete=False)
        self.menu.begin(())
        self.note.say(" ")

    def compose_body(self) -> ComposeResult:
        """A line to type in, and the rows."""
        with Horizontal(classes="row"):
            yield Static("› ", classes="mark", markup=False)
            yield LineInput(widget_id="narrow")
        yield Menu(self.rows, widget_id="menu", focusable=False)

    def compose_foot(self) -> ComposeResult:
        """What there is to say about the row under the cursor."""
        yield Lines(self.about(None), widget_id="note")

    def first_focus(self) -> Widget | None:
        """The line: letters narrow, arrows move."""
        return self.line

    def on_opened(self) -> None:
        """Start on the current row."""
        self.menu.go_to(self.current)
        self._describe(self.menu.current)

    # What a kind of list may say differently

    def about(self, row: MenuRow | None) -> str:
        """Words below the list about the row under the cursor."""
        if row is None:
            return self.empty if not self.rows else "nothing fits; type less"
        return ""

    def narrow(self, query: str) -> list[MenuRow]:
        """The rows for what was typed."""
        return narrowed(self.rows, query)

    def choose(self, row: MenuRow) -> None:
        """Enter on a row."""
        self.dismiss(row.id)

    # Keys

    def action_move(self, step: int) -> None:
        """A row up or down, while the line keeps the focus."""
        self.menu.move(step)

    def action_scroll_body(self, pages: int) -> None:
        """Move the cursor a page up or down."""
        if pages < 0:
            self.menu.action_page_up()
        else:
            self.menu.action_page_down()

    @on(Input.Changed, "#narrow")
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.menu.show(self.narrow(event.value))
        if self.menu.current is None:
            self._describe(None)

    @on(Input.Submitted, "#narrow")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.menu.current
        if row is not None:
            self.choose(row)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._describe(row_of(event))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.choose(row_of(event))

    @on(LineInput.Rejected)
    def _rejected(self, event: LineInput.Rejected) -> None:
        event.stop()
        self.note.say(event.words)

    def _describe(self, row: MenuRow | None) -> None:
        self.note.say(self.about(row))
