"""Copying through the terminal (OSC 52), also from inside tmux and GNU screen.

Success cannot be known: terminals do not answer, and some do not listen. The caller says "sent to the terminal's
clipboard" and offers the text to select by hand.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

LARGEST: Final = 74_994
"""Encoded bytes that every terminal which takes OSC 52 takes; longer texts are refused, not cut."""

_SCREEN_CHUNK: Final = 76
"""GNU screen drops device control strings that are longer than this."""


class TooLong(ValueError):
    """The text would not fit through the terminals that cap what they take."""


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """The bytes, as text, that put `text` into the clipboard of the terminal in front of the person.

    Args:
        text: What to copy, as it is; lone surrogates become `?`.
        environ: Tells tmux (`TMUX`) and GNU screen (`STY`), which need the sequence wrapped.

    Raises:
        TooLong: When the encoded text is over `LARGEST` bytes.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(encoded) > LARGEST:
        raise TooLong(f"{len(encoded):,} bytes encoded; terminals take {LARGEST:,} at most")
    sequence = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        # Both forms: plain is taken by `set-clipboard on`, wrapped by `allow-passthrough on`.
        return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        parts = [sequence[i : i + _SCREEN_CHUNK] for i in range(0, len(sequence), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return sequence
