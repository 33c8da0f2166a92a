"""The terminal of the tests, tried on small programs of which we know what they do."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from tests.harness.terminal import Gone, Terminal
from tests.harness.terminal.audit import assert_clean

_ECHO = "for line in iter(input, 'end'): print('got', line.upper())"
_FORM = """
from textual.app import App
from textual.widgets import Input, Label
class Form(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Input(id="name", select_on_focus=False)
        yield Label("ready", id="said")
        yield Label(id="size")
    def on_input_submitted(self, event):
        self.query_one("#said").update(f"hello {event.value}, {self.size.width}x{self.size.height}")
        self.copy_to_clipboard(event.value)
        self.set_focus(None)
    def on_resize(self, event):  # more than once where the terminal tells its size in band: not over what was said
        self.query_one("#size").update(f"now {event.size.width}x{event.size.height}")
raise SystemExit(Form().run(mouse=False))
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-I", "-c", program]


def test_what_is_typed_arrives_and_what_is_printed_is_on_the_screen() -> None:
    with Terminal(python(_ECHO), size=(40, 10)) as terminal:
        terminal.type("alice")
        terminal.press("Enter")
        terminal.wait_for("got ALICE")
        terminal.type("end")
        terminal.press("Enter")
        assert terminal.wait_exit() == 0
        assert terminal.line("got") == "got ALICE"
        assert terminal.left_as_found() == []


def test_a_wait_fails_at_once_when_the_program_ends() -> None:
    began = time.monotonic()
    with Terminal(python("print('some words'); raise SystemExit(3)")) as terminal:
        with pytest.raises(Gone, match=r"ended \(3\) before 'other words'(?s:.*)some words"):
            terminal.wait_for("other words", timeout=60)
        assert terminal.wait_exit() == 3
    assert time.monotonic() - began < 30


def test_a_failed_wait_reports_the_screen_contents() -> None:
    with Terminal(python("input('name? ')")) as terminal:
        terminal.wait_for("name?")
        with pytest.raises(Gone, match="name\\?"):
            terminal.wait_for("never", timeout=0.1)


@pytest.mark.parametrize("modern", [True, False], ids=["modern", "plain"])
def test_a_textual_program_is_driven_copied_from_resized_and_left_clean(modern: bool) -> None:
    with Terminal(python(_FORM), size=(60, 12), modern=modern) as terminal:
        terminal.wait_for("now 60x12")
        terminal.type("Zoë 7")
        terminal.press("Enter")
        terminal.wait_for("hello Zoë 7, 60x12")
        assert terminal.wait_for_copy() == "Zoë 7"
        terminal.resize(44, 14)
        terminal.wait_for("now 44x14")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_as_found() == []
        assert_clean(terminal.sent, copies=1)


def test_an_unrestored_terminal_is_detected() -> None:
    changes = "import sys, tty; tty.setraw(0); sys.stdout.write('\\x1b[?1049h\\x1b[?25l'); sys.stdout.flush()"
    with Terminal(python(changes)) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.left_as_found() == [
            "mode ?1049 is still set",
            "the cursor is hidden",
            "the line settings changed",
        ]


def test_a_vanished_terminal_hangs_up_on_its_program() -> None:
    with Terminal(python("import signal; print('on', flush=True); signal.pause()")) as terminal:
        terminal.wait_for("on")
        terminal.vanish()
        assert terminal.process.wait(terminal.patience) == -signal.SIGHUP
