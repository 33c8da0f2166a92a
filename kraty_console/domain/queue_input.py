"""Reads the input of a queue: a table with a column of players, or one player per line.

A table has a line of titles, one of which names the players (`player_id`, `external id`, `e-mail` …); its cells are
separated by tabs, semicolons or commas, and may be quoted. Anything else is a list, whose lines are taken as they are:
an id may hold anything. Lines that look like a table without titles are refused; a single such line is a list.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from kraty_console.contract.characters import storage_fault
from kraty_console.domain.formatting import counted
from kraty_console.domain.pasted_candidates import LONGEST_ID, CandidateKind
from kraty_console.domain.pasted_labels import title_kind
from kraty_console.domain.player_text import without_invisible

MOST_ROWS: Final = 10_000
"""Rows of a queue."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""Bytes of an input."""

_SEPARATORS: Final = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_EMAIL_TITLE: Final = re.compile(
    r"(?:(?:player|user|account|customer|contact)[ _-]?)?e?-?mail(?:[ _-]?address)?", re.IGNORECASE
)
_SEPARATOR_LINE: Final = re.compile(r"sep=([\t;,])")
"""The first line by which a spreadsheet is told the separator."""

_TELLING: Final = 4_096
"""Bytes by which UTF-16 is recognized."""


class QueueInputError(ValueError):
    """The input cannot be read as a list of players; the message names the line."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row of the input, unsanitized."""

    line: int
    """The line on which it begins, from 1."""
    text: str
    """What names the player."""
    problem: str = ""
    """Why it names no player, in words; empty if it may."""
    target_id: str = ""
    """The one attempt or grant of the player that is meant; empty for all that are in the group."""


class QueueInput(NamedTuple):
    """The rows of an input, in its order."""

    rows: tuple[InputRow, ...]
    title: str = ""
    """The title of the column that they were taken from; empty for a list."""


class _Column(NamedTuple):
    """The column of players in a line of titles."""

    rank: int
    """The lower, the surer."""
    place: int
    title: str


