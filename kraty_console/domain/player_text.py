"""What a person typed or pasted to find a player: as it is first, then without what a mail or a chat put around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import unquote

from kraty_console.domain.completeness import unreadable_count

T = TypeVar("T")

_AROUND: Final = "\"'`´“”„‘’‚«»‹›<>()[]{}*_,;:!?|"
"""Quotes, brackets and marks of emphasis, and what ends a sentence."""

_IN_BRACKETS: Final = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
"""An address behind a name: `Alice <alice@example.com>`."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


def candidates(text: str) -> tuple[str, ...]:
    """What to look for, in this order: the text as typed, then cleaned where that is something else.

    Empty when nothing but blanks was typed.
    """
    if not text.strip():
        return ()
    cleaned = _cleaned(text)
    return (text, cleaned) if cleaned and cleaned != text else (text,)


async def first_hits(text: str, search: Callable[[str], Awaitable[list[T]]]) -> list[T]:
    """What is found for the first candidate that finds anything, be it nothing that can be read."""
    hits: list[T] = []
    for candidate in candidates(text):
        hits = await search(candidate)
        if hits or unreadable_count(hits):
            break
    return hits


def cleaned_id_note(typed: str, player: str) -> str:
    """That nobody has the id as typed, and whose it is taken for."""
    return f"nobody is called {typed}: this is {player}"


def _cleaned(text: str) -> str:
    text = _visible(text).strip()
    if found := _IN_BRACKETS.search(text):
        text = found[1]
    before = None
    while text != before:  # what is around may be around one another
        before = text
        text = _bare(text)
        if text[:7].lower() == "mailto:":
            text = unquote(text[7:].partition("?")[0])
    return text.rstrip(".") if "@" in text else text


def _bare(text: str) -> str:
    """The text without what stands around it; `_` and `*` of an id go only in pairs."""
    bare = text.strip().strip(_AROUND.replace("_", "").replace("*", "")).strip()
    for mark in "*_":
        if len(bare) > 2 and bare[0] == bare[-1] == mark:
            bare = bare[1:-1]
    return bare


def _visible(text: str) -> str:
    """The text without characters that cannot be seen, and with plain blanks; joiners inside emoji are lost too."""
    seen = (char for char in text if unicodedata.category(char) not in _INVISIBLE)
    return "".join(" " if char.isspace() else char for char in seen)
