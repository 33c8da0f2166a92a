"""The capabilities of the terminal, from the terminfo database."""

from __future__ import annotations

import curses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TerminalCapabilities:
    """Optional sequences beyond text, colours and movement.

    Repeating a character (terminfo `rep`, ECMA-48 REP) is deliberately not used: `xterm-256color` promises it, but
    under that name tmux up to 3.4 only repeats ASCII, and mosh and JediTerm nothing.
    """

    erases_in_colour: bool = False
    """Erasing uses the current background (terminfo `bce`), not the default one."""
    erases_some: bool = False
    """A number of cells can be erased in place (terminfo `ech`, ECMA-48 ECH)."""


def terminal_capabilities(term: str | None) -> TerminalCapabilities:
    """The capabilities of a terminal type such as `xterm-256color`; none if it is unknown."""
    if not term:
        return TerminalCapabilities()
    try:
        curses.setupterm(term, 1)
        return TerminalCapabilities(
            erases_in_colour=curses.tigetflag("bce") == 1,
            erases_some=(curses.tigetstr("ech") or b"") == b"\x1b[%p1%dX",
        )
    except (curses.error, OSError):
        return TerminalCapabilities()
