"""Textual's driver for the painter: takes over from the boot screen, and restores the terminal at the end.

It waits for keys without polling (see `input_thread`), can abandon blocked writes (see `terminal_output`), and is
suspended and resumed together with its job.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import termios
from collections.abc import Callable, Sequence
from contextlib import suppress
from selectors import SelectSelector
from typing import Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from kraty_console.paint.boot_screen import ALTERNATE_SCREEN, HIDDEN_CURSOR, BootScreen
from kraty_console.paint.input_thread import WakeEvent, listen
from kraty_console.paint.screen_size import clamp_size
from kraty_console.paint.terminal_output import TerminalWriter, reopen_terminal

STUCK = 0.5
"""Seconds without progress after which a terminal counts as not reading."""

MOST_AHEAD = 1_024
"""Maximum number of queued keyboard messages; more are dropped, because no one types that fast."""

_RESTORE = (
    "\x1b[?2026l\x1b[m\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Resets every mode that may be set, for a terminal that did not read the regular end sequence."""


def driver_of(
    usual: type[Driver], boot_screen: BootScreen | None, release: Callable[[], str], ahead: Callable[[], int]
) -> type[Driver]:
    """Derive a driver that keeps the boot screen and restores the terminal's state from before it.

    `release` returns the sequence that resets the terminal's style; `ahead`, called from another thread, returns the
    number of keys received and not yet handled. A driver that is not for a terminal on Linux or macOS is returned
    unchanged.
    """
    if not issubclass(usual, LinuxDriver):
        return usual

    class PainterDriver(usual):  # type: ignore[misc, valid-type]
        _given = frozenset({ALTERNATE_SCREEN, HIDDEN_CURSOR}) if boot_screen else frozenset()

        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (Textual's own)
            super().__init__(*arguments, **options)
            self.exit_event = WakeEvent()
            self._file: Any = TerminalWriter(self._file)
            self._received = self._handled = 0
            self._is_active = self._is_stopped = False
            self._typed_before: Sequence[tuple[float, bytes]] = ()

        # Input

        def run_input_thread(self) -> None:
            keyboard = reopen_terminal(self.fileno, os.O_RDONLY)
            try:
                listen(
                    keyboard,
                    self.exit_event,
                    SelectSelector(),
                    self.process_message,
                    self._gone,
                    before=self._typed_before,
                    behind=lambda: self._received - self._handled + ahead() >= MOST_AHEAD,
                    mouse=self._mouse,
                    debug=self._debug,
                )
            finally:
                if keyboard != self.fileno:
                    os.close(keyboard)

        def send_message(self, message: Message) -> None:
            self._received += 1
            asyncio.run_coroutine_threadsafe(self._take(message), loop=self._loop)

        async def _take(self, message: Message) -> None:
            self._handled += 1
            await self._app._post_message(message)  # noqa: SLF001 (as Textual's own driver)

        def _gone(self) -> None:
            """The terminal was closed: exit as for SIGHUP, even if that is ignored."""
            if self.input_tty or boot_screen is not None:
                ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
                os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)

        def _get_terminal_size(self) -> tuple[int, int]:
            return clamp_size(*super()._get_terminal_size())

        # Output

        def write(self, data: str) -> None:
            if data in self._given:
                self._given -= {data}
                return
            super().write(data)

        def stop_waiting(self) -> None:
            """Stop waiting for a terminal that does not read. Thread-safe."""
            if self._file.is_stuck(STUCK):
                self._file.give_up()

        def restore(self) -> None:
            """Restore the terminal, without waiting for it. Thread-safe."""
            if not self._is_active:
                return
            if self.attrs_before is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            self._file.give_up()
            self._file.last(_RESTORE)

        def close(self) -> None:
            super().close()
            self.exit_event.close()
            if self._file.given_up:
                self._file.last(_RESTORE)
            self._is_active = False

        # Start and end

        def start_application_mode(self) -> None:
            if self.exit_event.closed:  # resuming after a suspension
                self.exit_event = WakeEvent()
            taken_over = bool(self._given)
            self._typed_before = ()
            if taken_over and boot_screen is not None:
                boot_screen.stop_reading()
                self._typed_before = boot_screen.typeahead.rest if boot_screen.typeahead is not None else ()
            super().start_application_mode()
            self._is_active = True
            self._given = frozenset()
            if taken_over and boot_screen is not None and boot_screen.mode is not None:
                self.attrs_before: Any = list(boot_screen.mode.attributes)

        def _disable_in_band_window_resize(self) -> None:
            super()._disable_in_band_window_resize()
            self._in_band_window_resize = False

        def stop_application_mode(self) -> None:
            if transition := release():
                self.write(transition)
            super().stop_application_mode()
            # A terminal that answered meanwhile was asked to report its size again.
            self._disable_in_band_window_resize()
            self.flush()

        # Suspension

        def _sigtstp_application(self, *_: object) -> None:
            self._loop.call_soon_threadsafe(self._suspend)  # not in the signal handler, which could deadlock

        def _sigcont_application(self, *_: object) -> None:
            if not self._is_stopped:  # stopped without warning: other programs may have used the terminal
                self._loop.call_soon_threadsafe(self._begin_again)

        def _suspend(self) -> None:
            """Release the terminal, stop the whole job, and take the terminal again when it resumes."""
            was_active = self._is_active
            if was_active:
                self.suspend_application_mode()
            self._is_stopped = True
            try:
                _stop_job()
                _wait_for_front(self.fileno)
            finally:
                self._is_stopped = False
            if was_active:
                self._must_signal_resume = True
                self.resume_application_mode()

        def _begin_again(self) -> None:
            if not self._is_active:
                if boot_screen is not None:
                    boot_screen.forget()
            elif _is_in_front(self.fileno):
                self.suspend_application_mode()
                self._must_signal_resume = True
                self.resume_application_mode()

    return PainterDriver


def _stop_job() -> None:
    """Stop all processes of this job, like ctrl+z in the terminal, until it resumes.

    The system ignores that in the group of a session's leader; there only this process stops. Which it is must not be
    taken from SIGCONT: its handler may run later than what follows here, and the job would stop a second time.
    """
    if os.getpgrp() == os.getsid(0):
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        os.killpg(os.getpgrp(), signal.SIGTSTP)
    finally:
        signal.signal(signal.SIGTSTP, before)


def _wait_for_front(terminal: int) -> None:
    """Keep the whole job stopped while it is in the background.

    The system also stops background processes that change the terminal.
    """
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTTOU, signal.SIGTSTP)}
    try:
        while True:
            try:
                termios.tcsetattr(terminal, termios.TCSANOW, termios.tcgetattr(terminal))
            except termios.error as error:
                if error.args[0] == errno.EINTR:  # it resumed, and may still be in the background
                    continue
            return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_in_front(terminal: int) -> bool:
    """Whether this job is in the foreground; True without a terminal."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True
