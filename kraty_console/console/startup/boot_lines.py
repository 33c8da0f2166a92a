"""What the boot screen says, in lines of spans (text, tone), and the search line as the views draw it too.

Imports nothing, like everything that is needed before the first text.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from kraty_console.console.views.text import Line

SLASH = " / "
"""Stands before the search field: the key that leads into it."""

PLACEHOLDER = "player id or e-mail"

WIDEST = 48
"""Cells that the search field takes at most; it has two fifths of the line."""


def boot_lines(width: int) -> list[Line]:
    """The name, the search line, and the rule above the lists: what the console shows before anything is known."""
    return [[(" ", "plain"), ("kraty", "title")], *resting_lines(width), [("─" * width, "rule")]]


def resting_lines(width: int) -> list[Line]:
    """The search line without focus: the slash, and the words of the placeholder that fit."""
    field = min(WIDEST, width * 2 // 5)
    words = PLACEHOLDER
    while len(words) > field + 1:  # Textual's input leaves a cell for the cursor behind them
        words = words.rpartition(" ")[0]
    return [[(SLASH, "key"), (words[:field], "dim")]]
