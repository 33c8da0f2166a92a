"""The second filter: no text of a widget carries a sequence that controls the terminal.

Text is made safe (`present.safe`) on its way to the screen. If a widget ever draws other text, an id could write into
the clipboard (OSC 52) or draw over a dialog. This filter, which Textual applies to every line of every widget, shows a
replacement character for each character that could do that.

It has its own pattern of characters (see `contract.characters`), because it searches every drawn line.
"""

from __future__ import annotations

import re
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

HARM: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f]"
)
"""Control characters, bidirectional controls, line separators, invisible operators, surrogates, tags."""

SIGN: Final = "\N{REPLACEMENT CHARACTER}"


class TerminalFilter(LineFilter):
    """Replaces what could control the terminal or mislead the reader."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments that may be sent; the same list if there is nothing to replace."""
        del background
        if not any(HARM.search(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(HARM.sub(SIGN, segment.text), segment.style) for segment in segments
        ]
