"""Which whole sequences of a terminal Textual's parser reads as what they are, and in which form it has to be told.

Of keys it knows those of its table, and the reports of the Kitty protocol; but it takes much more for such a report
than is one, fails on some numbers, and cannot read all that the protocol allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

_MOST_TEXT: Final = 16
"""Characters that one key may stand for."""

_KEY: Final = re.compile(r"\x1b\[(\d{0,7})(?::[\d:]*)?(?:;(\d{0,3})(?::(\d))?)?(?:;([\d:]*))?([u~ABCDEFHPQRS])")
_TOLD_AS_KEY: Final = re.compile(r"\x1b\[(?:[\d:]*;?){2,3}[u~ABCDEFHPQRS]")
"""What Textual reads as a key of the Kitty protocol, whether it is one or not."""
_MOUSE: Final = re.compile(r"\x1b\[<\d{1,4};-?\d{1,5};-?\d{1,5}[Mm]")
_MODE: Final = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_SIZE: Final = re.compile(
    r"\x1b\[48;(\d{1,5})(?::[\d:]*)?;(\d{1,5})(?::[\d:]*)?;(\d{1,6})(?::[\d:]*)?;(\d{1,6})(?::[\d:]*)?t"
)
_FOCUS: Final = frozenset({"\x1b[I", "\x1b[O"})
_PRESSED: Final = ("", "1", "2")
_MOST_MODIFIERS: Final = 256
_CONTROL_KEYS: Final = frozenset({9, 13, 27, 127})
_PRIVATE_USE: Final = range(0xE000, 0xF900)


def parser_form(sequence: str, *, mouse: bool) -> Iterator[str]:
    """What the parser is told of a sequence: nothing where it would not read it as what it is.

    Reports of the `mouse` are told where it was asked for (SGR).
    """
    if sequence in _FOCUS or _MODE.fullmatch(sequence):
        yield sequence
    elif size := _SIZE.fullmatch(sequence):
        yield from _size(*map(int, size.groups()))
    elif _MOUSE.fullmatch(sequence):
        if mouse:
            yield sequence
    elif key := _KEY.fullmatch(sequence):
        yield from _keys(*key.groups(default=""))
    elif sequence in ANSI_SEQUENCES_KEYS and not _TOLD_AS_KEY.fullmatch(sequence):
        yield sequence


def _size(rows: int, columns: int, high: int, wide: int) -> Iterator[str]:
    """A report of a size; where it tells no pixels, or fewer than cells, a pixel is taken for a cell."""
    if rows and columns:
        yield f"\x1b[48;{rows};{columns};{max(high, rows)};{max(wide, columns)}t"


def _keys(code: str, modifiers: str, kind: str, text: str, end: str) -> Iterator[str]:
    """The keys of one report of the Kitty protocol, each as a report that tells nothing else.

    A key that was let go is none. A number that is no character, or no key, makes all of it none.
    """
    if kind not in _PRESSED or not 1 <= int(modifiers or "1") <= _MOST_MODIFIERS:
        return
    number = int(code or "1")
    functional = f"{number}{end}" in FUNCTIONAL_KEYS
    start = f"\x1b[{code};{modifiers}"
    if end != "u":
        place = end == "R" and modifiers  # where the cursor is, or F3: the parser takes it for the first
        if functional and not text and not place and (code or end != "~"):
            yield f"{start}{end}" if modifiers else f"\x1b[{code}{end}"
        return
    parts = text.split(":") if text else []
    if len(parts) > _MOST_TEXT or not all(part and len(part) <= 7 for part in parts):
        return
    letters = [int(part) for part in parts]
    if letters == [number] and number in _CONTROL_KEYS:  # some tell the control character as text
        letters = []
    if not all(map(_is_letter, letters)) or (letters and number in _CONTROL_KEYS):
        return
    if not functional and not (_is_letter(number) or (number == 0 and letters)):
        return
    if letters:
        for letter in letters:
            yield f"{start};{letter}u"
    else:
        yield f"{start}u" if modifiers else f"\x1b[{number}u"


def _is_letter(number: int) -> bool:
    """Whether a number is a character that a key may stand for: no control, no surrogate, nothing private."""
    return (
        number < 0x110000
        and number not in _PRIVATE_USE
        and not 0xD800 <= number < 0xE000
        and (number >= 0xA0 or 0x20 <= number < 0x7F)
    )
