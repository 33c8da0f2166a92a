"""Wire forms: how a row is written as JSON, declared once for single rows and for whole lists.

`WireForm.of` makes a dictionary of a record. `WireForm.array` writes a list of rows as JSON text, column by column and
without records or dictionaries between: a look-up of several hundred rows costs a third of what it costs through them.
Equal values of a list are written once, and stored documents are copied as they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.tables.record import Record

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

Convert = Callable[[Any], Any]


class Memo(dict[Any, Any]):
    """What a function makes of values, each made once."""

    def __init__(self, make: Convert) -> None:
        self._make = make

    def __missing__(self, given: Any) -> Any:  # noqa: ANN401 (any value)
        made = self[given] = self._make(given)
        return made


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value that is written as JSON already."""

    text: str


@dataclass(frozen=True, slots=True)
class WireValue:
    """What is written of a column, or of several together."""

    columns: tuple[str, ...]
    make: Callable[..., Any] | None = None
    """Makes the value of the columns' values, and the same of equal ones; None for one that is written as it is."""
    optional: bool = False
    """Left out where it is None; not the first value of its object."""
    write: Callable[[Any], str] | None = None
    """Writes the value of one column, not NULL, where that takes less time than to look for those written before."""


def value(column: sa.ColumnElement[Any], *, optional: bool = False) -> WireValue:
    """A column as it is."""
    return WireValue((_name(column),), optional=optional)


def made(
    make: Callable[..., Any], *columns: sa.ColumnElement[Any], write: Callable[[Any], str] | None = None
) -> WireValue:
    """What a function makes of columns; `write` writes what it makes of one column, where that is not NULL."""
    return WireValue(tuple(map(_name, columns)), make, write=write)


def labelled(name: str, make: Callable[[Any], Any] | None = None) -> WireValue:
    """A column by the name that a query labels it with, as it is or what a function makes of it."""
    return WireValue((name,), make)


def _name(column: sa.ColumnElement[Any]) -> str:
    assert isinstance(column, sa.Column)
    return column.name


Shape = Mapping[str, "WireValue | Shape"]
"""The values of an object by name, and the objects in it."""


@dataclass(frozen=True, slots=True)
class SelectedColumn:
    """A column of a query, as one database gives it."""

    place: int
    type: TypeEngine[Any]
    convert: Convert | None
    """Makes a Python value of a raw one that is not NULL; None if the raw one is it."""


