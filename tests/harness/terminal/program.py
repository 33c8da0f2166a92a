"""A program in a pseudo-terminal, driven by what it shows: every wait ends with an event, never with a pause."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.terminal.emulator import Emulator

_NOT_INHERITED = ("COLUMNS", "LINES", "TMUX", "STY", "NO_COLOR", "PYTEST_CURRENT_TEST")
_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
_PACKET = 65_536


class Gone(AssertionError):
    """What a test waited for did not come: the time was up, or the program ended before."""


class TooLate(Gone):
    """The time was up."""


def open_terminal(size: tuple[int, int]) -> tuple[int, int]:
    """A new pseudo-terminal of (columns, rows): our end of it, and that of the program."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (size[1], size[0]))
    return ours, theirs


def spawn(
    argv: Sequence[str], theirs: int, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a program as the leader of a session whose terminal is a pseudo-terminal, given its end of that.

    The end may be kept open, as the shell that started the program would. Returns the process, and a descriptor that
    reads end-of-file when the process ends.
    """
    over, alive = os.pipe()
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    # The first terminal that the leader of a session opens becomes its controlling terminal.
    leader = ["/bin/sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(theirs), *argv]
    process = subprocess.Popen(
        leader,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | _TERMINAL | dict(env or {}),
        cwd=cwd,
        start_new_session=True,
        pass_fds=(alive,),
    )
    os.close(alive)
    return process, over


class Terminal:
    """A program and the terminal in front of it; a context manager that ends the program."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (120, 36),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        modern: bool = True,
        patience: float = 30.0,
    ) -> None:
        """`size` is columns and rows; `patience` the seconds that a wait may last unless it says otherwise."""
        self.emulator = Emulator(*size, modern=modern)
        self.sent = bytearray()
        """Every byte that the program sent."""
        self.patience = patience
        self._ours, self._theirs = open_terminal(size)
        os.set_blocking(self._ours, False)
        self.attributes_before = termios.tcgetattr(self._theirs)
        self.process, self._over = spawn(argv, self._theirs, env, cwd)
        self._pending = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What the program shows

    def text(self) -> str:
        """The screen as text."""
        return self.emulator.text()

    def line(self, part: str) -> str:
        """The first line of the screen that holds `part`; empty when none does."""
        return next((line for line in self.text().splitlines() if part in line), "")

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float | None = None) -> str:
        """Wait until the screen shows a text, or satisfies a predicate, with no frame half painted; returns the screen.

        Raises `Gone` with the screen as it was when the time is up or the program has ended.
        """
        shown = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        self._wait(lambda: not self.emulator.in_frame and shown(self.text()), timeout, wanted)
        return self.text()

    def wait_until_gone(self, unwanted: str, timeout: float | None = None) -> str:
        """Wait until the screen no longer shows a text; returns the screen."""
        return self.wait_for(lambda text: unwanted not in text, timeout)

    def wait_for_copy(self, timeout: float | None = None) -> str:
        """Wait for the next text put on the clipboard (OSC 52) since the last such wait, and return it."""
        self._wait(lambda: bool(self.emulator.clipboard), timeout, "a copy to the clipboard")
        return self.emulator.clipboard.pop(0)

    # What the person does

    def press(self, *keys: str) -> None:
        """Press keys in one burst: names (`Enter`, `Down`, `C-p`, …) or single characters."""
        self.send(b"".join(self.emulator.encode(key) for key in keys))

    def type(self, text: str) -> None:
        """Type a text, character by character, in one burst."""
        self.press(*text)

    def send(self, data: bytes) -> None:
        """Send raw bytes as if the terminal had."""
        self._pending += data
        self._flush()

    @property
    def has_sent_all(self) -> bool:
        """Whether the system has taken everything that was typed or sent."""
        return not self._pending

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, as a person does who drags its edge."""
        report = self.emulator.resize(columns, rows)
        self.set_system_size(columns, rows)
        self.send(report)

    def set_system_size(self, columns: int, rows: int) -> None:
        """Change the size that the system reports, but not the terminal."""
        termios.tcsetwinsize(self._theirs, (rows, columns))

    # Without reading

    def press_unread(self, key: str) -> None:
        """Press a key and read nothing of what the program sends."""
        os.write(self._ours, self.emulator.encode(key))

    @property
    def unread(self) -> int:
        """How many bytes the program has sent that were not read."""
        return int(struct.unpack("i", fcntl.ioctl(self._ours, termios.FIONREAD, b"\0" * 4))[0])

    # How it ends

    def wait_exit(self, timeout: float | None = None) -> int:
        """Wait until the program has ended; returns its exit code, negative for the signal that killed it."""
        try:
            self._wait(lambda: False, timeout, "the end of the program")
        except TooLate:
            raise Gone(f"the program still runs; its screen:\n{self.text()}") from None
        except Gone:
            code = self.process.wait(self.patience)
        self._drain()
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def vanish(self) -> None:
        """Close our end: the connection is lost, the window is shut. Nothing can be read afterwards."""
        os.close(self._theirs)
        os.close(self._ours)
        self._ours = self._theirs = -1

    def attributes(self) -> list[object]:
        """The line settings of the terminal now; compare with `attributes_before`."""
        return list(termios.tcgetattr(self._theirs))

    def left_as_found(self) -> list[str]:
        """What an ended program did not restore, in words; empty if the terminal is restored."""
        wrong = [f"mode ?{mode} is still set" for mode in sorted(self.emulator.modes - {7, 25})]
        wrong += ["the cursor is hidden"] if self.emulator.screen.cursor.hidden else []
        wrong += [f"keyboard flags {self.emulator.kitty} are left"] if self.emulator.kitty != [0] else []
        wrong += ["the line settings changed"] if self.attributes() != self.attributes_before else []
        return wrong

    def close(self) -> None:
        """End the program: hang up, then kill; a no-op after its end."""
        for descriptor in {self._ours, self._theirs} - {-1}:
            os.close(descriptor)
        self._ours = self._theirs = -1
        for number in (signal.SIGHUP, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(5)
        if self._over != -1:
            os.close(self._over)
            self._over = -1

    # Events

    def _wait(self, done: Callable[[], bool], timeout: float | None, wanted: object) -> None:
        limit = time.monotonic() + (self.patience if timeout is None else timeout)
        while not done():
            left = limit - time.monotonic()
            if left <= 0:
                seconds = self.patience if timeout is None else timeout
                raise TooLate(f"waited {seconds} s for {wanted!r}:\n{self.text()}")
            writers = [self._ours] if self._pending else []
            ready, writable, _ = select.select([self._ours, self._over], writers, [], left)
            if writable:
                self._flush()
            if self._ours in ready:
                self._read()
            elif self._over in ready:
                if done():
                    return
                raise Gone(f"the program ended ({self.process.wait(self.patience)}) before {wanted!r}:\n{self.text()}")

    def _read(self) -> bool:
        """Take what can be read without waiting; whether there was any."""
        try:
            data = os.read(self._ours, _PACKET)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        self.sent += data
        self.send(self.emulator.receive(data))
        return bool(data)

    def _drain(self) -> None:
        while self._read():
            pass

    def _flush(self) -> None:
        while self._pending:
            try:
                written = os.write(self._ours, self._pending)
            except BlockingIOError:
                return
            del self._pending[:written]
