"""What is typed at the boot screen: text as the search field would have it, and the rest for the console."""

from __future__ import annotations

import os
import tty
from queue import Queue

import pytest

from kraty_console.paint.typeahead import MOST, Typeahead

LONG = 30.0
"""Seconds: for what surely comes."""


def test_text_is_shown_as_it_is_typed_and_later_keys_stay_in_the_terminal() -> None:
    controller, terminal = os.openpty()
    tty.setraw(terminal)
    shown: Queue[str] = Queue()
    typeahead = Typeahead(terminal, shown.put)
    typeahead.start()
    os.write(controller, b"ali")
    texts = [shown.get(timeout=LONG)]
    while texts[-1] != "ali":
        texts.append(shown.get(timeout=LONG))
    typeahead.stop()
    typeahead.stop()
    os.write(controller, b"ce\r")
    assert os.read(terminal, 100) == b"ce\r"
    assert (typeahead.text, typeahead.rest) == ("ali", [])
    os.close(controller)
    os.close(terminal)


def test_a_terminal_that_is_gone_ends_the_reading() -> None:
    controller, terminal = os.openpty()
    typeahead = Typeahead(terminal, lambda text: None)
    typeahead.start()
    os.close(controller)
    typeahead.stop()
    assert (typeahead.text, typeahead.rest) == ("", [])
    os.close(terminal)


@pytest.mark.parametrize(
    ("keys", "text", "rest"),
    [
        (b"bobby\x7f\x7f_7", "bob_7", b""),
        (b"\x7f\x7fab\x08", "a", b""),
        (b"/alice", "alice", b""),
        (b"//alice", "/alice", b""),
        (b"a/b", "a/b", b""),
        (b"bob_7\r", "bob_7", b"\r"),
        (b"bob_7\rq", "bob_7", b"\rq"),
        (b"a b@c.d!", "a b@c.d!", b""),
        ("zoë".encode(), "zo", "ë".encode()),
        (b"ab\x1b[Bcd", "ab", b"\x1b[Bcd"),
        (b"\x03", "", b"\x03"),
        (b"x" * (MOST + 2), "x" * MOST, b"xx"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_everything_from_the_first_other_key_on_is_kept(keys: bytes, text: str, rest: bytes, pieces: int) -> None:
    shown: list[str] = []
    typeahead = Typeahead(0, shown.append)
    for place in range(pieces):
        typeahead.take(keys[place * len(keys) // pieces : (place + 1) * len(keys) // pieces])
    assert (typeahead.text, b"".join(data for _, data in typeahead.rest)) == (text, rest)
    assert "".join(shown[-1:]) == text
