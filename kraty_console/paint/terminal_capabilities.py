"""What the terminal at hand can do, by its entry in the terminfo database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TerminalCapabilities:
    """What may be sent beyond text, colours and movement.

    Repeating a character (terminfo `rep`, ECMA-48 REP) is left out on purpose. `xterm-256color` promises it, but tmux
    up to 3.4 repeats ASCII alone, and mosh and JediTerm nothing, all of them under that name.
    """

    erases_in_colour: bool = False
    """Erasing leaves the background that is set (terminfo `bce`); without it, only the default one is erased to."""
    erases_some: bool = False
    """A number of cells can be erased in place (terminfo `ech`, ECMA-48 ECH)."""


def terminal_capabilities(term: str | None) -> TerminalCapabilities:
    """The abilities of a kind of terminal, such as `xterm-256color`; none where it is not known."""
    if not term:
        return TerminalCapabilities()
    # Costs a few milliseconds, and only a terminal needs it.
    import curses

    try:
        curses.setupterm(term, 1)
        return TerminalCapabilities(
            erases_in_colour=curses.tigetflag("bce") == 1,
            erases_some=(curses.tigetstr("ech") or b"") == b"\x1b[%p1%dX",
        )
    except (curses.error, OSError):
        return TerminalCapabilities()
