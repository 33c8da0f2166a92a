"""Entries of a grant as words, `currency:gold=50`: on a command line, or in a line of a dialog."""

from __future__ import annotations

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
