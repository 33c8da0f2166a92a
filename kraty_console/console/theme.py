"""The themes, as Textual takes them."""

from __future__ import annotations

from typing import Any, Final

from textual.theme import Theme

from kraty_console.console.colours import COLOURS, DARK, Colours


def _theme(colours: Colours) -> Theme:
    own: dict[str, Any] = dict(colours.base)
    return Theme(
        name=colours.name,
        **own,
        ansi=colours.ansi,
        dark=colours.dark,
        variables=dict(colours.variables),
    )


THEMES: Final = tuple(_theme(colours) for colours in COLOURS.values())

VARIABLE_DEFAULTS: Final[dict[str, str]] = dict(COLOURS[DARK].variables)
"""So that any other theme a person may register still resolves every variable of our sheets."""