class WireForm:
    """How a row is written."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._between: Final = _template(shape).split(_PLACE)
        self._object: Final = _maker(shape)

    def with_values(self, more: Shape) -> WireForm:
        """This form and more values; one that is there already is replaced in its place."""
        return WireForm({**self._shape, **more})

    def of(self, row: Record) -> dict[str, Any]:
        """A record in wire form."""
        made: dict[str, Any] = self._object(row.__dict__)
        return made

    def writer(self, columns: Mapping[str, SelectedColumn]) -> RowWriter:
        """What writes the rows of a query in this form."""
        return RowWriter(self._between, [_ValueWriter(name, what, columns) for name, what in _values(self._shape)])


class RowWriter:
    """Writes the rows of one query, from one database, in one form."""

    def __init__(self, between: Sequence[str], values: Sequence[_ValueWriter]) -> None:
        """`between` are the texts before, between and after the values of a row."""
        self._values = values
        *before, self._end = map(repeat, between)
        self._before = before

    def array(self, columns: Sequence[Sequence[Any]], written: dict[Any, Memo]) -> JsonText:
        """Rows, given by column, as an array; `written` holds the values written before, of these and other rows."""
        parts: list[Iterable[str]] = []
        for before, value in zip(self._before, self._values, strict=True):
            parts += (before, value.texts(columns, written))
        return JsonText(f"[{','.join(map(''.join, zip(*parts, self._end, strict=False)))}]")


class _ValueWriter:
    """Writes one value of each row."""

    def __init__(self, name: str, what: WireValue, columns: Mapping[str, SelectedColumn]) -> None:
        read = [columns[column] for column in what.columns]
        self._places = [column.place for column in read]
        self._label = f",{dump_json(name)}:" if what.optional else None
        self._at_once = _write_plain(read[0]) if what.make is None else what.write
        self._write = _write_alone(what.make, read[0]) if len(read) == 1 else _write_together(what.make, read)
        self._kind = (what.make, *(column.type for column in read))
        """Values of the same kind have the same text."""

    def texts(self, columns: Sequence[Sequence[Any]], written: dict[Any, Memo]) -> Iterable[str]:
        """The text of the value in each row."""
        places, write = self._places, self._at_once
        raw: Iterable[Any] = columns[places[0]]
        texts: Iterable[str]
        if write is not None:
            texts = [_NULL if each is None else write(each) for each in raw]
        else:
            if len(places) > 1:
                raw = zip(*(columns[place] for place in places), strict=True)
            memo = written.get(self._kind)
            if memo is None:
                memo = written[self._kind] = Memo(self._write)
            texts = map(memo.__getitem__, raw)
        if (label := self._label) is None:
            return texts
        return ["" if text == _NULL else label + text for text in texts]


_NULL: Final = "null"


def _write_plain(column: SelectedColumn) -> Callable[[Any], str] | None:
    """What writes the raw values of a column at once; None if those written before are to be looked for."""
    if isinstance(column.type, sa.JSON):
        return str  # it is JSON
    if column.convert is not None:
        return None
    return encode_basestring if isinstance(column.type, sa.String | sa.Uuid) else _text


def _write_alone(make: Callable[..., Any] | None, column: SelectedColumn) -> Convert:
    """What writes the raw value of a column as text."""
    convert = column.convert
    if make is None:
        return _text if convert is None else lambda raw: _NULL if raw is None else _text(convert(raw))
    of: Callable[..., Any] = make
    if convert is None:
        return lambda raw: _text(of(raw))
    return lambda raw: _text(of(None if raw is None else convert(raw)))


def _write_together(make: Callable[..., Any] | None, columns: Sequence[SelectedColumn]) -> Convert:
    """What writes the raw values of several columns as one text."""
    assert make is not None, "one column alone is written as it is"
    of: Callable[..., Any] = make

    def write(raws: Sequence[Any]) -> str:
        read = zip(raws, columns, strict=True)
        return _text(of(*(raw if raw is None or each.convert is None else each.convert(raw) for raw, each in read)))

    return write


def _text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """JSON as `dump_json` has it, which takes several times as long over plain values and short lists."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is int:
        return repr(value)
    if kind is list:
        return f"[{','.join(map(_text, value))}]"
    return _NULL if value is None else dump_json(value)


def _maker(shape: Shape) -> Convert:
    """What makes an object of the values of a row, by column; KeyError for a column that was not read."""
    steps = [(name, *_step(what)) for name, what in shape.items()]
    optional = [name for name, what in shape.items() if isinstance(what, WireValue) and what.optional]

    def make_object(row: Mapping[str, Any]) -> dict[str, Any]:
        shown = {
            name: row[column] if make is None else make(row[column] if column else row) for name, column, make in steps
        }
        for name in optional:
            if shown[name] is None:
                del shown[name]
        return shown

    return make_object


def _step(what: WireValue | Shape) -> tuple[str, Convert | None]:
    """The column of a value, empty for the whole row, and what makes the value of it."""
    if not isinstance(what, WireValue):
        return "", _maker(what)
    if len(what.columns) == 1:
        return what.columns[0], what.make
    return "", _make_together(what)


def _make_together(what: WireValue) -> Convert:
    assert what.make is not None, "one column alone is written as it is"
    make: Callable[..., Any] = what.make
    return lambda row: make(*(row[column] for column in what.columns))


def _values(shape: Shape) -> Iterator[tuple[str, WireValue]]:
    for name, what in shape.items():
        if isinstance(what, WireValue):
            yield name, what
        else:
            yield from _values(what)


_PLACE: Final = "%s"


def _template(shape: Shape) -> str:
    """The text of an object with a place for each value; an optional one brings its comma and its name."""
    text = ""
    for name, what in shape.items():
        if isinstance(what, WireValue) and what.optional:
            assert text, "an optional value is not the first"
            text += _PLACE
        else:
            inner = _PLACE if isinstance(what, WireValue) else _template(what)
            text += f"{',' if text else ''}{dump_json(name)}:{inner}"
    return f"{{{text}}}"
