"""Small widgets of dialogs: button, checkbox, lines of text, lines of pairs; all legible without colour.

Button and checkbox are Textual's, drawn with brackets. Textual's own styles for them are left out (`inherit_css`): none
is used, and parsing them would delay the first dialog by about 25 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Button, Checkbox, Static

from kraty_console.console.ordered_keys import deliberate


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
        """Enter came so soon after another key that it may be the end of a paste."""

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
        """Begin again as if it were a new one with these arguments; nobody is told of the value."""
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


class Pairs(Static):
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
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        labelled = any(label for _, label, _ in wanted)
        table.add_column(width=12, no_wrap=True)
        if labelled:
            table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        for heading, label, words in wanted:
            labels = (Text(label, style="dim"),) if labelled else ()
            table.add_row(Text(heading, style="dim"), *labels, Text(words))
        self.update(table)
