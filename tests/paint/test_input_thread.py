"""The input thread sleeps until there is input, and reads everything that is typed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from queue import Queue
from selectors import EVENT_READ, SelectorKey, SelectSelector
from threading import Thread

import pytest
from textual import events
from textual.constants import ESCAPE_DELAY
from textual.message import Message

from kraty_console.paint.input_thread import WakeEvent, listen

_PATIENCE = 100.0


class Waits(SelectSelector):
    """A selector that keeps how long each wait may have lasted, with a clock that only waiting in vain moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[float | None] = []
        self.began: Queue[float | None] = Queue()
        self._now = 0.0
        self.before_telling: Callable[[], object] | None = None
        """Done once, between something being there and telling so."""

    def clock(self) -> float:
        """Seconds that were waited in vain."""
        return self._now

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self.limits.append(timeout)
        self.began.put(timeout)
        ready = super().select(timeout)
        if ready and self.before_telling is not None:
            self.before_telling()
            self.before_telling = None
        if timeout is not None and not ready:
            self._now += timeout
        return ready


class Keyboard:
    """A pipe with a reader."""

    def __init__(self, before: Sequence[tuple[float, bytes]] = ()) -> None:
        self.hears, self.types = os.pipe()
        self.bell = WakeEvent()
        self.waits = Waits()
        self.heard: Queue[Message] = Queue()
        self.gone: list[bool] = []
        self.is_behind = False
        gone = partial(self.gone.append, True)
        self._thread = Thread(
            target=listen,
            args=(self.hears, self.bell, self.waits, self.heard.put, gone),
            kwargs={"before": before, "behind": lambda: self.is_behind},
        )
        self._thread.start()

    def type(self, data: bytes) -> None:
        os.write(self.types, data)

    def key(self) -> str:
        message = self.heard.get(timeout=_PATIENCE)
        assert isinstance(message, events.Key)
        return message.key

    def waits_without_limit(self) -> None:
        """Return when the listener next waits for as long as it takes."""
        while self.waits.began.get(timeout=_PATIENCE) is not None:
            pass

    def hang_up(self) -> None:
        os.close(self.types)
        self.types = -1

    def end(self) -> None:
        """Ring, and see the listener go."""
        self.bell.set()
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()


@contextmanager
def listened_to(before: Sequence[tuple[float, bytes]] = ()) -> Iterator[Keyboard]:
    keyboard = Keyboard(before)
    try:
        yield keyboard
    finally:
        keyboard.end()
        keyboard.bell.close()
        os.close(keyboard.hears)
        if keyboard.types != -1:
            keyboard.hang_up()


def test_it_sleeps_without_input() -> None:
    with listened_to() as keyboard:
        keyboard.waits_without_limit()
        for key in "ab":
            keyboard.type(key.encode())
            assert keyboard.key() == key
            keyboard.waits_without_limit()
    assert keyboard.waits.limits == [None, None, None]


def test_an_escape_is_a_key_of_its_own_once_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    with listened_to() as keyboard:
        for reads_the_clock in ("textual._parser", "kraty_console.paint.input_thread"):
            monkeypatch.setattr(f"{reads_the_clock}.get_time", keyboard.waits.clock)
        keyboard.type(b"\x1b")
        assert keyboard.key() == "escape"
        keyboard.waits_without_limit()  # the one at the beginning
        keyboard.waits_without_limit()
        assert keyboard.waits.limits == [None, ESCAPE_DELAY, None]
        keyboard.type(b"x")
        assert keyboard.key() == "x"


def test_an_escape_that_starts_a_sequence_is_no_key() -> None:
    with listened_to() as keyboard:
        keyboard.type(b"\x1b[B\x1b[Az")
        assert [keyboard.key() for _ in range(3)] == ["down", "up", "z"]


@pytest.mark.parametrize(
    ("before", "keys"),
    [
        ([(1.0, b"\x1b"), (2.0, b"p")], ["escape", "p"]),
        ([(1.0, b"\x1bp")], ["alt+p"]),
        ([(1.0, b"\x1b"), (1.0 + ESCAPE_DELAY / 2, b"[B")], ["down"]),
        ([(1.0, b"q\x1b")], ["q", "escape"]),
    ],
)
def test_input_that_was_read_before_is_replayed_with_its_pauses(
    before: Sequence[tuple[float, bytes]], keys: list[str]
) -> None:
    with listened_to(before) as keyboard:
        keyboard.type(b"z")
        assert [keyboard.key() for _ in (*keys, "z")] == [*keys, "z"]


def test_a_character_that_comes_in_two_parts_is_one_key() -> None:
    first, second = "é".encode()[:1], "é".encode()[1:]
    with listened_to() as keyboard:
        keyboard.type(first)
        keyboard.waits_without_limit()
        keyboard.waits_without_limit()
        keyboard.type(second)
        assert keyboard.key() == "é"


def test_bytes_that_are_no_text_are_not_its_end() -> None:
    with listened_to() as keyboard:
        keyboard.type(b"\xffa")
        keys = [keyboard.key(), keyboard.key()]
    assert keys[1] == "a"


def test_keys_read_by_another_program_do_not_block_the_keyboard() -> None:
    with listened_to() as keyboard:
        os.set_blocking(keyboard.hears, False)
        keyboard.waits_without_limit()
        keyboard.waits.before_telling = lambda: os.read(keyboard.hears, 16)
        keyboard.type(b"fg")
        keyboard.waits_without_limit()
        keyboard.type(b"j")
        assert keyboard.key() == "j"


def test_input_over_the_queue_limit_is_dropped_at_sequence_boundaries() -> None:
    with listened_to() as keyboard:
        keyboard.waits_without_limit()
        keyboard.is_behind = True
        keyboard.type(b"noise\x1b[?62;")
        while keyboard.waits.began.get(timeout=_PATIENCE) is None:
            pass
        keyboard.is_behind = False
        keyboard.type(b"22cj")
        assert keyboard.key() == "j"


def test_after_the_end_of_the_input_it_waits_only_for_the_event() -> None:
    with listened_to() as keyboard:
        keyboard.waits_without_limit()
        keyboard.hang_up()
        keyboard.waits_without_limit()
    assert keyboard.waits.limits == [None, None]
    assert keyboard.gone == [True]


@pytest.mark.parametrize("times", [1, 2])
def test_a_wake_event_is_readable_from_set_to_clear(times: int) -> None:
    bell = WakeEvent()
    with SelectSelector() as selector:
        selector.register(bell, EVENT_READ)
        for _ in range(times):
            bell.set()
        assert selector.select(0)
        for _ in range(times):
            bell.clear()
        assert not selector.select(0)
    bell.close()
    bell.set()
    bell.close()
    assert bell.is_set()
