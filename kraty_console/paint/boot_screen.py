"""The boot screen, shown before anything is imported and taken over by the console without flicker.

Imports almost nothing, so that it appears as soon as the interpreter runs. From then on the terminal is on its
alternate screen, does not echo, and keeps typed keys for the console; text is shown where it will go.
"""

from __future__ import annotations

import _thread
import os

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kraty_console.paint.terminal_mode import TerminalMode
    from kraty_console.paint.typeahead import Typeahead

ALTERNATE_SCREEN = "\x1b[?1049h"
HIDDEN_CURSOR = "\x1b[?25l"
_BACK = b"\x1b[m\x1b[?1049l\x1b[?25h"


class TextStyle:
    """The style of a piece of text, as SGR parameters; empty means the terminal's default."""

    __slots__ = ("attributes", "behind", "letters")

    def __init__(self, letters: str = "", behind: str = "", attributes: tuple[str, ...] = ()) -> None:
        self.letters = letters
        self.behind = behind
        self.attributes = attributes

    @property
    def sequence(self) -> str:
        """The sequence that sets this style after any other."""
        return f"\x1b[{';'.join(('0', *self.attributes, *filter(None, (self.letters, self.behind))))}m"


class Picture:
    """A frame: a background for the whole screen, and pieces on it (row, column, text, style)."""

    __slots__ = ("ground", "pieces")

    def __init__(self, ground: TextStyle, pieces: list[tuple[int, int, str, TextStyle]]) -> None:
        self.ground = ground
        self.pieces = pieces


class BootScreen:
    """The displayed frame, and the state of the terminal before it."""

    __slots__ = ("draw_typed", "known", "lock", "mode", "picture", "size", "typeahead")

    def __init__(self, picture: Picture, size: tuple[int, int], mode: TerminalMode | None = None) -> None:
        self.picture = picture
        self.size = size
        """Columns and rows."""
        self.known = True
        """Whether the terminal shows only this frame and what was painted over it."""
        self.mode = mode
        """The mode of the terminal, to be left at the end; None without a terminal."""
        self.lock = _thread.allocate_lock()
        """Held by those who paint over the frame: the main thread, and the one that reads what is typed."""
        self.draw_typed: Callable[[str], None] | None = None
        """Shows typed text in the search field; called with the lock held."""
        self.typeahead: Typeahead | None = None
        """Reads what is typed, if the console opens with its search field."""

    def echo(self, draw: Callable[[str], None]) -> None:
        """Begin to read what is typed, and draw text with `draw` (see `draw_typed`)."""
        self.draw_typed = draw
        if self.mode is not None:
            self.typeahead = self.mode.read_ahead(self._show_typed)

    def _show_typed(self, text: str) -> None:
        with self.lock:
            if self.known and self.draw_typed is not None:
                self.draw_typed(text)

    def stop_reading(self) -> None:
        """Leave the terminal's input to the console, or to the program that runs next."""
        if self.typeahead is not None:
            self.typeahead.stop()

    def forget(self) -> None:
        """The terminal was resized or used by another program: its content is unknown."""
        self.known = False

    def disable_interrupt_key(self) -> None:
        """Make ctrl+c an ordinary key for the console; before, it ended the program."""
        if self.mode is not None:
            self.mode.disable_interrupt_key()

    def write_line(self, row: int, text: str, style: TextStyle) -> bool:
        """Replace a line by a text, which begins in the second column; empty leaves the background."""
        return self.add(f"\x1b[{row + 1};1H\x1b[m{self.picture.ground.sequence}\x1b[K {style.sequence}{text}\x1b[m")

    def add(self, data: str) -> bool:
        """Paint over the frame; returns whether everything was written."""
        left = memoryview(data.encode())
        try:
            while left:
                left = left[os.write(2, left) :]
        except OSError:
            self.known = False
            return False
        return True


_now: BootScreen | None = None


def show_boot_screen(picture: Picture, size: tuple[int, int], end: Callable[[int, Any], None]) -> bool:
    """Show a frame; returns False if this process does not control the terminal.

    `end` handles the signals that end the program.
    """
    global _now  # noqa: PLW0603 (there is one terminal)
    from kraty_console.paint.terminal_mode import TerminalMode  # 2 ms that other commands save

    mode = TerminalMode.enter(end)
    if mode is None:
        return False
    boot_screen = _now = BootScreen(picture, size, mode)
    mode.watch(boot_screen.forget)
    ground = f"\x1b[{picture.ground.behind}m" if picture.ground.behind else ""
    out = [ALTERNATE_SCREEN, HIDDEN_CURSOR, "\x1b[m", ground, "\x1b[2J"]
    for y, x, text, style in picture.pieces:
        out += [f"\x1b[{y + 1};{x + 1}H", style.sequence, text]
    return boot_screen.add("".join([*out, "\x1b[m"]))


def restore_terminal(*, patient: bool = True) -> bool:
    """Restore the terminal, if the boot screen is shown and was not taken over; returns whether it was.

    Unless `patient`, do not wait for a terminal that does not read.
    """
    global _now
    before, _now = _now, None
    if before is None:
        return False
    before.stop_reading()
    if before.mode is not None:
        before.mode.leave(_BACK, patient=patient)
    return True


def boot_screen() -> BootScreen | None:
    """The boot screen, if it is shown and nothing has taken it over."""
    return _now


def take_over() -> BootScreen | None:
    """The boot screen, for the code that restores the terminal from now on."""
    global _now
    taken, _now = _now, None
    return taken
