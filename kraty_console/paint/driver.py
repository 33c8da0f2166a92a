"""Textual's driver where the painter owns the terminal: from the boot screen to the state it is left in.

It waits for keys without looking up now and then (see `listening`), writes so that it can be given up (see `outlet`),
and is suspended and resumed together with whatever it was started with.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from selectors import SelectSelector
from typing import Any

from textual.driver import Driver
from textual.message import Message

from kraty_console.paint.boot_screen import ALTERNATE_SCREEN, HIDDEN_CURSOR, BootScreen
from kraty_console.paint.screen_size import clamp_size

STUCK = 0.5
"""Seconds after which a terminal that takes nothing is taken for one that does not read."""

MOST_AHEAD = 1_024
"""Messages of the keyboard that may wait; what comes while as many do is dropped, for it is no typing."""

_RESTORE = (
    "\x1b[?2026l\x1b[m\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""What takes everything back that may have been set, in place of the end that a terminal did not read."""


def driver_of(
    usual: type[Driver], boot_screen: BootScreen | None, release: Callable[[], str], ahead: Callable[[], int]
) -> type[Driver]:
    """The usual driver, so that it clears nothing that stands, and leaves the terminal as it was before that stood.

    `release` gives what puts the terminal's style back before anything else is shown on it; `ahead`, asked from another
    thread, how many keys the application has taken and not obeyed yet. A driver that is not that of a terminal on Linux
    or macOS is given back as it is.
    """
    from textual.drivers.linux_driver import LinuxDriver

    from kraty_console.paint.input_thread import WakeEvent, listen
    from kraty_console.paint.terminal_output import TerminalWriter, reopen_terminal

    if not issubclass(usual, LinuxDriver):
        return usual

    class PainterDriver(usual):  # type: ignore[misc, valid-type]
        _given = frozenset({ALTERNATE_SCREEN, HIDDEN_CURSOR}) if boot_screen else frozenset()

        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (Textual's own)
            super().__init__(*arguments, **options)
            self.exit_event = WakeEvent()
            self._file: Any = TerminalWriter(self._file)
            self._told = self._taken = 0
            self._stands = self._is_stopped = self._goes_on = False

        # What comes from the terminal

        def run_input_thread(self) -> None:
            keyboard = reopen_terminal(self.fileno, os.O_RDONLY)
            try:
                listen(
                    keyboard,
                    self.exit_event,
                    SelectSelector(),
                    self.process_message,
                    self._gone,
                    behind=lambda: self._told - self._taken + ahead() >= MOST_AHEAD,
                    mouse=self._mouse,
                    debug=self._debug,
                )
            finally:
                if keyboard != self.fileno:
                    os.close(keyboard)

        def send_message(self, message: Message) -> None:
            self._told += 1
            asyncio.run_coroutine_threadsafe(self._take(message), loop=self._loop)

        async def _take(self, message: Message) -> None:
            self._taken += 1
            await self._app._post_message(message)  # noqa: SLF001 (as Textual's own driver)

        def _gone(self) -> None:
            """The terminal was closed: end as of a hang-up, also where none was heard because it is ignored."""
            if self.input_tty or boot_screen is not None:
                ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
                os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)

        def _get_terminal_size(self) -> tuple[int, int]:
            return clamp_size(*super()._get_terminal_size())

        # What goes to the terminal

        def write(self, data: str) -> None:
            if data in self._given:
                self._given -= {data}
                return
            super().write(data)

        def stop_waiting(self) -> None:
            """Wait no longer for a terminal that does not read. May be called from any thread."""
            if self._file.is_stuck(STUCK):
                self._file.give_up()

        def restore(self) -> None:
            """Leave the terminal as it was, as far as it listens, without waiting. May be called from any thread."""
            if not self._stands:
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
            self._stands = False

        # Beginning and end

        def start_application_mode(self) -> None:
            if self.exit_event.closed:  # the terminal comes back after a suspension
                self.exit_event = WakeEvent()
            taken_over = bool(self._given)
            super().start_application_mode()
            self._stands = True
            self._given = frozenset()
            if taken_over and boot_screen is not None:
                self.attrs_before: Any = list(boot_screen.attributes)

        def _disable_in_band_window_resize(self) -> None:
            super()._disable_in_band_window_resize()
            self._in_band_window_resize = False

        def stop_application_mode(self) -> None:
            if transition := release():
                self.write(transition)
            super().stop_application_mode()
            # A terminal that answered while that went on has been told to send its sizes once more.
            self._disable_in_band_window_resize()
            self.flush()

        # Suspension

        def _sigtstp_application(self, *_: object) -> None:
            self._loop.call_soon_threadsafe(self._suspend)  # here it might interrupt what it needs itself

        def _sigcont_application(self, *_: object) -> None:
            self._goes_on = True
            if not self._is_stopped:  # it was stopped as it stood: the terminal may have been anybody's since
                self._loop.call_soon_threadsafe(self._begin_again)

        def _suspend(self) -> None:
            """Give the terminal back, stop with the whole job, and take the terminal again when that goes on."""
            stands = self._stands
            if stands:
                self.suspend_application_mode()
            self._is_stopped, self._goes_on = True, False
            try:
                _stop_job(lambda: self._goes_on)
                _wait_for_front(self.fileno)
            finally:
                self._is_stopped = False
            if stands:
                self._must_signal_resume = True
                self.resume_application_mode()

        def _begin_again(self) -> None:
            if not self._stands:
                if boot_screen is not None:
                    boot_screen.forget()
            elif _is_in_front(self.fileno):
                self.suspend_application_mode()
                self._must_signal_resume = True
                self.resume_application_mode()

    return PainterDriver


def _stop_job(goes_on: Callable[[], bool]) -> None:
    """Stop every process of this process's job at once, as the terminal does at ctrl+z, until it goes on.

    Where nobody could let it go on (it leads its session) the system ignores that; then this process alone stops, for
    certain. `goes_on` tells whether it was stopped and goes on.
    """
    before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        os.killpg(os.getpgrp(), signal.SIGTSTP)
    finally:
        signal.signal(signal.SIGTSTP, before)
    if not goes_on():
        os.kill(os.getpid(), signal.SIGSTOP)


def _wait_for_front(terminal: int) -> None:
    """Stay stopped, with the whole job, while the job is in the background.

    The system does that to who would change the terminal from there.
    """
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTTOU, signal.SIGTSTP)}
    try:
        while True:
            try:
                termios.tcsetattr(terminal, termios.TCSANOW, termios.tcgetattr(terminal))
            except termios.error as error:
                if error.args[0] == errno.EINTR:  # it went on, and may be in the background still
                    continue
            return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_in_front(terminal: int) -> bool:
    """Whether this process's job has the terminal; also where there is no terminal to tell."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True
