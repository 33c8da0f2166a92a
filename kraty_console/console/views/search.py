"""The search line while nobody types in it."""

from __future__ import annotations

from typing import Final

from kraty_console.console.views.text import Line, wrap

SLASH: Final = " / "
"""Stands before the field: the key that leads into it."""

PLACEHOLDER: Final = "player id or e-mail"

WIDEST: Final = 48
"""Cells that the field takes at most; it has two fifths of the line."""


def resting_lines(width: int) -> list[Line]:
    """The slash, and in the field what may be typed."""
    field = min(WIDEST, width * 2 // 5)
    whole_words = wrap(PLACEHOLDER, field + 1)[0]  # Textual's input leaves a cell for the cursor behind them
    return [[(SLASH, "key"), (whole_words[:field], "dim")]]
