"""Checks the terminal: size, colours, keys, clipboard and encoding, without querying it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from kraty_console.cli.terminal import why_no_console
from kraty_console.console.startup.first_frame import colours_of
from kraty_console.domain.checkup import CheckArea, CheckState, Finding

LEAST: Final = (40, 12)
"""Minimum columns and rows for the console."""

COMFORTABLE: Final = (80, 24)

_KITTY_KEYS: Final = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "rio")
"""Terminals that report every key combination (kitty keyboard protocol)."""

_COLOURS: Final = {"truecolor": "16 million colours", "256": "256 colours", "standard": "16 colours"}


class Screen(NamedTuple):
    """The terminal's properties."""

    is_terminal: bool
    """Whether input and output are a terminal."""
    size: tuple[int, int] | None
    """Columns and rows; None if unknown."""
    encoding: str
    why_not: str | None
    """Why the console cannot be drawn here, in words."""


def screen_at_hand(environ: Mapping[str, str]) -> Screen:
    """The terminal of this process."""
    encoding = sys.stdout.encoding or "ascii"
    is_terminal = os.isatty(0) and os.isatty(1)
    size = None
    for descriptor in (1, 0, 2):
        try:
            size = tuple(os.get_terminal_size(descriptor))
            break
        except OSError:
            continue
    why_not = why_no_console(environ, encoding=encoding)
    return Screen(is_terminal, (size[0], size[1]) if size else None, encoding, why_not)


def terminal_findings(screen: Screen, environ: Mapping[str, str]) -> Iterator[Finding]:
    """The findings about the terminal; without a terminal none of them is a problem."""
    severity = CheckState.PROBLEM if screen.is_terminal else CheckState.NOTE
    if screen.why_not is not None:
        yield Finding(CheckArea.TERMINAL, "console", severity, screen.why_not)
    else:
        yield Finding(CheckArea.TERMINAL, "console", CheckState.OK, "can be drawn here")
    yield _size(screen, severity)
    term = environ.get("TERM", "")
    yield Finding(CheckArea.TERMINAL, "TERM", CheckState.OK if term else CheckState.NOTE, term or "not set")
    yield _colours(environ)
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "not set")
    facts = {"encoding": screen.encoding, "locale": locale}
    yield Finding(CheckArea.TERMINAL, "locale", CheckState.OK, f"{locale}, encoding {screen.encoding}", facts=facts)
    yield _keys(term, environ)
    yield _clipboard(environ)


def _size(screen: Screen, severity: CheckState) -> Finding:
    if screen.size is None:
        return Finding(CheckArea.TERMINAL, "size", CheckState.UNKNOWN, "unknown: there is no terminal")
    columns, rows = screen.size
    words = f"{columns} columns, {rows} rows"
    facts = {"columns": columns, "rows": rows}
    if columns < LEAST[0] or rows < LEAST[1]:
        advice = f"Make it larger: {LEAST[0]} by {LEAST[1]} is the least."
        return Finding(CheckArea.TERMINAL, "size", severity, words, advice, facts)
    if columns < COMFORTABLE[0] or rows < COMFORTABLE[1]:
        advice = f"More is shown from {COMFORTABLE[0]} by {COMFORTABLE[1]} on."
        return Finding(CheckArea.TERMINAL, "size", CheckState.NOTE, words, advice, facts)
    return Finding(CheckArea.TERMINAL, "size", CheckState.OK, words, facts=facts)


def _colours(environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        words = "none: NO_COLOR is set, and the theme is mono"
        return Finding(CheckArea.TERMINAL, "colours", CheckState.NOTE, words, facts={"colours": "none"})
    colours = colours_of(environ)
    return Finding(CheckArea.TERMINAL, "colours", CheckState.OK, _COLOURS[colours], facts={"colours": colours})


def _keys(term: str, environ: Mapping[str, str]) -> Finding:
    if environ.get("TMUX") or environ.get("STY"):
        words = f"as {'tmux' if environ.get('TMUX') else 'screen'} passes them on"
        return Finding(CheckArea.TERMINAL, "keys", CheckState.NOTE, words)
    if term.startswith(_KITTY_KEYS):
        return Finding(
            CheckArea.TERMINAL, "keys", CheckState.OK, "every combination (kitty keyboard protocol), by TERM"
        )
    words = "the usual ones; TERM does not say whether it reports every combination"
    return Finding(CheckArea.TERMINAL, "keys", CheckState.OK, words)


def _clipboard(environ: Mapping[str, str]) -> Finding:
    words = "through the terminal (OSC 52), where it allows that"
    advice = ""
    if environ.get("TMUX"):
        words = "through tmux (OSC 52)"
        advice = "tmux passes it on with: set -g set-clipboard on"
    elif environ.get("STY"):
        words = "through screen (OSC 52), wrapped"
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        words += "; inside ssh, so it is the clipboard of your own machine"
    return Finding(CheckArea.TERMINAL, "clipboard", CheckState.NOTE, words, advice)
