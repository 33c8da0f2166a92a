"""Shows the boot screen before anything else is imported, if the arguments open the console.

It shows what Textual paints first, to the cell: the name, the search field, the rule below. Text, tones and colours are
those of the views and the style sheets. It imports only modules without imports of their own: the first text is on the
terminal 20 ms after the interpreter runs, and 250 ms before Textual is imported. What is not known that early, such as
a theme in one of several profiles, is left to the console.
"""

from __future__ import annotations

import os
import sys

from kraty_console.console.colours import COLOURS, TONES, choose_theme
from kraty_console.console.startup.boot_lines import SLASH, boot_lines, field_width, typed_line
from kraty_console.paint.boot_screen import Picture, TextStyle, boot_screen, restore_terminal, show_boot_screen
from kraty_console.paint.screen_size import clamp_size
from kraty_console.paint.sgr import sgr_colour

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OTHER_COMMANDS = frozenset(
    {"search", "show", "diagnose", "timeline", "audit", "act", "queue", "worklog"}
    | {"server", "webhooks", "backend", "config", "doctor"}
)
"""Commands that open no console."""

DEMOS = ("demo", "practice")
"""The commands that start a backend before they open the console; no configuration has a say in it."""

SEARCH_ROW = 1
"""The row of the search field."""

_PLAYER = "player"
_WITH_VALUE = ("--profile", "--url", "--studio", "--game", "--environment", "--theme", "--ticket")
_OF_DEMOS = ("--role", "--tickets", "--seed")
_DEMO_WORDS = tuple([each] for each in DEMOS)
_FLAGS = ("--read-only", "--mouse", "--no-mouse")
_LEAST = (40, 12)
_SGR = {"bold": "1", "dim": "2", "underline": "4", "reverse": "7"}
"""By text attribute: the parameter that turns it on."""

_ERASING_IN_COLOUR = ("xterm", "alacritty", "foot", "rxvt", "konsole", "vte", "gnome", "iterm", "wezterm", "ghostty")
"""Beginnings of the names of terminals that erase with the current background, known without terminfo."""


def show_first_frame(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Show the boot screen if the console will open on this terminal; returns whether it is shown."""
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
    if not show_boot_screen(picture(theme, environ, columns), (columns, rows), _end):
        return False
    if not names_player(arguments):
        echo_typed(theme, environ)
    return True


def echo_typed(theme: str, environ: Mapping[str, str]) -> None:
    """From now on show what is typed in the search field, where the console will have it."""
    screen = boot_screen()
    assert screen is not None
    pieces = screen.picture.pieces
    field, before = field_width(screen.size[0]), len(pieces)

    def draw(text: str) -> None:
        shown, tone = typed_line(text, field)
        del pieces[before:]
        pieces.append((SEARCH_ROW, len(SLASH), shown, style_of(tone, theme, environ)))
        screen.add(
            "".join(f"\x1b[{y + 1};{x + 1}H{style.sequence}{text}\x1b[m" for y, x, text, style in pieces[before:])
        )

    screen.echo(draw)


def _end(number: int, _frame: object) -> None:
    """End at once while only the boot screen is shown; later as without it."""
    if not restore_terminal(patient=False) and number == 2:
        raise KeyboardInterrupt
    os._exit(128 + number)


def picture(theme: str, environ: Mapping[str, str], columns: int) -> Picture:
    """The first picture in a theme, as wide as the terminal."""
    pieces = []
    for y, line in enumerate(boot_lines(columns)):
        x = 0
        for text, tone in line:
            if shown := text.strip():
                pieces.append((y, x + text.index(shown), shown, style_of(tone, theme, environ)))
            x += len(text)
    return Picture(TextStyle(behind=_background(theme, environ)), pieces)


def style_of(tone: str, theme: str, environ: Mapping[str, str]) -> TextStyle:
    """A tone of a theme, in as many colours as the terminal has."""
    colours, of_tone = COLOURS[theme], TONES[tone]
    attributes = tuple(_SGR[word] for word in of_tone.attributes(colours))
    letters = sgr_colour(colours[of_tone.text], colours_of(environ), text=True)
    return TextStyle(letters, _background(theme, environ), attributes)


def _background(theme: str, environ: Mapping[str, str]) -> str:
    if not environ.get("TERM", "").startswith(_ERASING_IN_COLOUR):
        return ""
    return sgr_colour(COLOURS[theme]["background"], colours_of(environ), text=False)


def colours_of(environ: Mapping[str, str]) -> str:
    """How many colours the terminal has, in Rich's words: `truecolor`, `256` or `standard`."""
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if environ.get("TERM", "").endswith(("-256color", "-kitty")) else "standard"


def theme_of(arguments: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The theme that the console will open with; None if no console opens, or if that is not known yet."""
    options = _options(arguments)
    if options is None or environ.get("TEXTUAL_DRIVER") or environ.get("TEXTUAL_COLOR_SYSTEM"):
        return None
    config = [] if options.keys() & DEMOS else _config_lines(environ)
    if config is None and not (options.get("--url") or environ.get("KRATY_URL")):
        return None  # a first run: it begins with a question
    theme = options.get("--theme") or environ.get("KRATY_THEME") or _theme_in(config or [])
    try:
        return choose_theme(theme, environ, colours_of(environ))
    except ValueError:
        return None


def names_player(arguments: Sequence[str]) -> bool:
    """Whether the console opens on a player; it opens with its search field otherwise."""
    return _PLAYER in (_options(arguments) or {})


def _options(arguments: Sequence[str]) -> dict[str, str] | None:
    """The options with values and the player, if the arguments open the console; None for all others."""
    options: dict[str, str] = {}
    rest = iter(arguments)
    words: list[str] = []
    for word in rest:
        option, equals, value = word.partition("=")
        if option in _WITH_VALUE or (option in _OF_DEMOS and words[:1] in _DEMO_WORDS):
            options[option] = value if equals else next(rest, "")
        elif word in _FLAGS:
            continue
        elif word.startswith("-") or (not words and word in OTHER_COMMANDS):
            return None
        else:
            words.append(word)
    if words[:1] in (["open"], *_DEMO_WORDS):
        options[words.pop(0)] = ""
    if words:
        options[_PLAYER] = words[0]
    return options if len(words) < 2 else None


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
