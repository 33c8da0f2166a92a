"""Splits terminal input into tokens: characters, keys, pastes and known reports. Everything else is dropped.

Textual's parser reports unknown sequences, such as replies of a terminal, as single keys, and fails on some that it
knows in part. So it gets only complete sequences that it handles correctly; all others are dropped as a whole, however
they were split into reads.

States, by ECMA-48 and the parser of the VT500, and why each ends as it does:

* ground: every character is itself. An escape, or a C1 control (as one character of UTF-8, or as a bare byte), leaves.
* escape: same timeout as Textual; alone it is the escape key; with a character it is alt and a key.
* nF: escape and an intermediate (` ` to `/`): dropped with its final character; alone it is alt and that key.
* CSI and SS3: parameters, intermediates, a final character. Invalid characters spoil the sequence without ending it.
Words that broken terminals send for a number (`NaN`, `undefined`) are not final characters.
* Linux: `CSI [` takes one character more (its function keys); X10: `CSI M` takes three (its mouse reports).
* string (DCS, OSC, APC, PM, SOS): up to ST; OSC up to BEL as well. It is not stored, so it may have any length.
* paste: up to its end mark, with any content; a paste that is too long is truncated.

Cancel and substitute end a sequence, and an escape begins the next. An unfinished sequence is dropped after a timeout,
so that input is never blocked for longer. An unfinished paste is then emitted as far as it was received.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from kraty_console.paint.known_sequences import parser_form

SILENCE: Final = 1.0
"""Timeout of an unfinished sequence, in seconds since the last character."""

PASTE_SILENCE: Final = 2.0
"""Timeout of an unfinished paste; longer because of slow links: the rest would be read as keys."""

PAUSE: Final = 0.5
"""Seconds after which one or two keys do not belong to a paste: the rest of a paste comes in one read, with its end."""

_A_KEY: Final = 24
"""Length of the longest report of one key, in characters."""

LONGEST_PASTE: Final = 65_536
"""Maximum length of a paste, in characters: more than any field accepts, so that the field reports the error."""

_LONGEST: Final = 64
"""Maximum length of a sequence, in characters; all known ones are shorter."""

ESC: Final = "\x1b"
_ST: Final = "\\"
_PARAMETERS: Final = "0123456789;"
_ENDS: Final = "\x18\x1a"
"""Cancel and substitute."""

_PLAIN: Final = re.compile("[^\x1b\x80-\x9f\udc80-\udcff]+")
_PASTE: Final = "\x1b[200~"
_END_OF_PASTE: Final = re.compile("(?:\x1b\\[|\x9b)201~")
_CUT_END: Final = re.compile("(?:\x1b(?:\\[(?:2(?:0(?:1)?)?)?)?|\x9b(?:2(?:0(?:1)?)?)?)\\Z")
_LEADS: Final = ("\udcc2", "\udcf4")
_WITHIN_BROKEN: Final = re.compile("[ -?]+")
"""What an invalid control sequence skips until its final character."""
_WITHIN_STRING: Final = re.compile("[^\x07\x18\x1a\x1b\x9c\udc80-\udcff]+")

_WORDS: Final = ("NaN", "nan", "undefined", "null", "Infinity", "inf", "None", "true", "True", "false", "False")
_WORDS_AT_ONCE: Final = ("NaN", "nan", "undefined", "null", "None")
"""Intermediates allowed at the start of a sequence; with others a key or a report starts."""
_EXPONENTS: Final = ("e+", "e-")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text, unchanged."""

    text: str


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    NF = auto()
    CSI = auto()
    WORD = auto()
    SS3 = auto()
    LINUX = auto()
    X10 = auto()
    STRING = auto()
    OSC = auto()
    STRING_ESCAPE = auto()
    PASTE = auto()


_INTRODUCERS: Final = {
    "[": _State.CSI,
    "O": _State.SS3,
    "P": _State.STRING,
    "X": _State.STRING,
    "^": _State.STRING,
    "_": _State.STRING,
    "]": _State.OSC,
}
_C1: Final = {
    "\x9b": _State.CSI,
    "\x8f": _State.SS3,
    "\x90": _State.STRING,
    "\x98": _State.STRING,
    "\x9e": _State.STRING,
    "\x9f": _State.STRING,
    "\x9d": _State.OSC,
}
_STRINGS: Final = frozenset({_State.STRING, _State.OSC})
_PATIENCE: Final = {
    _State.ESCAPE: constants.ESCAPE_DELAY,
    _State.NF: constants.ESCAPE_DELAY,
    _State.WORD: constants.ESCAPE_DELAY,
    _State.PASTE: PASTE_SILENCE,
}


