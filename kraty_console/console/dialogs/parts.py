"""The small things dialogs are made of: a button, a tick, lines of pairs; quiet, and legible without colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from kraty_console.console.ordered_keys import deliberate


class PushButton(Static, can_focus=True):
    """`[ Cancel ]`: pressed with enter while it has the focus, or clicked. It never flashes.

    One that is `careful` changes something: it takes a deliberate enter only, and tells of others with `Hasty`.
    """

    BINDINGS = [
        Binding("enter", "press", "Press", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("up", "leave", "Back to the fields", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]

    @dataclass
    class Pressed(Message):
        """The person meant it."""

        button: PushButton

        @property
        def control(self) -> PushButton:
            """The button that was pressed."""
            return self.button

    @dataclass
    class Hasty(Message):
        """Enter came so fast that it may be the end of a paste."""

        button: PushButton

        @property
        def control(self) -> PushButton:
            """The button that was not pressed."""
            return self.button

    def __init__(
        self, label: str, *, careful: bool = False, widget_id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(self._drawn(label), id=widget_id, classes=classes, markup=False)
        self.label = label
        self.careful = careful
        self._focused_at = 0.0

    @staticmethod
    def _drawn(label: str) -> Content:
        return Content(f"[ {label} ]")

    def relabel(self, label: str) -> None:
        """Say something else from now on."""
        if label != self.label:
            self.label = label
            self.update(self._drawn(label))

    def on_focus(self, event: events.Focus) -> None:
        """From this moment on it can be seen that enter presses it."""
        self._focused_at = event.time

    def action_press(self) -> None:
        """Post the message."""
        hasty = self.careful and not deliberate(self.app, self._focused_at)
        self.post_message(self.Hasty(self) if hasty else self.Pressed(self))

    def action_leave(self) -> None:
        """Back to the last field: from one button to the other go left and right."""
        chain = self.screen.focus_chain
        fields = [each for each in chain[: chain.index(self)] if not isinstance(each, PushButton)]
        if fields:
            fields[-1].focus()
        else:
            self.screen.focus_previous()

    def on_click(self) -> None:
        """With the mouse, where it is on."""
        self.post_message(self.Pressed(self))


class Tick(Static, can_focus=True):
    """`[x] words`: space ticks and unticks; enter is left to the dialog, where it means the next field."""

    BINDINGS = [Binding("space", "tick", "Tick", show=False)]

    ticked: reactive[bool] = reactive(False)

    @dataclass
    class Changed(Message):
        """Ticked or unticked."""

        tick: Tick

        @property
        def control(self) -> Tick:
            """The tick that changed."""
            return self.tick

    def __init__(
        self, words: str, ticked: bool = False, *, name: str | None = None, widget_id: str | None = None
    ) -> None:
        super().__init__(name=name, id=widget_id, markup=False)
        self.words = words
        self.set_reactive(Tick.ticked, ticked)

    def render(self) -> Content:
        """The box and the words."""
        return Content(f"[{'x' if self.ticked else ' '}] {self.words}")

    def action_tick(self) -> None:
        """The other way round."""
        self.ticked = not self.ticked
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        """With the mouse, where it is on."""
        self.action_tick()


class Lines(Static):
    """Text that repaints only when it says something else, and takes no room while it says nothing."""

    def __init__(self, text: str = "", *, widget_id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(text), id=widget_id, classes=classes, markup=False)
        self.said = text
        self.display = bool(text)

    def say(self, text: str) -> None:
        """Show `text`; empty hides the lines."""
        if text == self.said:
            return
        self.said = text
        self.update(Content(text))
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