def read_queue_bytes(data: bytes) -> QueueInput:
    """The players in the bytes of a file: UTF-8, or UTF-16, with or without a byte order mark.

    Raises:
        QueueInputError: it is too large, in another encoding, or as `read_queue_text`.
    """
    if len(data) > MOST_BYTES:
        raise QueueInputError(f"the input is larger than {MOST_BYTES // 1024 // 1024} MiB")
    encoding = _encoding(data)
    try:
        return read_queue_text(data.decode(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        name = "UTF-16" if "16" in encoding else "UTF-8"
        raise QueueInputError(
            f"line {_lines(before).count(chr(10)) + 1} is not {name}: save the file as UTF-8"
        ) from None


def read_queue_text(text: str) -> QueueInput:
    """The players in a text, such as a paste.

    Raises:
        QueueInputError: it names nobody, has too many rows, or is a table of which no column, or more than one, may
            name the players.
    """
    lines = _lines(text.removeprefix("\ufeff")).split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise QueueInputError("the input is empty: give one player per line, or a table with a column player_id")
    forced = None
    if match := _SEPARATOR_LINE.fullmatch(lines[first].strip()):
        forced = match[1]
        first += 1
    result = _table(lines, first, forced) or _list(lines, first)
    if not result.rows:
        raise QueueInputError(f"line {first + 1}: there is no player below the title {result.title!r}")
    return result


def _lines(text: str) -> str:
    """The text with one kind of line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> str:
    """The encoding, by the byte order mark, or by where the zeros of UTF-16 are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:_TELLING]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if len(data) % 2 == 0 and max(even, odd) > len(start) // 5:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


# -- tables ----------------------------------------------------------------------------------------------------------


def _table(lines: Sequence[str], first: int, forced: str | None) -> QueueInput | None:
    """The cells of the column of players; None if there is no line of titles with several columns."""
    if first >= len(lines):
        return None
    found: list[tuple[_Column, int, str]] = []
    for separator in [forced] if forced else _SEPARATORS:
        titles = _cells(lines[first], separator)
        if titles is not None and len(titles) > 1 and (column := _player_column(titles, first + 1)) is not None:
            found.append((column, -len(titles), separator))
    if not found:
        return None
    column, _, separator = min(found)
    rows = [
        _row(line, cells, column.place)
        for line, cells in _records(lines, first + 1, separator)
        if any(cell.strip() for cell in cells)
    ]
    return QueueInput(_few_enough(rows), column.title)


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of a line of titles; None if its quotes do not match."""
    try:
        return [without_invisible(cell).strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error:
        return None


def _player_column(titles: Sequence[str], line: int) -> _Column | None:
    """The column of players among titles; None if none is named like one.

    Raises:
        QueueInputError: several are named alike.
    """
    ranked = sorted(_Column(rank, place, title) for place, title in enumerate(titles) if (rank := _rank(title)) >= 0)
    if len(ranked) > 1 and ranked[0].rank == ranked[1].rank:
        names = f"{ranked[0].title!r} and {ranked[1].title!r}"
        raise QueueInputError(f"line {line}: the columns {names} may both name the players: leave one of them out")
    return ranked[0] if ranked else None


def _rank(title: str) -> int:
    """How surely a title names players, from 0; -1 if it does not."""
    if _EMAIL_TITLE.fullmatch(title):
        return 4
    kind = title_kind(title)
    if kind is None:
        return -1
    if kind is CandidateKind.PLAYER_ID:
        words = title.casefold()
        return 0 if words.startswith("external") else 1 if "id" in words else 2
    return 5 if title.casefold() in ("id", "ids") else 3


def _records(lines: Sequence[str], first: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a table with the number of the line on which each begins."""
    reader = csv.reader((f"{line}\n" for line in lines[first:]), delimiter=separator, strict=True)
    begin = first + 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise QueueInputError(f"line {begin}: the quotes do not match ({error})") from None
        yield begin, record
        begin = first + reader.line_num + 1


def _row(line: int, cells: Sequence[str], place: int) -> InputRow:
    if place >= len(cells):
        columns = counted(len(cells), "column")
        return InputRow(line, "", f"line {line} has {columns}, and the player is in column {place + 1}")
    return _checked(line, cells[place])


# -- lists -----------------------------------------------------------------------------------------------------------


def _list(lines: Sequence[str], first: int) -> QueueInput:
    """The lines, each a player; below a title, cells may be quoted."""
    rest = [(number, line) for number, line in enumerate(lines[first:], first + 1) if line.strip()]
    title = without_invisible(rest[0][1]).strip().strip("\"'") if rest else ""
    if _rank(title) >= 0:
        rows = [_checked(number, _unquoted(line)) for number, line in rest[1:]]
        return QueueInput(_few_enough(rows), title)
    separator = _even_separator([line for _, line in rest])
    if separator is not None and len(rest) == 1:
        number, line = rest[0]
        parts = re.split("[\t;,]", line)
        return QueueInput(_few_enough([_checked(number, each.strip()) for each in parts if each.strip()]))
    if separator is not None:
        raise QueueInputError(
            f"line {rest[0][0]}: the lines have columns, separated by {_SEPARATORS[separator]}, and no title names the "
            "players: begin with a line of titles, one of them player_id; for ids with such marks, with player_id alone"
        )
    return QueueInput(_few_enough([_checked(number, line) for number, line in rest]))


def _even_separator(lines: Sequence[str]) -> str | None:
    """What separates the columns of every line, as many in each; None if nothing does."""
    for separator in _SEPARATORS:
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and 0 not in counts:
            return separator
    return None


def _unquoted(line: str) -> str:
    text = line.strip()
    return text[1:-1].replace('""', '"') if len(text) > 2 and text[0] == text[-1] == '"' else line


def _checked(line: int, text: str) -> InputRow:
    """A row, with what keeps its text from naming a player."""
    if not text.strip():
        return InputRow(line, "", f"line {line} names no player")
    if len(text) > LONGEST_ID:
        return InputRow(line, text[:LONGEST_ID], f"line {line} is longer than an id ({LONGEST_ID} characters)")
    if fault := storage_fault(text):
        return InputRow(line, text, f"line {line} holds {fault}")
    return InputRow(line, text)


def _few_enough(rows: Sequence[InputRow]) -> tuple[InputRow, ...]:
    if len(rows) > MOST_ROWS:
        raise QueueInputError(
            f"line {rows[MOST_ROWS].line}: a queue has at most {MOST_ROWS} rows, these are {len(rows)}"
        )
    return tuple(rows)
