"""The entries of a manual grant as text: parsing, error messages, completion (contract/README.md#manual-grant)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kraty_console.contract.limits import MAX_AMOUNT, MAX_ENTRIES
from kraty_console.contract.spelling import closest
from kraty_console.domain.formatting import grouped
from kraty_console.domain.grant_contents import COUNT_FIELD, KEY_FIELD, GrantEntry, entries_of, listed
from kraty_console.domain.grant_words import are_words, read_entry, split_words, write_words

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Grant

_MAX_TEXT: Final = 64 * 1024
_SPACES: Final = (" ", "\t", "\n", "\r")
CRATE_TYPE: Final = "crate"
"""The item type of crates in the catalog (contract/GAME.md#catalog)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in the text, and its line (from 1)."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Entries:
    """The result of parsing: the entries, or the problems."""

    entries: tuple[GrantEntry, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether every entry is valid."""
        return not self.problems and bool(self.entries)

    def words(self) -> str:
        """`500 gold and 1 legendary_box (crate)`."""
        return listed(entry.words() for entry in self.entries)


class _Duplicate(ValueError):
    pass


class _NotJson(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for name, value in pairs:
        if name in names:
            raise _Duplicate(name)
        names[name] = value
    return names


def _constant(name: str) -> Any:  # noqa: ANN401 (the json module's own shape)
    raise _NotJson(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


class _Reader:
    """Parses the list entry by entry, so that every problem has its line."""

    def __init__(self, text: str, catalog: Catalog | None) -> None:
        self._text = text
        self._place = 0
        self._names = CatalogNames(catalog) if catalog is not None else None
        self.entries: list[GrantEntry] = []
        self.problems: list[Problem] = []

    def _line(self, place: int) -> int:
        return self._text.count("\n", 0, place) + 1

    def _complain(self, place: int, words: str) -> None:
        self.problems.append(Problem(self._line(place), words))

    def _skip(self) -> str:
        while self._text[self._place : self._place + 1] in _SPACES:
            self._place += 1
        return self._text[self._place : self._place + 1]

    def read(self) -> None:
        if self._skip() == "{":
            self._entry()
        else:
            self._list()
        if not self.problems and self._skip():
            self._complain(self._place, "there is extra text after the entries")
        if not self.problems and not self.entries:
            self._complain(0, "there is no entry; a grant needs at least one")

    def _list(self) -> None:
        self._place += 1
        if self._skip() == "]":
            self._place += 1
            return
        while self._entry():
            separator = self._skip()
            self._place += 1
            if separator == "]":
                return
            if separator != ",":
                self._complain(min(self._place, len(self._text)), "a comma or the closing ] is missing here")
                return
            self._skip()

    def _entry(self) -> bool:
        start = self._place
        try:
            value, self._place = _DECODER.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            self._complain(error.pos, _plain(error.msg))
            return False
        except _Duplicate as error:
            self._complain(self._find(start, len(self._text), str(error)), f'"{error}" is written twice')
            return False
        except _NotJson as error:
            self._complain(start, str(error))
            return False
        except RecursionError:
            self._complain(start, "this is nested too deeply")
            return False
        except ValueError:
            self._complain(start, "a number here is too long")
            return False
        self._check(value, start, self._place)
        return True

    def _find(self, start: int, end: int, name: str) -> int:
        index = self._text.find(json.dumps(name, ensure_ascii=False), start, end)
        return index if index >= 0 else start

    def _check(self, value: object, start: int, end: int) -> None:
        if not isinstance(value, dict):
            self._complain(start, 'an entry is an object: {"type": "currency", …}')
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in KEY_FIELD:
            self._complain(self._find(start, end, "type"), '"type" is one of currency, item, crate')
            return
        key_field, count_field = KEY_FIELD[kind], COUNT_FIELD[kind]
        allowed = {"type", key_field, count_field, *(("parameters",) if kind == "item" else ())}
        before = len(self.problems)
        for name in value:
            if name not in allowed:
                self._complain(self._find(start, end, name), f'a {kind} entry has no "{name}"')
        key, count, parameters = value.get(key_field), value.get(count_field), value.get("parameters")
        if not isinstance(key, str) or not 1 <= len(key) <= 200:
            self._complain(self._find(start, end, key_field), f'"{key_field}" is missing; it names what is given')
        elif self._names is not None and (unknown := self._names.problem(kind, key)) is not None:
            self._complain(self._find(start, end, key_field), unknown)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_AMOUNT:
            state = "is" if count_field in value else "is missing;"
            words = f'"{count_field}" {state} a whole number from 1 to {grouped(MAX_AMOUNT)}'
            self._complain(self._find(start, end, count_field), words)
        if parameters is not None and not isinstance(parameters, dict):
            self._complain(self._find(start, end, "parameters"), '"parameters" is an object')
        if len(self.problems) == before and isinstance(key, str) and isinstance(count, int):
            self.entries.append(GrantEntry(kind, key, count, parameters))


def _plain(message: str) -> str:
    known = {
        "Expecting value": "a value is missing here",
        "Expecting property name enclosed in double quotes": "a name in double quotes is missing here",
        "Expecting ':' delimiter": "a colon is missing here",
        "Expecting ',' delimiter": "a comma is missing here",
        "Unterminated string starting at": "a closing quote is missing",
        "Illegal trailing comma before end of object": "there is an extra comma before the }",
    }
    return known.get(message, message[:1].lower() + message[1:])


def parse_entries(text: str, catalog: Catalog | None = None) -> Entries:
    """Parse entries from JSON (a list, or a single entry) or from words. With a catalog, unknown keys are problems.

    Never raises: problems are returned with their lines. A text over 64 KiB is not parsed.
    """
    if len(text) > _MAX_TEXT:
        return Entries((), (Problem(1, f"at most {grouped(_MAX_TEXT)} characters"),))
    if not text.strip():
        return Entries((), (Problem(1, "write what to give"),))
    if are_words(text):
        entries, problems = _read_words(text, CatalogNames(catalog) if catalog is not None else None)
    else:
        reader = _Reader(text, catalog)
        reader.read()
        entries, problems = reader.entries, reader.problems
    if len(entries) > MAX_ENTRIES:
        problems.append(Problem(1, f"at most {MAX_ENTRIES} entries, these are {len(entries)}"))
    return Entries(tuple(entries), tuple(sorted(problems, key=lambda each: each.line)))


def _read_words(text: str, names: CatalogNames | None) -> tuple[list[GrantEntry], list[Problem]]:
    entries: list[GrantEntry] = []
    problems: list[Problem] = []
    for line, word in split_words(text):
        try:
            entry = read_entry(word)
        except ValueError as error:
            problems.append(Problem(line, str(error)))
            continue
        unknown = names.problem(entry.type, entry.key) if names is not None else None
        if unknown is not None:
            problems.append(Problem(line, unknown))
        else:
            entries.append(entry)
    return entries, problems


def converted(text: str) -> str:
    """Words as JSON, JSON as words; the entries stay the same.

    Raises:
        ValueError: the text has problems, or JSON holds what words cannot say; with the reason in words.
    """
    parsed = parse_entries(text)
    if not parsed.ok:
        raise ValueError("fix these entries first, then change their form")
    return write_entries(parsed.entries) if are_words(text) else write_words(parsed.entries)


class CatalogNames:
    """The keys of a catalog by kind of entry."""

    def __init__(self, catalog: Catalog) -> None:
        self.currencies = tuple(each.key for each in catalog.currencies)
        self.crates = tuple(each.key for each in catalog.items if each.item_type_key == CRATE_TYPE)
        self.items = tuple(each.key for each in catalog.items if each.item_type_key != CRATE_TYPE)
        self._of = {"currency": self.currencies, "item": self.items, "crate": self.crates}

    def problem(self, kind: str, key: str) -> str | None:
        """Why a key is invalid in an entry of this kind; None when it is valid."""
        if key in self._of[kind]:
            return None
        other = next((name for name, keys in self._of.items() if key in keys), None)
        if other is not None:
            article = "an" if other == "item" else "a"
            return f'"{key}" is {article} {other}, not {"an" if kind == "item" else "a"} {kind}'
        near = closest(key, self._of[kind])
        return f'the catalog has no {kind} "{key}"' + (f"; nearest is {near}" if near else "")


def write_entries(entries: Iterable[GrantEntry]) -> str:
    """The JSON text of entries, one per line; `parse_entries` reads it back."""
    lines = [json.dumps(entry.as_json(), ensure_ascii=False) for entry in entries]
    return "[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[\n]"


def templates(catalog: Catalog | None, grants: Iterable[Grant] = (), last: int = 3) -> list[tuple[str, str]]:
    """Templates as (name, text): a currency, an item and a crate of the catalog, then the player's last grants."""
    names = CatalogNames(catalog) if catalog is not None else None
    first = {
        "currency": names.currencies[:1] if names else ("gold",),
        "item": names.items[:1] if names else ("potion",),
        "crate": names.crates[:1] if names else ("legendary_box",),
    }
    counts = {"currency": 100, "item": 1, "crate": 1}
    choices = [
        (kind, write_entries([GrantEntry(kind, key, counts[kind])])) for kind, keys in first.items() for key in keys
    ]
    seen = {text for _, text in choices}
    for grant in grants:
        if last <= 0:
            break
        entries = entries_of(grant.contents)
        text = write_entries(entries)
        if entries and text not in seen:
            seen.add(text)
            choices.append((f"as before: {listed(entry.words() for entry in entries)}", text))
            last -= 1
    return choices


def completions(catalog: Catalog | None, kind: str) -> tuple[str, ...]:
    """The catalog's keys for an entry of this kind."""
    if catalog is None:
        return ()
    names = CatalogNames(catalog)
    return {"currency": names.currencies, "item": names.items, "crate": names.crates}.get(kind, ())
