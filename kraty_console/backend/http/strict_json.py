"""A strict JSON parser: what it accepts can be stored, compared and sent back unchanged.

Refused with the field named: duplicate keys, NaN and infinities (also as `1e999`), integers beyond 64 bits, NUL, lone
surrogates, more than 64 levels. Integers stay integers and booleans booleans; the models decide which they want.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from kraty_console.contract.characters import storage_fault

MAX_DEPTH: Final = 64
MAX_INTEGER: Final = 2**63 - 1
BODY: Final = "body"
"""The name of the whole body in a list of wrong fields."""

_INTEGER_DIGITS: Final = 20
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}\Z")
_LONGEST_PATH: Final = 200


class BadJson(ValueError):
    """A body that is refused; `field` is a path such as `entries[0].amount`, or `body`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class _Pairs(list[tuple[str, Any]]):
    """An object with its pairs in order, duplicate keys included."""


class _Integer(str):
    """The digits of an integer."""

    __slots__ = ()


class _Fraction(str):
    """A number with a fraction or an exponent."""

    __slots__ = ()


class _Constant(str):
    """NaN, Infinity or -Infinity."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Integer, parse_float=_Fraction, parse_constant=_Constant
)


def parse(body: bytes) -> Any:  # noqa: ANN401 (it is JSON)
    """The value of a JSON body.

    Raises BadJson naming the first field that is refused.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(BODY, f"is not UTF-8 (byte {error.start})") from None
    try:
        raw = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(BODY, f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise BadJson(BODY, f"is nested deeper than {MAX_DEPTH} levels") from None
    return _checked(raw, (), 0)


def field_path(parts: tuple[str | int, ...]) -> str:
    """`("entries", 0, "amount")` as `entries[0].amount`; keys that are not plain words as `["…"]`, all of it ASCII."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            path += f".{part}" if path else part
        else:
            path += f"[{json.dumps(part)}]"
        if len(path) > _LONGEST_PATH:
            return path[:_LONGEST_PATH] + "…"
    return path or BODY


def text_fault(text: str) -> str | None:
    """Why a text cannot be stored (NUL, a lone surrogate); None if it can."""
    fault = storage_fault(text)
    return None if fault is None else f"holds {fault}"


def _refuse(path: tuple[str | int, ...], message: str) -> NoReturn:
    raise BadJson(field_path(path), message)


def _checked(value: Any, path: tuple[str | int, ...], depth: int) -> Any:  # noqa: ANN401 (it is JSON)
    if isinstance(value, _Integer):
        return _integer(value, path)
    if isinstance(value, _Fraction):
        number = float(value)
        if not math.isfinite(number):
            _refuse(path, "is a number too large to keep")
        return number
    if isinstance(value, _Constant):
        _refuse(path, f"is {value}, which is not a number")
    if isinstance(value, str):
        if fault := text_fault(value):
            _refuse(path, fault)
        return value
    if isinstance(value, list):
        if depth == MAX_DEPTH:
            _refuse(path, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, _Pairs):
            return _object(value, path, depth)
        return [_checked(item, (*path, index), depth + 1) for index, item in enumerate(value)]
    return value


def _object(pairs: _Pairs, path: tuple[str | int, ...], depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in pairs:
        inner = (*path, key)
        if fault := text_fault(key):
            _refuse(inner, f"has a name that {fault}")
        if key in result:
            _refuse(inner, "is given twice")
        result[key] = _checked(item, inner, depth + 1)
    return result


def _integer(digits: _Integer, path: tuple[str | int, ...]) -> int:
    number = int(digits) if len(digits) <= _INTEGER_DIGITS else None
    if number is None or abs(number) > MAX_INTEGER:
        _refuse(path, "is a whole number beyond 64 bits")
    return number
