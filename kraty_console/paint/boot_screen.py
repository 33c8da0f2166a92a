"""The boot screen, shown before anything is imported and taken over by the console without flicker.

Imports almost nothing, so that it appears as soon as the interpreter runs. From then on the terminal is on its
alternate screen, does not echo, and keeps typed keys for the console.
"""

from __future__ import annotations

import os

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

    __slots__ = ("attributes", "known", "picture", "size")

    def __init__(self, picture: Picture, size: tuple[int, int], attributes: list[object]) -> None:
        self.picture = picture
        self.size = size
        """Columns and rows."""
        self.known = True
        """Whether the terminal shows only this frame and what was painted over it."""
        self.attributes = attributes
        """The terminal's attributes, to be restored at the end."""

    def forget(self) -> None:
        """The terminal was resized or used by another program: its content is unknown."""
        self.known = False

    def disable_interrupt_key(self) -> None:
        """Make ctrl+c an ordinary key for the console; before, it ended the program."""
        import termios

        try:
            now = termios.tcgetattr(0)
            now[3] &= ~termios.ISIG
            termios.tcsetattr(0, termios.TCSANOW, now)
        except (OSError, termios.error):  # the terminal is gone
            return

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


def show_boot_screen(draw: Picture, size: tuple[int, int]) -> bool:
    """Show a frame; returns False if this process does not control the terminal."""
    global _now  # noqa: PLW0603 (there is one terminal)
    import signal
    import termios

    try:
        if os.tcgetpgrp(0) != os.getpgrp():
            return False
        before = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
        quiet[6][termios.VSUSP] = quiet[6][termios.VQUIT] = b"\0"
        termios.tcsetattr(0, termios.TCSANOW, quiet)
    except (OSError, termios.error):
        return False
    boot_screen = _now = BootScreen(draw, size, before)
    for number in (signal.SIGWINCH, signal.SIGCONT):  # resized; resumed after a suspension
        signal.signal(number, lambda *_: boot_screen.forget())
    ground = f"\x1b[{draw.ground.behind}m" if draw.ground.behind else ""
    out = [ALTERNATE_SCREEN, HIDDEN_CURSOR, "\x1b[m", ground, "\x1b[2J"]
    for y, x, text, ink in draw.pieces:
        out += [f"\x1b[{y + 1};{x + 1}H", ink.sequence, text]
    return boot_screen.add("".join([*out, "\x1b[m"]))


def restore_terminal(*, patient: bool = True) -> bool:
    """Restore the terminal, if the boot screen is shown and was not taken over; returns whether it was.

    Unless `patient`, do not wait for a terminal that does not read.
    """
    global _now
    before, _now = _now, None
    if before is None:
        return False
    import termios

    try:
        if patient or _takes(2):
            os.write(2, _BACK)
        termios.tcsetattr(0, termios.TCSANOW, before.attributes)  # type: ignore[arg-type]
    except (OSError, termios.error):  # the terminal is gone: there is nothing to restore
        return True
    return True


def _takes(terminal: int) -> bool:
    """Whether a terminal accepts output, at once or within a moment."""
    import select

    return bool(select.select([], [terminal], [], 0.3)[1])


def boot_screen() -> BootScreen | None:
    """The boot screen, if it is shown and nothing has taken it over."""
    return _now


def take_over() -> BootScreen | None:
    """The boot screen, for the code that restores the terminal from now on."""
    global _now
    taken, _now = _now, None
    return taken
