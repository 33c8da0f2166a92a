"""Lines of spans: how many cells they take, cutting and padding them, breaking words over several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size

Span = tuple[str, str]
"""Text that is safe to show, and the word for its tone (`plain`, `dim`, `good`, `warn`, `bad`, `accent`, …)."""

Line = Sequence[Span]

BACKED: Final = frozenset({"live", "test", "cursor", "cursor-blurred"})
"""Tones with a background of their own: what pads a line that ends in one has it too."""


def width_of(line: Line) -> int:
    """Terminal cells that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis or padded."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def cut(line: Line, width: int) -> list[Span]:
    """A line that takes at most `width` cells, with an ellipsis where something was left out."""
    if width_of(line) <= width:
        return list(line)
    kept: list[Span] = []
    left = width
    for text, tone in line:
        size = cell_len(text)
        if size < left:
            kept.append((text, tone))
            left -= size
            continue
        if left > 0:
            kept.append((fit(text + " ", left), tone))
        break
    return kept


def filled(line: Line, width: int) -> list[Span]:
    """A line in exactly `width` cells: cut, or padded with what it ends in."""
    spans = [span for span in cut(line, width) if span[0]]
    missing = width - width_of(spans)
    if missing > 0:
        spans.append((" " * missing, spans[-1][1] if spans and spans[-1][1] in BACKED else "plain"))
    return spans


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at blanks where there are any."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if _cells(paragraph) <= width:
            lines.append(paragraph.lstrip(" "))
            continue
        line, used = "", 0
        for word in paragraph.split(" "):
            size = _cells(word)
            for piece in chop_cells(word, width) if size > width else (word,):
                piece_size = size if piece is word else _cells(piece)
                if line and used + 1 + piece_size > width:
                    lines.append(line)
                    line, used = piece, piece_size
                else:
                    line, used = (f"{line} {piece}", used + 1 + piece_size) if line else (piece, piece_size)
        lines.append(line)
    return lines


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
