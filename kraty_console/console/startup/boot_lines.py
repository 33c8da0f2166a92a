"""What the boot screen says, in lines of spans (text, tone), and the search line as the views draw it too.

Imports nothing, like everything that is needed before the first text.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import takes 4 ms
if TYPE_CHECKING:
    from kraty_console.console.views.text import Line, Span

SLASH = " / "
"""Stands before the search field: the key that leads into it."""

PLACEHOLDER = "player id or e-mail"

WIDEST = 48
"""Cells that the search field takes at most; it has two fifths of the line."""


def boot_lines(width: int) -> list[Line]:
    """The name, the search line, and the rule above the lists: what the console shows before anything is known."""
    return [[(" ", "plain"), ("kraty", "title")], *resting_lines(width), [("─" * width, "rule")]]


def resting_lines(width: int) -> list[Line]:
    """The search line without text: the slash, and the words of the placeholder that fit."""
    return [[(SLASH, "key"), (_placeholder(field_width(width)), "dim")]]


def field_width(width: int) -> int:
    """Cells of the search field in a terminal of this width."""
    return min(WIDEST, width * 2 // 5)


def typed_line(text: str, field: int) -> Span:
    """The search field with this text in it; ASCII. A text that is too long shows its end."""
    shown, tone = (text[1 - field :], "plain") if text else (_placeholder(field), "dim")
    return shown.ljust(field), tone


def _placeholder(field: int) -> str:
    """The whole words of the placeholder that fit."""
    words = PLACEHOLDER
    while len(words) > field + 1:  # Textual's input leaves a cell for the cursor behind them
        words = words.rpartition(" ")[0]
    return words[:field]
