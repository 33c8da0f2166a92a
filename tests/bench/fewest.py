"""The ideal cell diff: only the cells that changed, the shortest way to each, a style only where it changes.

Each style is told from a reset, and nothing is erased or repeated: what a terminal can do on top may send fewer.
"""

from __future__ import annotations

from typing import Any

from tests.harness.terminal import Emulator

Cell = tuple[Any, ...]
"""Character, letter colour, background, bold, italic, underlined, struck out, reversed, blinking."""
Cells = list[list[Cell]]


def cells(emulator: Emulator) -> Cells:
    """The screen as rows of cells."""
    emulator.draw()
    columns, rows = emulator.size
    buffer = emulator.screen.buffer
    return [[tuple(buffer[y][x]) for x in range(columns)] for y in range(rows)]


def fewest(before: Cells, after: Cells) -> tuple[int, int]:
    """(cells that changed, bytes that the smallest difference takes)."""
    size = changed = 0
    at: tuple[int, int] | None = None
    current: str | None = None
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        for x, (was, is_) in enumerate(zip(old, new, strict=True)):
            if was == is_:
                continue
            changed += 1
            if is_[0] == "":
                continue
            if at != (y, x):
                gap = x - at[1] if at and at[0] == y else 0
                size += len(f"\x1b[{gap}C") if 0 < gap < 10 else len(f"\x1b[{y + 1};{x + 1}H")
            look = _style(is_)
            if look != current:
                size += len(look) + 3
                current = look
            size += len(is_[0].encode())
            at = (y, x + 1)
    return changed, size


def _style(cell: Cell) -> str:
    """The parameters that give a cell its look, from a reset."""
    _, letters, behind, bold, italic, underlined, struck, reversed_, _ = cell
    parts = ["0"]
    for colour, base in ((letters, 30), (behind, 40)):
        if colour == "default":
            continue
        if len(colour) == 6 and all(c in "0123456789abcdef" for c in colour):
            parts.append(f"{base + 8};2;{int(colour[:2], 16)};{int(colour[2:4], 16)};{int(colour[4:], 16)}")
        else:
            parts.append(str(base))
    on = ((bold, 1), (italic, 3), (underlined, 4), (struck, 9), (reversed_, 7))
    return ";".join([*parts, *(str(number) for yes, number in on if yes)])
