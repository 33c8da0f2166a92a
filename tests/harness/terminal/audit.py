"""The auditor of what a program sent to its terminal: every byte must be one that our own renderer makes.

The stream is cut into tokens by the states of an ANSI terminal. A sequence passes only when it is in the table of what
Textual's driver and compositor send, in the order and as often as they send it; a character passes only when it can
be seen (console/README.md#text-from-outside). So a sequence that came out of player data is found even where it looks
like one of ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"(?P<csi>\x1b\[[0-?]*[ -/]*[@-~])"
    rb"|(?P<string>\x1b[\]PX^_][^\x07\x1b\x18\x1a]*(?:\x07|\x1b\\))"
    rb"|(?P<line>\r\n)"
    rb"|(?P<control>\x1b.?|[\x00-\x1f\x7f])"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
_COLOUR = r"(?:{0}[0-79]|{1}[0-7]|{0}8;5;\d{{1,3}}|{0}8;2;\d{{1,3}};\d{{1,3}};\d{{1,3}})"
# What is turned off, attributes in rising order, the colour of the letters, the colour behind them: as Rich writes a
# style, and as the painter writes what of a style changes.
_STYLE = re.compile(
    r"\x1b\[(?:0|(?:0;)?(?=[0-9])(?:2[2-57-9];?)*(?:1;?)?(?:2;?)?(?:3;?)?(?:4;?)?(?:7;?)?(?:9;?)?"
    rf"(?:{_COLOUR.format(3, 9)};?)?(?:{_COLOUR.format(4, 10)})?)?(?<!;)m"
)
_PLACE = re.compile(r"\x1b\[(?:\d{1,4}(?:;\d{1,4})?)?H")
_STEP = re.compile(r"\x1b\[(?:\d{1,4}[ABCDX]|[ABCDK]|\d{1,4}b)")
"""The painter goes a step, clears some cells or the rest of a row, or says the last character again."""
_CLEAR = "\x1b[2J"
"""It clears the screen when it begins: after a reset, and the colour to clear to."""
_RESET = "\x1b[m"
_FRAME_BEGINS, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"
_ENTER, _LEAVE = "\x1b[?1049h", "\x1b[?1049l"
_ONCE = {
    *(_ENTER, _LEAVE, "\x1b[?25l", "\x1b[?25h", "\x1b[?1004h", "\x1b[?1004l", "\x1b[?2004h", "\x1b[?2004l"),
    *("\x1b[?7l", "\x1b[?7h", "\x1b[?2048h", "\x1b[?2048l", "\x1b[?2026$p", "\x1b[?2048$p", "\x1b[>25u", "\x1b[<u"),
}
"""What Textual's driver sends once when it starts or stops, without a mouse."""
_POINTER = re.compile(r"\x1b\]22;(?:default|pointer|text)\x07")
_CLIPBOARD = re.compile(r"\x1b\]52;c;[A-Za-z0-9+/]*={0,2}\x07")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
_MOST_MARKS = 8


@dataclass(frozen=True)
class Finding:
    """Output that our renderer does not send: the fault, its position, and the bytes around it."""

    what: str
    offset: int
    around: bytes

    def __str__(self) -> str:
        return f"{self.what} at {self.offset}: {self.around!r}"


class Audit:
    """Collects the findings of one stream; `copies` is how many writes to the clipboard the test asked for."""

    def __init__(self, data: bytes, *, copies: int = 0) -> None:
        self.findings: list[Finding] = []
        self._data = data
        self._copies = copies
        self._sent: Counter[str] = Counter()
        self._full_screen = self._in_frame = False
        self._before: list[str] = []
        for token in _TOKEN.finditer(data):
            if wrong := self._judge(token.lastgroup or "", token.group(), token.end()):
                around = data[max(0, token.start() - 24) : token.end() + 24][:160]
                self.findings.append(Finding(wrong, token.start(), around))
        if self._in_frame:
            self.findings.append(Finding("a frame was begun and never ended", len(data), data[-48:]))

    def _judge(self, kind: str, data: bytes, end: int) -> str | None:
        """What is wrong with a token, or nothing."""
        before, self._before = self._before, [*self._before[-1:], data.decode("latin-1")]
        if data == _CLEAR.encode() and _RESET in before and all(map(_STYLE.fullmatch, before)):
            return None
        try:
            token = data.decode()
        except UnicodeDecodeError:
            return f"bytes that are no UTF-8 in {kind}"
        if kind == "text":
            return unseen(token)
        if kind == "line":  # in a frame a line ends only where the next one is placed
            placed = _PLACE.match(self._data[end : end + 16].decode("latin-1"))
            return "a line break inside a text" if self._full_screen and not placed else None
        if kind == "csi":
            return self._judge_csi(token)
        if kind == "string":
            return self._judge_string(token)
        return f"control {token!r}"

    def _judge_csi(self, token: str) -> str | None:
        if token in (_FRAME_BEGINS, _FRAME_ENDS):
            begins, was = token == _FRAME_BEGINS, self._in_frame
            self._in_frame = begins
            return "frames that do not alternate" if begins == was else None
        if token in _ONCE:
            self._sent[token] += 1
            if token in (_ENTER, _LEAVE):
                self._full_screen = token == _ENTER
            return f"{token!r} sent again" if self._sent[token] > 1 else None
        known = any(each.fullmatch(token) for each in (_STYLE, _PLACE, _STEP))
        return None if known else f"sequence {token!r}"

    def _judge_string(self, token: str) -> str | None:
        if _CLIPBOARD.fullmatch(token):
            self._copies -= 1
            return None if self._copies >= 0 else "a copy to the clipboard that nobody asked for"
        return None if _POINTER.fullmatch(token) else f"string {token[:40]!r}"


def unseen(text: str) -> str | None:
    """What in a text cannot be seen, or deceives who reads it; nothing for a text that is as it looks."""
    marks = 0
    for index, character in enumerate(text):
        if " " <= character <= "~":
            marks = 0
            continue
        category = unicodedata.category(character)
        if category in _UNSEEN and not (character in _JOINERS and _joins(text, index)):
            return f"character U+{ord(character):04X} ({category})"
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            return f"more than {_MOST_MARKS} combining marks in a row"
    return None


def _joins(text: str, index: int) -> bool:
    """Whether the joiner at an index stands between two characters of an emoji or of a script that has joiners."""
    return all(neighbour >= "\u0300" for neighbour in (text[index - 1 : index], text[index + 1 : index + 2]))


def audit(data: bytes | bytearray, *, copies: int = 0) -> list[Finding]:
    """All findings of a stream; empty when every byte is ours."""
    return Audit(bytes(data), copies=copies).findings


def assert_clean(data: bytes | bytearray, *, copies: int = 0) -> None:
    """Fail with the first findings of a stream, if there are any."""
    findings = audit(data, copies=copies)
    assert not findings, f"{len(findings)} findings:\n" + "\n".join(map(str, findings[:12]))
