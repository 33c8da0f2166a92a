"""Cleans text typed or pasted to find a player: quotes, brackets and other marks around the id."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from kraty_console.contract.characters import INVISIBLE

_AROUND: Final = "\"'`´“”„‘’‚«»‹›<>()[]{}*_,;:!?|"
"""Quotes, brackets, emphasis marks and sentence punctuation."""

_IN_BRACKETS: Final = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
"""An address after a name: `Alice <alice@example.com>`."""


def candidates(text: str) -> tuple[str, ...]:
    """The texts to search for, in order: as typed, then cleaned if that differs.

    Empty if the text is blank.
    """
    if not text.strip():
        return ()
    cleaned = _cleaned(text)
    return (text, cleaned) if cleaned and cleaned != text else (text,)


def cleaned_id_note(typed: str, player: str) -> str:
    """A note that the typed id is unknown, and which player was opened instead."""
    return f"nobody is called {typed}: this is {player}"


def _cleaned(text: str) -> str:
    text = without_invisible(text).strip()
    if match := _IN_BRACKETS.search(text):
        text = match[1]
    before = None
    while text != before:  # wrappers may be nested
        before = text
        text = _bare(text)
        if text[:7].lower() == "mailto:":
            text = unquote(text[7:].partition("?")[0])
    return text.rstrip(".") if "@" in text else text


def _bare(text: str) -> str:
    """Strip the surrounding marks; `_` and `*` are stripped only in pairs, since they can be part of an id."""
    bare = text.strip().strip(_AROUND.replace("_", "").replace("*", "")).strip()
    for mark in "*_":
        if len(bare) > 2 and bare[0] == bare[-1] == mark:
            bare = bare[1:-1]
    return bare


def without_invisible(text: str) -> str:
    """Remove invisible characters and normalize blanks; joiners inside emoji are removed too."""
    if text.isprintable() and text.isascii():
        return text
    seen = (char for char in text if unicodedata.category(char) not in INVISIBLE)
    return "".join(" " if char.isspace() else char for char in seen)
