"""Splits text into terminal cells, with the widths that the layout used (Rich's).

Every painted piece passes here, so the usual characters are recognised by patterns instead of being measured; and this
package depends on no other, so it has its own pattern of control characters (see `contract.characters`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rich.cells import split_graphemes
from rich.segment import Segment

from kraty_console.paint.cell_style import CellStyles

REST: Final = ""
"""The text of the second cell of a wide character."""

UNKNOWN: Final = "\0"
"""The text of a cell with unknown content; differs from all painted text and is never sent."""

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
NARROW: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u0482\u2010-\u2027\u2190-\u2199\u2500-\u25fc]*"
)
"""Text whose characters take one cell each and never combine: the fast path for nearly all text."""

_SIGN: Final = "\N{REPLACEMENT CHARACTER}"


def cells_of(segments: Iterable[Segment], styles: CellStyles) -> tuple[list[str], list[int]]:
    """The text and the style number of each cell of a piece of a line.

    Control characters are replaced by a sign: only this package creates control sequences.
    """
    texts: list[str] = []
    numbers: list[int] = []
    blanks = styles.blanks
    for text, style, control in segments:
        if control or not text:
            continue
        number = styles.number(style)
        blank = blanks[number]
        if not NARROW.fullmatch(text):
            _add_wide(text, number, blank, texts, numbers)
            continue
        texts += text
        if number == blank or " " not in text:
            numbers += [number] * len(text)
        elif text.isspace():
            numbers += [blank] * len(text)
        else:
            numbers += [blank if character == " " else number for character in text]
    return texts, numbers


def _add_wide(text: str, number: int, blank: int, texts: list[str], numbers: list[int]) -> None:
    """Add text whose characters may take two cells or none, or combine."""
    text = _CONTROL.sub(_SIGN, text)
    for start, end, width in split_graphemes(text)[0]:
        cluster = text[start:end]
        if width == 0:  # a combining mark belongs to the previous cell
            if texts and texts[-1] != REST:
                texts[-1] += cluster
            continue
        texts.append(cluster)
        numbers.append(blank if cluster == " " else number)
        for _ in range(width - 1):
            texts.append(REST)
            numbers.append(number)
