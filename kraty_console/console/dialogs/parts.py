"""Small widgets of dialogs: button, checkbox, lines of text, lines of pairs; all legible without colour.

Button and checkbox are Textual's, drawn with brackets. Textual's own styles for them are left out (`inherit_css`): none
is used, and parsing them would delay the first dialog by about 25 ms. `Lines` and `Pairs` are `Static` widgets that
ignore an update with the same text: for each key typed into a form that saves 5 ms of CPU time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Static

from kraty_console.console.ordered_keys import deliberate
from kraty_console.console.views.text import fit, wrap

_HEADING = 14
"""Cells of the heading of a pair, with the blanks behind it."""


HASTY: Final = "Too fast to be sure that it was meant: press enter again."
"""What there is to say about a button that was pressed hastily."""


class PushButton(Button, inherit_css=False):
    """`[ Cancel ]`: a button of one line that does not flash when it is pressed.

    A `careful` one changes something: it is pressed by a deliberate enter only; other ones post `Hasty`.
    """

    BINDINGS = [
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("up", "leave", "Back to the fields", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]

    @dataclass
    class Hasty(Message):
        """Enter so soon after another key that it may be the end of a paste."""

        button: PushButton

        @property
        def control(self) -> PushButton:
            """The button that was not pressed."""
            return self.button

    def __init__(
        self, label: str, *, careful: bool = False, widget_id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(Content(label), id=widget_id, classes=classes, compact=True)
        self.active_effect_duration = 0
        self.careful = careful
        self._focused_at = 0.0

    def renew(self, label: str) -> None:
        """Begin again as if it were a new button."""
        self._focused_at = 0.0
        self.display = True
        self.relabel(label)

    def relabel(self, label: str) -> None:
        """Show another label."""
        if label != str(self.label):
            self.label = Content(label)
            self.refresh(layout=True)

    def render(self) -> Content:
        """The label in brackets."""
        return Content(f"[ {self.label} ]")

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The width of the label and its brackets."""
        return self.render().cell_length

    def on_focus(self, event: events.Focus) -> None:
        """Keep the time: from now on it is visible that enter presses this button."""
        self._focused_at = event.time

    def action_press(self) -> None:
        """Press the button, if the key is deliberate enough."""
        if self.careful and not deliberate(self.app, self._focused_at):
            self.post_message(self.Hasty(self))
        else:
            self.press()

    def action_leave(self) -> None:
        """Focus the last field; left and right lead from one button to the other."""
        chain = self.screen.focus_chain
        fields = [each for each in chain[: chain.index(self)] if not isinstance(each, PushButton)]
        if fields:
            fields[-1].focus()
        else:
            self.screen.focus_previous()


class Tick(Checkbox, inherit_css=False, inherit_bindings=False):
    """`[x] words`: toggled by space; enter is the dialog's, where it leads to the next field."""

    BINDINGS = [Binding("space", "toggle_button", "Tick", show=False)]

    def __init__(self, words: str, ticked: bool = False, *, name: str | None = None) -> None:
        super().__init__(Content(words), ticked, compact=True)
        self._field_name = name

    @property
    def name(self) -> str | None:
        """The field's name."""
        return self._field_name

    def renew(self, words: str, ticked: bool, *, name: str | None = None) -> None:
        """Begin again as if it were a new one with these arguments; no message is posted for the value."""
        self._field_name = name
        self.label = Content(words)
        with self.prevent(Checkbox.Changed):
            self.value = ticked

    def render(self) -> Content:
        """The box and the label."""
        return Content(f"[{'x' if self.value else ' '}] {self.label}")

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The width of the box and the label."""
        return self.render().cell_length


class Lines(Static):
    """Text that repaints only when it says something else, and takes no room while it says nothing."""

    def __init__(self, text: str = "", *, widget_id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(text), id=widget_id, classes=classes, markup=False)
        self.text = text
        self.display = bool(text)

    def say(self, text: str) -> None:
        """Show `text`; empty hides the lines."""
        if text == self.text:
            return
        self.text = text
        content = Content(text)
        width, height = self.size
        self.update(content, layout=not width or content.get_height({}, width) != height)
        self.display = bool(text)

    def height_at(self, width: int) -> int:
        """The lines that the text takes at a width."""
        return Content(self.text).get_height({}, width) if self.text and width > 0 else 0


class Pairs(Widget):
    """Lines of `heading  label  words`, the words wrapped under themselves; repaints only when they differ.

    Where no row has a label, the words begin where labels would.
    """

    def __init__(self, *, widget_id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=widget_id, classes=classes, markup=False)
        self.rows: tuple[tuple[str, str, str], ...] = ()
        self.display = False

    def show(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Draw these rows; none hides the lines."""
        wanted = tuple(rows)
        if wanted == self.rows:
            return
        self.rows = wanted
        self.display = bool(wanted)
        self.refresh(layout=len(self._lines(self.size.width)) != self.size.height)

    def _lines(self, width: int) -> list[Content]:
        """The rows, broken for a width."""
        labels = max((cell_len(label) for _, label, _ in self.rows), default=0)
        labels = min(labels, max(0, width // 2 - _HEADING))
        indent = _HEADING + (labels + 2 if labels else 0)
        lines: list[Content] = []
        for heading, label, words in self.rows:
            shown = fit(label, labels).rstrip()
            gap, rest = " " * (_HEADING - cell_len(heading)), " " * (indent - _HEADING - cell_len(shown))
            first, *more = wrap(words, max(1, width - indent))
            lines.append(Content.assemble((heading, "dim"), gap, (shown, "dim"), rest, first))
            lines += [Content(" " * indent + each) for each in more]
        return lines

    def render(self) -> Content:
        """The rows."""
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each that is drawn."""
        return len(self._lines(width))