class Sequences:
    """Tokenizes terminal input. Times are in seconds of the caller's clock.

    Text must be decoded with `surrogateescape`: an undecodable byte is a control if it is in C1, and otherwise the
    replacement character.

    Tokens are a run of characters, a complete sequence, an escape alone or before one character, or a paste.
    """

    def __init__(self, *, mouse: bool = False) -> None:
        """With `mouse`, SGR mouse reports are passed on."""
        self._mouse = mouse
        self._state = _State.GROUND
        self._sequence = ""
        self._last = ""
        self._broken = False
        self._word = ""
        self._left = 0
        self._pasted: list[str] = []
        self._room = LONGEST_PASTE
        self._cut_end = ""
        self._after_lead = False
        self._until: float | None = None
        self._read_at = 0.0

    def patience(self, now: float) -> float | None:
        """Seconds until pending input counts as complete; None if nothing is pending."""
        return None if self._until is None else max(0.0, self._until - now)

    def feed(self, text: str, now: float) -> Iterator[str | Pasted]:
        """Process input."""
        pause, self._read_at = now - self._read_at, now
        is_a_key = self._state is _State.PASTE and pause >= PAUSE and len(text) <= _A_KEY
        if is_a_key and not _END_OF_PASTE.search(self._cut_end + text):
            self._state = _State.GROUND
            yield from self._end_paste()
        at = 0
        while at < len(text):
            if self._state is _State.GROUND and (run := _PLAIN.match(text, at)):
                self._after_lead = False
                yield run[0]
                at = run.end()
            elif self._state in _STRINGS and (run := _WITHIN_STRING.match(text, at)):
                self._after_lead = False
                at = run.end()
            elif self._broken and self._state is _State.CSI and (run := _WITHIN_BROKEN.match(text, at)):
                self._after_lead, self._last = False, run[0][-1]
                self._sequence = (self._sequence + run[0])[:_LONGEST]
                at = run.end()
            elif self._state is _State.PASTE:
                at, ended = self._paste(text, at)
                if ended:
                    yield from self._end_paste()
            else:
                yield from self._take(self._character(text[at]))
                at += 1
        self._until = None if self._state is _State.GROUND else now + _PATIENCE.get(self._state, SILENCE)

    def tick(self, now: float) -> Iterator[str | Pasted]:
        """Complete pending input after its timeout."""
        if self._until is None or now < self._until:
            return
        state, self._until = self._state, None
        self._state = _State.GROUND
        if state is _State.ESCAPE:
            yield ESC
        elif state is _State.NF:
            yield self._sequence
        elif state is _State.WORD:
            yield from self._take_all(self._word[1:])  # the first letter of the word was the final character
        elif state is _State.CSI and self._sequence in ANSI_SEQUENCES_KEYS and not self._broken:
            yield self._sequence  # keys of rxvt end in an intermediate: `CSI 3 $`
        elif state is _State.PASTE:
            yield from self._end_paste()

    def _character(self, character: str) -> str:
        """Convert an undecodable byte to a C1 control, unless it is the rest of a truncated character."""
        cut = self._after_lead
        self._after_lead = _LEADS[0] <= character <= _LEADS[1] or (cut and "\udc80" <= character <= "\udcbf")
        if "\udc80" <= character <= "\udcff":
            return chr(ord(character) - 0xDC00) if character <= "\udc9f" and not cut else "\ufffd"
        return character

    def _take_all(self, text: str) -> Iterator[str]:
        for character in text:
            yield from self._take(character)

    def _take(self, character: str) -> Iterator[str]:
        state = self._state
        if state is _State.GROUND:
            yield from self._at_rest(character)
        elif state is _State.ESCAPE:
            yield from self._after_escape(character)
        elif state is _State.STRING_ESCAPE:
            if character == _ST:
                self._state = _State.GROUND
            else:
                self._state = _State.ESCAPE
                yield from self._after_escape(character)
        elif state in _STRINGS:
            if character == ESC:
                self._state = _State.STRING_ESCAPE
            elif character in _ENDS or character == "\x9c" or (character == "\a" and state is _State.OSC):
                self._state = _State.GROUND
        elif character == ESC:
            yield from self._interrupted()
            self._state = _State.ESCAPE
        elif state is _State.X10:  # its bytes are arbitrary
            self._left -= 1
            if not self._left:
                self._state = _State.GROUND
        elif character in _ENDS:
            self._state = _State.GROUND
        elif character in _C1:
            self._begin(_C1[character])
        else:
            yield from self._within(state, character)

    def _interrupted(self) -> Iterator[str]:
        """Handle an escape within a sequence: it completes a key of rxvt, and alt with an intermediate."""
        if self._state is _State.NF or (
            self._state is _State.CSI and self._sequence in ANSI_SEQUENCES_KEYS and not self._broken
        ):
            yield self._sequence

    def _at_rest(self, character: str) -> Iterator[str]:
        if character == ESC:
            self._state = _State.ESCAPE
        elif character in _C1:
            self._begin(_C1[character])
        elif not "\x80" <= character <= "\x9f":
            yield character

    def _after_escape(self, character: str) -> Iterator[str]:
        if character == ESC:
            yield ESC
        elif character in _INTRODUCERS:
            self._begin(_INTRODUCERS[character])
        elif " " <= character <= "/":
            self._state, self._sequence = _State.NF, ESC + character
        else:
            self._state = _State.GROUND
            if character in _C1:
                self._begin(_C1[character])
            elif character != _ST and not "\x80" <= character <= "\x9f":
                yield ESC + character

    def _begin(self, state: _State) -> None:
        self._state = state
        self._sequence = "\x1bO" if state is _State.SS3 else "\x1b["
        self._last = self._sequence[-1]
        self._broken = False

    def _within(self, state: _State, character: str) -> Iterator[str]:
        if state is _State.NF:
            if not " " <= character <= "/":
                self._state = _State.GROUND
        elif state is _State.LINUX:
            self._state = _State.GROUND
            yield from parser_form(self._sequence + character, mouse=self._mouse)
        elif state is _State.WORD:
            yield from self._spell(character)
        elif state is _State.SS3:
            self._collect(character)
            if " " <= character <= "~" and character not in _PARAMETERS:
                self._state = _State.GROUND
                if not self._broken:
                    yield from parser_form(self._sequence, mouse=self._mouse)
        else:
            yield from self._control_sequence(character)

    def _control_sequence(self, character: str) -> Iterator[str]:
        if not "@" <= character <= "~":
            self._collect(character)
        elif character == "[" and self._sequence == "\x1b[":
            self._state, self._sequence = _State.LINUX, "\x1b[["
        elif character == "M" and self._sequence == "\x1b[":
            self._state, self._left = _State.X10, 3
        elif self._words(character):
            self._state, self._word = _State.WORD, character
        else:
            self._collect(character)
            self._state = _State.GROUND
            if self._sequence == _PASTE and not self._broken:
                self._state = _State.PASTE
            elif not self._broken:
                yield from parser_form(self._sequence, mouse=self._mouse)

    def _collect(self, character: str) -> None:
        """Store a character of a sequence, or mark the sequence as invalid."""
        self._last = character
        if not " " <= character <= "~" or len(self._sequence) >= _LONGEST:
            self._broken = True
        else:
            self._sequence += character

    def _words(self, begun: str) -> tuple[str, ...]:
        """The words that are possible here with this prefix."""
        before = self._last
        words: tuple[str, ...]
        if before.isdecimal():
            words = _EXPONENTS
        elif before == "[":
            words = _WORDS_AT_ONCE
        else:
            words = _WORDS if before in ";:<=>?-" else ()
        return tuple(word for word in words if word.startswith(begun))

    def _spell(self, character: str) -> Iterator[str]:
        """Add a letter to a possible word in place of a number; if there is none, its first letter was final."""
        word = self._word + character
        self._state = _State.CSI
        words = self._words(word)
        if word in words:
            self._broken = True
        elif words:
            self._state, self._word = _State.WORD, word
        else:
            self._state = _State.GROUND
            yield from self._take_all(word[1:])

    def _paste(self, text: str, at: int) -> tuple[int, bool]:
        """Process a piece of a paste; returns the next position, and whether the paste is complete."""
        before = self._cut_end
        piece = before + "".join(map(self._character, text[at:]))
        if end := _END_OF_PASTE.search(piece):
            self._keep(piece[: end.start()])
            self._state = _State.GROUND
            return at + end.end() - len(before), True
        cut = _CUT_END.search(piece)
        self._cut_end = cut[0] if cut else ""
        self._keep(piece[: len(piece) - len(self._cut_end)])
        return len(text), False

    def _keep(self, piece: str) -> None:
        kept = piece[: self._room]
        self._room -= len(kept)
        if kept:
            self._pasted.append(kept)

    def _end_paste(self) -> Iterator[Pasted]:
        text = "".join(self._pasted)
        self._pasted, self._room, self._cut_end = [], LONGEST_PASTE, ""
        if text:
            yield Pasted(text.replace("\0", ""))
