"""Keys of one burst in a small program with fields, messages that climb, and a dialog: each does what it does alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

import pytest

from tests.harness.terminal import Terminal

_PROGRAM = """
from textual import events, on
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static
from kraty_console.console.ordered_keys import KeysInOrder, OpensLater

class Left(Message):
    pass

class Row(Vertical):
    def __init__(self, name):
        super().__init__()
        self.field = Input(id=name, compact=True, select_on_focus=False)
        self.field.cursor_blink = False
    def compose(self):
        with Horizontal():
            yield self.field
    @on(Input.Submitted)
    def submitted(self, event):
        event.stop()
        self.post_message(Left())

class Box(ModalScreen):
    def compose(self):
        yield Label("a box")
    def on_key(self, event):
        event.stop()
        if event.key == "x":
            self.dismiss()

class Late(OpensLater, ModalScreen):
    def compose(self):
        yield Input(id="late", compact=True, select_on_focus=False)
    def on_mount(self):
        self.call_after_refresh(self.seen)
    def seen(self):
        self.listen(events.Event().time)
        self.mount(Label("listening"))
    def on_input_submitted(self, event):
        self.dismiss()
        self.app.query_one("#said", Label).update(f"late {event.value} end")

class Form(KeysInOrder, App):
    CSS = "Row, Horizontal { height: 1; } #said { height: 1; }"
    BINDINGS = [("ctrl+b", "box", "Box"), ("ctrl+l", "late", "Late"), ("ctrl+r", "anew", "Anew")]
    times = 0
    def compose(self):
        yield Row("first")
        yield Row("second")
        yield Label("ready", id="said")
    @on(Left)
    def left(self):
        here = next(n for n, row in enumerate(self.query(Row)) if row.field.has_focus)
        values = [row.field.value for row in self.query(Row)]
        self.query_one("#said", Label).update(" ".join(["said", *values, "end"]))
        list(self.query(Row))[1 - here].field.focus()
    def action_anew(self):
        for row in reversed(self.query(Row)):
            row.field.value = ""
            row.field.focus()
        self.times += 1
        self.query_one("#said", Label).update(f"anew {self.times} end")
    def action_late(self):
        self.push_screen(Late())
    def action_box(self):
        self.push_screen(Box())
raise SystemExit(Form().run(mouse=False))
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Terminal, count[int]]]:
    """The program, and how often its fields were emptied."""
    with Terminal([sys.executable, "-c", _PROGRAM], size=(60, 12)) as form:
        form.wait_for("ready")
        yield form, count(1)


@pytest.fixture
def form(opened: tuple[Terminal, count[int]]) -> Terminal:
    """The program with empty fields, the first of them focused."""
    form, times = opened
    form.press("C-r")
    form.wait_for(f"anew {next(times)} end")
    return form


def test_a_letter_never_overtakes_the_backspace_before_it(form: Terminal) -> None:
    form.press(*"helpo", "Backspace", "Backspace", *"lo", "Home", *"O ", "Enter")
    form.wait_for("said O hello  end")


def test_what_follows_an_enter_is_typed_where_the_enter_led(form: Terminal) -> None:
    form.press(*"one", "Enter", *"two", "Enter", *"more", "Enter")
    form.wait_for("said onemore two end")


def test_keys_after_the_one_that_closes_a_dialog_are_delivered(form: Terminal) -> None:
    form.press(*"a", "C-b", *"bcd", "x", *"e", "Enter")
    form.wait_for("said ae  end")


def test_a_paste_keeps_its_place_among_the_keys(form: Terminal) -> None:
    form.press(*"ab", "Backspace")
    form.send(b"\x1b[200~pasted\x1b[201~")
    form.press("Backspace", "Enter")
    form.wait_for("said apaste  end")


def test_text_typed_ahead_of_a_dialog_goes_into_its_field_and_enter_is_dropped(form: Terminal) -> None:
    form.press("C-l", *"typed axx", "Backspace", "Backspace", *"head", "Tab", "Up", *["Enter"] * 20)
    form.wait_for("listening")
    form.press(*" seen", "Enter")
    form.wait_for("late typed ahead seen end")
