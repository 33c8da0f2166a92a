"""The table of colours: four themes, what each tone looks like, and which theme a terminal gets.

The boot screen, the first picture of a player and the style sheets all read it. It imports nothing, because the boot
screen is painted before anything is imported. `kraty-ansi` uses the terminal's own sixteen colours, `kraty-mono` none
at all; both tell things apart by words, bold and reverse, as every other theme does too.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from collections.abc import Mapping

DARK = "kraty-dark"
LIGHT = "kraty-light"
ANSI = "kraty-ansi"
MONO = "kraty-mono"


class Colours:
    """The value of each variable of the style sheets in one theme."""

    __slots__ = ("ansi", "base", "dark", "name", "variables")

    def __init__(
        self, name: str, base: Mapping[str, str], variables: Mapping[str, str], *, ansi: bool = False, dark: bool = True
    ) -> None:
        """
        Args:
            name: The name of the theme.
            base: Textual's own variables: `#rrggbb` or `ansi_…`.
            variables: Ours, and those of Textual's that differ from what it derives.
            ansi: Whether only the terminal's own colours are used.
            dark: Whether the background is dark.
        """
        self.name = name
        self.base = base
        self.variables = variables
        self.ansi = ansi
        self.dark = dark

    def __getitem__(self, variable: str) -> str:
        return self.variables.get(variable) or self.base[variable]


class Tone:
    """The variables that give a tone its look."""

    __slots__ = ("background", "style", "text")

    def __init__(self, text: str, background: str = "background", style: str = "none") -> None:
        """`style` is Textual's words for it, or behind a `$` the variable that holds them."""
        self.text = text
        self.background = background
        self.style = style

    def attributes(self, colours: Colours) -> tuple[str, ...]:
        """The text attributes in a theme, in Textual's words: `bold`, `dim`, `reverse`, `underline`."""
        words = colours[self.style[1:]] if self.style.startswith("$") else self.style
        return tuple(word for word in words.split() if word != "none")


TONES = {
    "plain": Tone("foreground"),
    "dim": Tone("muted", style="$muted-style"),
    "good": Tone("success"),
    "warn": Tone("warning"),
    "bad": Tone("error", style="bold"),
    "accent": Tone("accent"),
    "title": Tone("primary", style="bold"),
    "rule": Tone("rule", style="$muted-style"),
    "border": Tone("rule"),
    "key": Tone("primary", style="bold"),
    "mark": Tone("success", style="bold"),
    "live": Tone("live-text", "live", "$live-style"),
    "test": Tone("test-text", "test", "$test-style"),
    "cursor": Tone("row-cursor-text", "row-cursor", "$row-cursor-style"),
    "cursor-blurred": Tone("foreground", "row-cursor-blurred", "$row-cursor-blurred-style"),
}
"""The tones, as `tokens.tcss` declares them; a test compares the two."""


_DARK = Colours(
    name=DARK,
    base={
        "primary": "#5fafd7",
        "secondary": "#87afaf",
        "accent": "#d6af5f",
        "warning": "#dfaf5a",
        "error": "#f1777a",
        "success": "#8fc97a",
        "foreground": "#d0d4d8",
        "background": "#12161b",
        "surface": "#12161b",
        "panel": "#1c232b",
        "boost": "#1c232b",
    },
    variables={
        "muted-style": "none",
        "live-style": "bold",
        "test-style": "bold",
        "row-cursor-blurred-style": "none",
        "muted": "#8a949e",
        "rule": "#3c4854",
        "row-cursor": "#29465b",
        "row-cursor-text": "#f2f5f7",
        "row-cursor-style": "none",
        "row-cursor-blurred": "#222d37",
        "live": "#c9363d",
        "live-text": "#ffffff",
        "test": "#2f7d57",
        "test-text": "#ffffff",
        "border": "#3c4854",
        "border-blurred": "#3c4854",
        "input-selection-background": "#2f6f9f",
    },
)

_LIGHT = Colours(
    name=LIGHT,
    base={
        "primary": "#005f87",
        "secondary": "#3a6a6a",
        "accent": "#795200",
        "warning": "#894b00",
        "error": "#af0020",
        "success": "#1f6b1f",
        "foreground": "#1c2126",
        "background": "#f7f7f4",
        "surface": "#f7f7f4",
        "panel": "#e9e9e4",
        "boost": "#e9e9e4",
    },
    variables={
        "muted-style": "none",
        "live-style": "bold",
        "test-style": "bold",
        "row-cursor-blurred-style": "none",
        "muted": "#5b646c",
        "rule": "#b4bac0",
        "row-cursor": "#c5dbe8",
        "row-cursor-text": "#10161b",
        "row-cursor-style": "none",
        "row-cursor-blurred": "#e0e6ea",
        "live": "#b3202a",
        "live-text": "#ffffff",
        "test": "#1f6b45",
        "test-text": "#ffffff",
        "border": "#b4bac0",
        "border-blurred": "#b4bac0",
        "input-selection-background": "#9cc7e0",
    },
    dark=False,
)

_ANSI = Colours(
    name=ANSI,
    base={
        "primary": "ansi_cyan",
        "secondary": "ansi_cyan",
        "accent": "ansi_yellow",
        "warning": "ansi_yellow",
        "error": "ansi_red",
        "success": "ansi_green",
        "foreground": "ansi_default",
        "background": "ansi_default",
        "surface": "ansi_default",
        "panel": "ansi_default",
        "boost": "ansi_default",
    },
    variables={
        "muted-style": "dim",
        "live-style": "bold",
        "test-style": "bold",
        "row-cursor-blurred-style": "underline",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "muted": "ansi_default",
        "rule": "ansi_default",
        "row-cursor": "ansi_default",
        "row-cursor-text": "ansi_default",
        "row-cursor-style": "reverse",
        "row-cursor-blurred": "ansi_default",
        "live": "ansi_red",
        "live-text": "ansi_bright_white",
        "test": "ansi_green",
        "test-text": "ansi_black",
        "border": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
    },
    ansi=True,
)

_MONO = Colours(
    name=MONO,
    base=dict.fromkeys(_ANSI.base, "ansi_default"),
    variables={
        **_ANSI.variables,
        "live-style": "bold reverse",
        "test-style": "reverse",
        "live": "ansi_default",
        "live-text": "ansi_default",
        "test": "ansi_default",
        "test-text": "ansi_default",
        "input-selection-background": "ansi_default",
        "input-selection-foreground": "ansi_default",
        "input-selection-text-style": "reverse",
    },
    ansi=True,
)

COLOURS = {each.name: each for each in (_DARK, _LIGHT, _ANSI, _MONO)}
"""By name of the theme."""

NAMES = {"dark": DARK, "light": LIGHT, "ansi": ANSI, "mono": MONO}
"""What `--theme` and the profile call them."""


def choose_theme(wanted: str | None, environ: Mapping[str, str], colors: str | None) -> str:
    """The theme for this terminal.

    Args:
        wanted: A name of `NAMES`, from the flag or the profile, or None.
        environ: The environment; any `NO_COLOR` wins over everything (no-color.org).
        colors: rich's name of the terminal's colour system: `truecolor`, `256`, `standard`, or None.

    Raises:
        ValueError: When `wanted` is no theme; the message lists the names.
    """
    if wanted is not None and wanted not in NAMES:
        raise ValueError(f"theme {wanted!r} is not one of {', '.join(NAMES)}")
    if environ.get("NO_COLOR"):
        return MONO
    if wanted is not None:
        return NAMES[wanted]
    return DARK if colors in ("truecolor", "256", "eight_bit") else ANSI
