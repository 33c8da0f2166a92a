"""The themes, as Textual takes them."""

from __future__ import annotations

from typing import Any, Final

from textual.theme import Theme

from kraty_console.console.colours import COLOURS, DARK, Colours

_AS_WRITTEN: Final = ("primary", "accent", "warning", "error", "success")
"""Of these Textual makes shades, and what it then takes for the colour itself may be one off by rounding."""


def _theme(colours: Colours) -> Theme:
    own: dict[str, Any] = dict(colours.base)
    return Theme(
        name=colours.name,
        **own,
        ansi=colours.ansi,
        dark=colours.dark,
        variables={**{name: own[name] for name in _AS_WRITTEN}, **colours.variables},
    )


THEMES: Final = tuple(_theme(colours) for colours in COLOURS.values())

VARIABLE_DEFAULTS: Final[dict[str, str]] = dict(COLOURS[DARK].variables)
"""So that any other theme a person may register still resolves every variable of our sheets."""
