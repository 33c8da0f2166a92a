"""How each tone looks in a theme, told without the style sheets, for what is painted before Textual reads them.

The same as `tokens.tcss` says; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.color import Color
from rich.style import Style

from kraty_console.console.colours import COLOURS, Colours


@dataclass(frozen=True, slots=True)
class _Tone:
    letters: str
    """The variable that holds the colour of the text."""
    behind: str = "background"
    style: str = "none"
    """Textual's words for it, or behind a `$` the variable that holds them."""


_TONES: Final = {
    "plain": _Tone("foreground"),
    "dim": _Tone("muted", style="$muted-style"),
    "good": _Tone("success"),
    "warn": _Tone("warning"),
    "bad": _Tone("error", style="bold"),
    "accent": _Tone("accent"),
    "title": _Tone("primary", style="bold"),
    "rule": _Tone("rule", style="$muted-style"),
    "border": _Tone("rule"),
    "key": _Tone("primary", style="bold"),
    "mark": _Tone("success", style="bold"),
    "live": _Tone("live-text", "live", "$live-style"),
    "test": _Tone("test-text", "test", "$test-style"),
    "cursor": _Tone("row-cursor-text", "row-cursor", "$row-cursor-style"),
    "cursor-blurred": _Tone("foreground", "row-cursor-blurred", "$row-cursor-blurred-style"),
}


class ToneStyles:
    """The styles of one theme's tones."""

    def __init__(self, theme: str) -> None:
        """`theme` is the name of one of ours."""
        self._colours = COLOURS[theme]
        self._styles: dict[str, Style] = {}

    def __getitem__(self, tone: str) -> Style:
        """The style of a tone; of a word that is none, that of plain text."""
        style = self._styles.get(tone)
        if style is None:
            style = self._styles[tone] = _style(_TONES.get(tone, _TONES["plain"]), self._colours)
        return style


def _style(tone: _Tone, colours: Colours) -> Style:
    words = colours[tone.style[1:]] if tone.style.startswith("$") else tone.style
    on = {word: True for word in words.split() if word != "none"}
    return Style(color=_colour(colours[tone.letters]), bgcolor=_colour(colours[tone.behind]), **on)  # type: ignore[arg-type]


def _colour(value: str) -> Color:
    return Color.parse(value.removeprefix("ansi_"))
