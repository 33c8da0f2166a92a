r"""CSV that survives a spreadsheet and can be read back exactly.

A spreadsheet guesses types when it opens CSV: `007` becomes 7, `1E5` 100000, `MAR-12` a date, 18 digits lose their last
ones, and `=1+1` is computed. The established remedy is OWASP's for CSV injection: a single quote in front of the cell
makes it text. It is put in front of every cell that is not surely text by itself, so that a reader takes one away, if
there is one. Line feeds stay; other characters that cannot be seen, or control a terminal, are written as `\u{9}`, as
on the screen (`present.safe`), and so is a semicolon before the start of a formula, for spreadsheets that separate
cells by it. An empty cell is null; a cell of one quote is the empty text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from kraty_console.contract.characters import UNSAFE

QUOTE: Final = "'"
"""In front of a cell, it makes the cell text."""

_TRUTH: Final = frozenset(
    ["true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero", "inf", "infinity", "nan"]
)
"""Words that spreadsheets take for values, in some languages."""

_LONGEST_DATE: Final = 40
"""Characters; a longer text is no date and no number."""

_ESCAPE: Final = re.compile(r"\\(?=u\{)|;(?=[\s\"']*[=+\-@])")


def csv_lines(rows: Iterable[Sequence[str | None]]) -> str:
    """The rows as CSV, comma-separated and all quoted, each ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return out.getvalue()


def csv_cell(value: str | None) -> str:
    """The text of a cell, before CSV's own quoting."""
    if value is None:
        return ""
    text = _ESCAPE.sub(lambda found: _escape(found[0]), value)
    if not text.isascii() or not text.isprintable():
        text = "".join(_escape(character) if _is_hidden(character) else character for character in text)
    return text if _is_surely_text(text) else QUOTE + text


def _escape(character: str) -> str:
    return f"\\u{{{ord(character):X}}}"


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return (category in UNSAFE and character != "\n") or (category == "Zs" and character != " ")


def _is_surely_text(text: str) -> bool:
    """Whether every spreadsheet takes the cell for text: it begins with a letter, and is no date and no truth value."""
    if not text[:1].isalpha() or text.casefold() in _TRUTH:
        return False
    has_digits = any(character.isnumeric() for character in text[: _LONGEST_DATE + 1])
    return not has_digits or len(text) > _LONGEST_DATE or "_" in text or "@" in text
