"""The far side of a pseudo-terminal, without any input or output of its own.

Bytes of a program go in; the screen as cells, the modes that the program set, and the answers that a terminal gives to
its questions (device attributes, modes, keyboard protocol, cursor, size, colours) come out.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from unicodedata import combining

import pyte
from pyte.modes import IRM
from pyte.screens import Char
from wcwidth import wcwidth

# A sequence or a UTF-8 character cut off by the end of a read.
_CUT = re.compile(
    rb"(?:\x1b(?:\[[0-?]*[ -/]*|[P_^\]X][^\x07\x1b]*\x1b?)?"
    rb"|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)
# What a terminal answers or keeps track of.
_REQUEST = re.compile(
    rb"\x1b(?:\[[?>=<]?[\d;]*\$?[cnpqtuhl]|\](?:1[012]|4;\d+);\?(?:\x07|\x1b\\)"
    rb"|\]52;[a-z]*;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)|P[+$]q[^\x1b]*\x1b\\)"
)
# What pyte would print as text or misread.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[(?:[<>=][0-?]*[ -/]*[@-~]|\?[\d;]*[unS]|[0-?]*[ -/]+[@-~]|[\d;]*:[\d;:]*m|[\d;]*t)"
    rb"|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
# What a program paints with, as a whole.
_USUAL = re.compile(rb"\x1b\[([\d;]*)([A-HJKLMPSTXbdm@])")
# What takes one cell each, for certain.
_NARROW = re.compile("[ -~\u2500-\u259f]*")
_ANSWERS = {
    "[c": "[?62;22c",
    "[0c": "[?62;22c",
    "[>c": "[>41;354;0c",
    "[>0c": "[>41;354;0c",
    "[5n": "[0n",
    "[?996n": "[?997;1n",
    "[>q": "P>|tests(1)\x1b\\",
    "[>0q": "P>|tests(1)\x1b\\",
}
_KEYS = {
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
    "Insert": "\x1b[2~",
    "Delete": "\x1b[3~",
    "Tab": "\t",
    "S-Tab": "\x1b[Z",
    "Enter": "\r",
    "Esc": "\x1b",
    "Space": " ",
    "Backspace": "\x7f",
    **{f"F{n}": f"\x1bO{'OPQRS'[n]}" for n in range(1, 5)},
    **{f"F{n}": f"\x1b[{10 + n + (n > 5)}~" for n in range(5, 11)},
}
_SYNCHRONISED, _IN_BAND_RESIZE, _ALTERNATE_SCREEN = 2026, 2048, 1049


class _Screen(pyte.Screen):
    """pyte's screen with what programs use and pyte lacks: repeating, scrolling, clearing to a colour.

    Plain text within a line is drawn here, without asking for each character what pyte asks.
    """

    last = " "

    def draw(self, data: str) -> None:
        self.last = data[-1:] or self.last
        cursor = self.cursor
        if not _NARROW.fullmatch(data) or cursor.x + len(data) > self.columns or self.charset or IRM in self.mode:
            self._draw_slowly(data)
            return
        line, look = self.buffer[cursor.y], cursor.attrs[1:]
        for column, character in enumerate(data, cursor.x):
            line[column] = Char(character, *look)
        cursor.x += len(data)
        self.dirty.add(cursor.y)

    def _draw_slowly(self, data: str) -> None:
        super().draw(data)
        if any(map(combining, data)):  # what combines may go to another line, of which pyte does not tell
            self.dirty.update(range(self.lines))

    def repeat(self, count: int = 1) -> None:
        self._draw_slowly(self.last * (count or 1))

    def erase_in_display(self, how: int = 0, *more: object, **options: object) -> None:
        super().erase_in_display(how, *more, **options)
        if how == 2:  # pyte leaves alone the cells that it has not met
            for y in range(self.lines):
                for x in range(self.columns):
                    self.buffer[y][x] = self.cursor.attrs
            self.dirty.update(range(self.lines))

    def scroll_up(self, count: int = 1, *, down: bool = False) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        row, self.cursor.y = self.cursor.y, top if down else bottom
        for _ in range(count or 1):
            self.reverse_index() if down else self.index()
        self.cursor.y = row

    def scroll_down(self, count: int = 1) -> None:
        self.scroll_up(count, down=True)


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}

    def feed(self, data: bytes) -> None:
        """Take bytes; whole sequences of the usual form go to the screen at once, not through pyte's parser."""
        at = 0
        for found in _USUAL.finditer(data):
            if found.start() > at:
                super().feed(data[at : found.start()])
                at = found.start()
            if self._taking_plain_text is None:  # it is in the middle of something else
                break
            at = found.end()
            numbers = [min(int(each or 0), 9999) for each in found[1].split(b";")]
            getattr(self.listener, self.csi[found[2].decode()])(*numbers)
        super().feed(data[at:])


