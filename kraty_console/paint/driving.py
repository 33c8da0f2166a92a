"""Textual's driver where the painter owns the terminal: from the picture that stands already to the look it ends in.

It waits for keys without looking up now and then (see `listening`).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from selectors import SelectSelector
from typing import Any

from textual.driver import Driver

from kraty_console.paint.standing import ALTERNATE_SCREEN, HIDDEN_CURSOR, Standing


def driver_of(usual: type[Driver], standing: Standing | None, release: Callable[[], str]) -> type[Driver]:
    """The usual driver, so that it clears nothing that stands, and leaves the terminal as it was before that stood.

    `release` gives what puts the terminal's look back before anything else is shown on it. A driver that is not that of
    a terminal on Linux or macOS is given back as it is.
    """
    from textual.drivers.linux_driver import LinuxDriver

    from kraty_console.paint.listening import Bell, listen

    if not issubclass(usual, LinuxDriver):
        return usual

    class PaintersDriver(usual):  # type: ignore[misc, valid-type]
        _given = frozenset({ALTERNATE_SCREEN, HIDDEN_CURSOR}) if standing else frozenset()

        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (Textual's own)
            super().__init__(*arguments, **options)
            self.exit_event = Bell()

        def run_input_thread(self) -> None:
            listen(self.fileno, self.exit_event, SelectSelector(), self.process_message, self._gone, debug=self._debug)

        def _gone(self) -> None:
            """The terminal was closed: end as of a hang-up, also where none was heard because it is ignored."""
            if self.input_tty or standing is not None:
                ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
                os.kill(os.getpid(), signal.SIGTERM if ignored else signal.SIGHUP)

        def close(self) -> None:
            super().close()
            self.exit_event.close()

        def write(self, data: str) -> None:
            if data in self._given:
                self._given -= {data}
                return
            super().write(data)

        def start_application_mode(self) -> None:
            if self.exit_event.closed:  # the terminal comes back after a suspension
                self.exit_event = Bell()
            taken_over = bool(self._given)
            super().start_application_mode()
            self._given = frozenset()
            if taken_over and standing is not None:
                self.attrs_before: Any = list(standing.attributes)

        def _disable_in_band_window_resize(self) -> None:
            super()._disable_in_band_window_resize()
            self._in_band_window_resize = False

        def stop_application_mode(self) -> None:
            if way := release():
                self.write(way)
            super().stop_application_mode()
            # A terminal that answered while that went on has been told to send its sizes once more.
            self._disable_in_band_window_resize()
            self.flush()

    return PaintersDriver
