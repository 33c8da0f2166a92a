"""Filters complete sequences to those that Textual's parser handles correctly, in a form that it understands.

The parser knows the keys in its table and the reports of the Kitty protocol; but its pattern for such reports is too
wide, it fails on some numbers, and it cannot parse everything that the protocol allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

_MOST_TEXT: Final = 16
"""Maximum number of characters of one key."""

_KEY: Final = re.compile(r"\x1b\[(\d{0,7})(?::[\d:]*)?(?:;(\d{0,3})(?::(\d))?)?(?:;([\d:]*))?([u~ABCDEFHPQRS])")
_TOLD_AS_KEY: Final = re.compile(r"\x1b\[(?:[\d:]*;?){2,3}[u~ABCDEFHPQRS]")
"""Textual's pattern for keys of the Kitty protocol, which also matches other sequences."""
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
    """The form of a sequence for the parser; empty if the parser would misread it.

    SGR mouse reports are only included with `mouse`.
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
    """A size report; if it has no pixels, or fewer than cells, a cell counts as one pixel."""
    if rows and columns:
        yield f"\x1b[48;{rows};{columns};{max(high, rows)};{max(wide, columns)}t"


def _keys(code: str, modifiers: str, kind: str, text: str, end: str) -> Iterator[str]:
    """The keys of one report of the Kitty protocol, each as a minimal report.

    Released keys are ignored. An invalid character or key number makes the whole report invalid.
    """
    if kind not in _PRESSED or not 1 <= int(modifiers or "1") <= _MOST_MODIFIERS:
        return
    number = int(code or "1")
    functional = f"{number}{end}" in FUNCTIONAL_KEYS
    start = f"\x1b[{code};{modifiers}"
    if end != "u":
        is_position = end == "R" and modifiers  # cursor position or F3: the parser assumes the first
        if functional and not text and not is_position and (code or end != "~"):
            yield f"{start}{end}" if modifiers else f"\x1b[{code}{end}"
        return
    parts = text.split(":") if text else []
    if len(parts) > _MOST_TEXT or not all(part and len(part) <= 7 for part in parts):
        return
    letters = [int(part) for part in parts]
    if letters == [number] and number in _CONTROL_KEYS:  # some terminals send the control character as text
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
    """Whether a number is a character for a key: no control, surrogate or private character."""
    return (
        number < 0x110000
        and number not in _PRIVATE_USE
        and not 0xD800 <= number < 0xE000
        and (number >= 0xA0 or 0x20 <= number < 0x7F)
    )
