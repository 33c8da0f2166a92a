"""The second filter: no text of a widget carries a sequence that controls the terminal.

Text passes the door (`present.safe`) on its way to the screen. Should a widget ever draw text that did not, this
filter, which Textual puts behind every line of every widget, shows a sign for each character that could do harm.
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
    """Replaces what could steer the terminal or deceive the eye."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments as they may leave; the same list where there was nothing to replace."""
        del background
        if not any(HARM.search(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(HARM.sub(SIGN, segment.text), segment.style) for segment in segments
        ]
