"""Entries of a grant as words, `currency:gold=50 item:potion=2`: on a command line, or in the editor of a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from kraty_console.contract.limits import MAX_AMOUNT
from kraty_console.domain.grant_contents import KEY_FIELD, GrantEntry

ENTRY_USAGE: Final = "KIND:KEY=COUNT"


def read_entry(word: str) -> GrantEntry:
    """The entry of `KIND:KEY=COUNT`; split at the last `=`.

    Raises:
        ValueError: it is none; with the reason in words.
    """
    kind, colon, rest = word.partition(":")
    key, equals, count = rest.rpartition("=")
    if kind not in KEY_FIELD or not colon or not equals or not 1 <= len(key) <= 200:
        kinds = ", ".join(KEY_FIELD)
        raise ValueError(f"{word!r} is not {ENTRY_USAGE}, such as currency:gold=50; kinds are {kinds}")
    if not (count.isascii() and count.isdigit() and len(count) <= 10 and 1 <= int(count) <= MAX_AMOUNT):
        raise ValueError(f"{count!r} is not a whole number from 1 to {MAX_AMOUNT}")
    return GrantEntry(kind, key, int(count))


def are_words(text: str) -> bool:
    """Whether a text is meant as words, not as JSON; both mean nothing while it is empty."""
    return not text.lstrip().startswith(("[", "{"))


def split_words(text: str) -> Iterator[tuple[int, str]]:
    """The words of a text, each with its line (from 1)."""
    for line, words in enumerate(text.split("\n"), start=1):
        for word in words.split():
            yield line, word


def write_words(entries: Iterable[GrantEntry]) -> str:
    """Entries as words, one per line; `read_entry` reads each back.

    Raises:
        ValueError: an entry has no such form; with the reason in words.
    """
    lines = []
    for entry in entries:
        if entry.parameters is not None:
            raise ValueError(f"{entry.key} has parameters, which only JSON can say")
        if entry.key.split() != [entry.key]:
            raise ValueError(f"{entry.key!r} holds spaces, which only JSON can say")
        lines.append(f"{entry.type}:{entry.key}={entry.count}")
    return "\n".join(lines)