def _line(cells: Mapping[int, Char], columns: int) -> str:
    """One line. The second half of a wide character is empty; where the first was written over, it is a blank."""
    text, wide = "", False
    for column in range(columns):
        data = cells[column].data
        text += data or ("" if wide else " ")
        wide = wcwidth(data[:1]) == 2 if data else False
    return text


class Emulator:
    """A terminal of `columns` × `rows`; a `modern` one knows the Kitty keyboard, synchronised output and in-band
    resizing."""

    def __init__(self, columns: int, rows: int, *, modern: bool = True) -> None:
        self.modern = modern
        self.screen = _Screen(columns, rows)
        self.modes: set[int] = set()
        """The private modes of DEC that are set."""
        self.kitty: list[int] = [0]
        """The stack of Kitty keyboard flags."""
        self.clipboard: list[str] = []
        """What was put on the clipboard by OSC 52, oldest first."""
        self._stream = _Stream(self.screen)
        self._cut = b""
        self._undrawn: list[bytes] = []
        self._lines: list[str] = []

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the program and return the answers to the questions in them; `draw` paints them later."""
        data = self._cut + data
        cut = _CUT.search(data)
        data, self._cut = (data[: cut.start()], data[cut.start() :]) if cut else (data, b"")
        if data:
            self._undrawn.append(data)
        return "".join(
            "\x1b" + answer for request in _REQUEST.findall(data) if (answer := self._answer(request[1:].decode()))
        ).encode()

    @property
    def backlog(self) -> int:
        """How many receipts wait to be painted."""
        return len(self._undrawn)

    def draw(self, at_most: int | None = None) -> None:
        """Paint what was received, or its first receipts only."""
        for data in self._undrawn[:at_most]:
            self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        del self._undrawn[:at_most]

    def lines(self) -> list[str]:
        """The screen as lines of as many characters as there are cells, less one for each wide character."""
        self.draw()
        return self.lines_drawn()

    def lines_drawn(self) -> list[str]:
        """The same, of what has been drawn until now."""
        columns, rows = self.size
        if len(self._lines) != rows:
            self._lines = [""] * rows
        for row in self.screen.dirty:
            if row < rows:
                self._lines[row] = _line(self.screen.buffer[row], columns)
        self.screen.dirty.clear()
        return self._lines.copy()

    def text(self) -> str:
        """The screen as text, its lines without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.lines())

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.screen.columns, self.screen.lines

    @property
    def in_frame(self) -> bool:
        """Whether the program began a synchronised frame that it has not ended: the screen is half painted."""
        return _SYNCHRONISED in self.modes

    @property
    def full_screen(self) -> bool:
        """Whether the program is on the alternate screen."""
        return _ALTERNATE_SCREEN in self.modes

    def resize(self, columns: int, rows: int) -> bytes:
        """Change the size; returns the report for a program that asked to be told in band."""
        self.draw()
        self.screen.resize(rows, columns)
        return f"\x1b{self._size_report()}".encode() if _IN_BAND_RESIZE in self.modes else b""

    def encode(self, key: str) -> bytes:
        """The bytes of a key (a name of `_KEYS`, `C-x`, `M-x` or a character) in the modes the program has set."""
        flags = self.kitty[-1]
        data, prefix, char = _KEYS.get(key, key), key[:2], key[2:]
        if char and prefix in ("C-", "M-"):
            old = chr(ord(char.upper()) & 0x1F) if prefix == "C-" else "\x1b" + char
            data = f"\x1b[{ord(char)};{5 if prefix == 'C-' else 3}u" if flags & 1 else old
        elif (flags & 1 and key == "Esc") or (flags & 8 and data in ("\r", "\t", "\x7f")):
            data = f"\x1b[{ord(data)}u"
        elif flags & 8 and len(data) == 1:  # every key as a sequence, with its text if asked for
            shift, text = "2" * (data != data.lower()), f";{ord(data)}" * bool(flags & 16)
            data = f"\x1b[{ord(data.lower())}{';' + shift if shift or text else ''}{text}u"
        elif data[:2] == "\x1b[" and data[-1] in "ABCDHF" and 1 in self.modes:  # application cursor keys
            data = "\x1bO" + data[2:]
        return data.encode()

    def _size_report(self) -> str:
        columns, rows = self.size
        return f"[48;{rows};{columns};{rows * 18};{columns * 9}t"

    def _answer(self, request: str) -> str:
        """The answer to a request, both without their leading ESC; empty for none."""
        if request in _ANSWERS:
            return _ANSWERS[request]
        if request[:2] in ("P+", "P$"):
            return f"P0{request[1]}r\x1b\\"
        if request.startswith("]52;"):
            self._copy(request[4:].rstrip("\x07\x1b\\").partition(";")[2])
            return ""
        if request[0] == "]":
            level = "1e1e" if request.startswith("]11;") else "d0d0"
            return f"{request.split('?')[0]}rgb:{level}/{level}/{level}\x1b\\"
        return self._answer_csi(request)

    def _copy(self, payload: str) -> None:
        try:
            self.clipboard.append(base64.b64decode(payload, validate=True).decode(errors="backslashreplace"))
        except binascii.Error:
            self.clipboard.append(f"not base64: {payload}")

    def _answer_csi(self, request: str) -> str:
        kind, final, numbers = request[:2], request[-1], [*map(int, re.findall(r"\d+", request))]
        columns, rows = self.size
        if request == "[6n":
            self.draw()
            return f"[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R"
        if final == "t" and numbers[:1] in ([14], [16], [18]):
            first, height, width = {14: (4, rows * 18, columns * 9), 16: (6, 18, 9), 18: (8, rows, columns)}[numbers[0]]
            return f"[{first};{height};{width}t"
        if kind == "[?" and request.endswith("$p"):  # DECRQM: 0 unknown, 1 set, 2 reset
            known = self.modern and numbers[0] in (_SYNCHRONISED, _IN_BAND_RESIZE)
            return f"[?{numbers[0]};{2 - (numbers[0] in self.modes) if known else 0}$y"
        if kind == "[?" and final in "hl":
            self.modes = self.modes | set(numbers) if final == "h" else self.modes - set(numbers)
            return self._size_report() if self.modern and final == "h" and _IN_BAND_RESIZE in numbers else ""
        if final == "u" and self.modern:
            return self._keyboard(kind, numbers)
        return ""

    def _keyboard(self, kind: str, numbers: list[int]) -> str:
        if kind == "[?":
            return f"[?{self.kitty[-1]}u"
        if kind == "[<":
            del self.kitty[max(1, len(self.kitty) - sum(numbers or [1])) :]
        elif kind in ("[>", "[="):
            self.kitty = self.kitty[: -1 if kind == "[=" else None] + (numbers[:1] or [0])
        return ""
