"""The console's first picture, painted before anything is imported where the arguments say that it will open.

It is what Textual paints first, to the cell: the name, the search field, the rule below. It imports only what the
interpreter has loaded already; whatever it cannot tell cheaply it leaves to the real thing.
"""

from __future__ import annotations

import os
import sys

from kraty_console.paint.boot_screen import Picture, TextStyle, restore_terminal, show_boot_screen
from kraty_console.paint.screen_size import clamp_size

TYPE_CHECKING = False  # as typing has it, whose import would cost a third of the time there is
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OTHER_COMMANDS = frozenset({"search", "show", "demo", "server", "webhooks", "audit", "backend", "config", "doctor"})
"""First words after which no console opens, or only later."""

_WITH_VALUE = ("--profile", "--url", "--studio", "--game", "--environment", "--theme", "--ticket")
_FLAGS = ("--read-only", "--mouse", "--no-mouse")
_HINT = "player id or e-mail"
_LEAST = (40, 12)
_BOLD = ("1",)
_DIM = ("2",)

INKS = {
    ("dark", "truecolor"): ("48;2;18;22;27", "38;2;95;175;215", "38;2;138;148;158", "38;2;60;72;84"),
    ("dark", "256"): ("48;5;16", "38;5;74", "38;5;246", "38;5;59"),
    ("dark", "standard"): ("40", "37", "37", "90"),
    ("light", "truecolor"): ("48;2;247;247;244", "38;2;0;95;135", "38;2;91;100;108", "38;2;180;186;192"),
    ("light", "256"): ("48;5;231", "38;5;24", "38;5;241", "38;5;249"),
    ("light", "standard"): ("107", "90", "90", "37"),
    ("ansi", ""): ("", "36", "", ""),
    ("mono", ""): ("", "", "", ""),
}
"""By theme and colours of the terminal: the ground, the name, the hint, the rule, as SGR parameters."""

_ERASING_IN_COLOUR = ("xterm", "alacritty", "foot", "rxvt", "konsole", "vte", "gnome", "iterm", "wezterm", "ghostty")
"""Kinds of terminal, by the beginning of their name, of which it is known without asking terminfo."""


def show_first_frame(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Paint the first picture if the console will open on this terminal; whether it stands."""
    theme = theme_of(arguments, environ)
    if theme is None or not all(map(os.isatty, (0, 1, 2))) or environ.get("TERM", "dumb") in ("", "dumb"):
        return False
    if (sys.stdout.encoding or "").lower().replace("_", "-") != "utf-8":
        return False
    try:
        columns, rows = clamp_size(*os.get_terminal_size(2))
    except OSError:
        return False
    if columns < _LEAST[0] or rows < _LEAST[1]:
        return False
    import signal

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _told_to_go)
    return show_boot_screen(picture(theme, environ, columns), (columns, rows))


def _told_to_go(number: int, _frame: object) -> None:
    """End at once while nothing but the picture stands; later as ever."""
    if not restore_terminal(patient=False) and number == 2:
        raise KeyboardInterrupt
    os._exit(128 + number)


def picture(theme: str, environ: Mapping[str, str], columns: int) -> Picture:
    """The first picture in a theme (`dark`, `light`, `ansi`, `mono`), as wide as the terminal."""
    colours = "" if theme in ("ansi", "mono") else colours_of(environ)
    behind, name, hint, rule = INKS[theme, colours]
    if not environ.get("TERM", "").startswith(_ERASING_IN_COLOUR):
        behind = ""
    dim = _DIM if theme in ("ansi", "mono") else ()
    return Picture(
        TextStyle(behind=behind),
        [
            (0, 1, "kraty", TextStyle(name, behind, _BOLD)),
            (1, 1, "/", TextStyle(name, behind, _BOLD)),
            (1, 3, _HINT, TextStyle(hint, behind, dim)),
            (2, 0, "─" * columns, TextStyle(rule, behind)),
        ],
    )


def colours_of(environ: Mapping[str, str]) -> str:
    """How many colours the terminal has, told as Rich tells it: `truecolor`, `256` or `standard`."""
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if environ.get("TERM", "").endswith(("-256color", "-kitty")) else "standard"


def theme_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The theme the console will open with; None where no console opens, or that cannot be told."""
    said = _said(arguments)
    if said is None or environ.get("TEXTUAL_DRIVER") or environ.get("TEXTUAL_COLOR_SYSTEM"):
        return None
    config = _config_lines(environ)
    if config is None and not (said.get("--url") or environ.get("KRATY_URL")):
        return None  # a first run: it begins with a question
    if environ.get("NO_COLOR"):
        return "mono"
    theme = said.get("--theme") or environ.get("KRATY_THEME") or _theme_in(config or [])
    if theme is None:
        return "ansi" if colours_of(environ) == "standard" else "dark"
    return theme if theme in ("dark", "light", "ansi", "mono") else None


def _said(arguments: Sequence[str]) -> dict[str, str] | None:
    """The options of arguments that open the console; None for any others."""
    said: dict[str, str] = {}
    rest = iter(arguments)
    words: list[str] = []
    for word in rest:
        option, equals, value = word.partition("=")
        if option in _WITH_VALUE:
            said[option] = value if equals else next(rest, "")
        elif word in _FLAGS:
            continue
        elif word.startswith("-") or (not words and word in OTHER_COMMANDS):
            return None
        else:
            words.append(word)
    return said if len(words) < (3 if words[:1] == ["open"] else 2) else None


def _config_lines(environ: Mapping[str, str]) -> list[str] | None:
    """The lines of the configuration; None where there is none in the places that cost nothing to know."""
    home = environ.get("HOME", "")
    named = environ.get("KRATY_CONFIG")
    folder = environ.get("XDG_CONFIG_HOME", "")
    if not folder.startswith("/"):
        folder = f"{home}/.config"
    if sys.platform == "darwin":
        folder = f"{home}/Library/Application Support"
    try:
        with open(named or f"{folder}/kraty-console/config.toml", encoding="utf-8") as file:  # noqa: PTH123 (start-up)
            return file.read(100_000).splitlines()
    except (OSError, UnicodeDecodeError):
        return None


def _theme_in(lines: Sequence[str]) -> str | None:
    """The only theme that a configuration names."""
    pairs = [line.partition("=") for line in lines]
    named = {value.partition("#")[0].strip().strip("\"'") for key, _, value in pairs if key.strip() == "theme"}
    return named.pop() if len(named) == 1 else None
