"""Completion in the entries editor, by the position of the cursor: kinds, fields of an entry, keys of the catalog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kraty_console.domain.grant_contents import COUNT_FIELD, KEY_FIELD
from kraty_console.domain.grant_entries import completions
from kraty_console.domain.grant_words import are_words

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog

_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"?')
_NAMES: Final = {
    kind: ("type", key, COUNT_FIELD[kind], *(("parameters",) if kind == "item" else ()))
    for kind, key in KEY_FIELD.items()
}
"""The fields of each kind of entry (contract/README.md#grant)."""

_KIND_OF_FIELD: Final = {key: kind for kind, key in KEY_FIELD.items()}
_KINDS: Final = tuple(_NAMES)
_ANY_NAME: Final = tuple(dict.fromkeys(name for names in _NAMES.values() for name in names))
_TYPE: Final = re.compile(r'"type"\s*:\s*"(\w+)"')
_VALUE_OF: Final = re.compile(r'"(\w+)"\s*:\s*$')


def _values(name: str, catalog: Catalog | None) -> tuple[str, ...]:
    """The possible values of the field `name` that can be typed."""
    if name == "type":
        return _KINDS
    kind = _KIND_OF_FIELD.get(name)
    values = completions(catalog, kind) if kind else ()
    return tuple(value for value in values if value.isprintable() and '"' not in value and "\\" not in value)


def _open_string(before: str) -> tuple[str, str] | None:
    """(what is before the quote, what was typed since), None when the cursor is in no string."""
    for match in _STRING.finditer(before):
        text = match.group()
        closed = len(text) > 1 and text.endswith('"')
        if match.end() == len(before) and not closed:
            return before[: match.start()], text[1:]
    return None


def _word_completion(before: str, after: str, catalog: Catalog | None) -> str:
    """`cur` becomes `currency:`, and `currency:go` becomes `currency:gold=`."""
    typed = "" if not before or before[-1].isspace() else before.split()[-1]
    if not typed or "=" in typed or (after and not after[0].isspace()):
        return ""
    kind, colon, key = typed.partition(":")
    if colon:
        candidates = [each for each in _values(KEY_FIELD.get(kind, ""), catalog) if each.split() == [each]]
        match = next((each for each in candidates if each.startswith(key)), None)
        return f"{match[len(key) :]}=" if match is not None else ""
    match = next((each for each in _KINDS if each.startswith(kind)), None)
    return f"{match[len(kind) :]}:" if match is not None else ""


def completion(before: str, after: str, catalog: Catalog | None) -> str:
    """What to put in at the cursor, empty when nothing fits.

    Args:
        before: The text up to the cursor.
        after: The text behind it.
        catalog: What may be given; None offers no keys.
    """
    if are_words(before + after):
        return _word_completion(before, after, catalog)
    place = _open_string(before)
    if place is None or (after[:1] and after[0] not in '",}] \n\t'):
        return ""
    head, typed = place
    value_of = _VALUE_OF.search(head)
    if value_of:
        candidates = _values(value_of.group(1), catalog)
    else:
        entry = head[head.rfind("{") + 1 :]
        kind = _TYPE.search(entry + after[: after.find("}")] if "}" in after else entry)
        present = {match.group(1) for match in re.finditer(r'"(\w+)"\s*:', entry)}
        names = _NAMES.get(kind.group(1), _ANY_NAME) if kind else _ANY_NAME
        candidates = tuple(name for name in names if name not in present)
    match = next((candidate for candidate in candidates if candidate.startswith(typed)), None)
    if match is None or (match == typed and after.startswith('"')):
        return ""
    return match[len(typed) :] + ("" if after.startswith('"') else '"')
