"""Finds the known word nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one; None if none is."""
    import difflib  # 2 ms that only an error message needs

    matches = difflib.get_close_matches(word, list(known), n=1)
    return matches[0] if matches else None
