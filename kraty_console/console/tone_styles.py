"""The style of each tone as Rich paints it, for what is painted before Textual reads the style sheets."""

from __future__ import annotations

from rich.color import Color
from rich.style import Style

from kraty_console.console.colours import COLOURS, TONES, Colours, Tone


class ToneStyles:
    """The styles of one theme's tones."""

    def __init__(self, theme: str) -> None:
        """`theme` is a name in `COLOURS`."""
        self._colours = COLOURS[theme]
        self._styles: dict[str, Style] = {}

    def __getitem__(self, tone: str) -> Style:
        """The style of a tone; an unknown tone looks like plain text."""
        style = self._styles.get(tone)
        if style is None:
            style = self._styles[tone] = _style(TONES.get(tone, TONES["plain"]), self._colours)
        return style


def _style(tone: Tone, colours: Colours) -> Style:
    on = dict.fromkeys(tone.attributes(colours), True)
    return Style(color=_colour(colours[tone.text]), bgcolor=_colour(colours[tone.background]), **on)  # type: ignore[arg-type]


def _colour(value: str) -> Color:
    return Color.parse(value.removeprefix("ansi_"))
