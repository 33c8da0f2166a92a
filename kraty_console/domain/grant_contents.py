"""The contents of a grant: entries as values, and in words (contract/README.md#grant)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kraty_console.domain.formatting import counted, grouped, grouped_text

KEY_FIELD: Final = {"currency": "currencyKey", "item": "itemKey", "crate": "crateItemKey"}
_LONGEST_AMOUNT: Final = 40
"""Maximum length of an amount given as text."""

COUNT_FIELD: Final = {"currency": "amount", "item": "quantity", "crate": "quantity"}


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """One entry of a grant."""

    type: str
    key: str
    count: int
    parameters: Mapping[str, Any] | None = None

    def words(self) -> str:
        """`500 gold`, `1 legendary_box (crate)`."""
        return f"{grouped(self.count)} {self.key}" + (" (crate)" if self.type == "crate" else "")

    def as_json(self) -> dict[str, Any]:
        """The entry as JSON."""
        entry: dict[str, Any] = {
            "type": self.type,
            KEY_FIELD[self.type]: self.key,
            COUNT_FIELD[self.type]: self.count,
        }
        if self.parameters is not None:
            entry["parameters"] = dict(self.parameters)
        return entry


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    words = list(parts)
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def contents_words(contents: Mapping[str, Any], kind: str = "reward") -> str:
    """The contents of a grant in words; contents of an unknown shape are counted
    (contract/README.md#grant)."""
    raw = contents.get("entries")
    if isinstance(raw, list):
        parts = [_entry_words(each) for each in raw]
        if parts:
            return listed(parts)
    crate = contents.get("crateItemKey")
    if isinstance(crate, str):
        words = _amount_words(contents.get("quantity"))
        return f"{crate} (crate)" if words in ("some", "0", "1") else f"{words} {crate} (crate)"
    if contents and not isinstance(raw, list):
        return counted(len(contents), "unknown thing")
    return "an opened crate" if kind == "crate" else "nothing"


def _entry_words(raw: object) -> str:
    if not isinstance(raw, dict):
        return "an unknown entry"
    kind = raw.get("type")
    key = raw.get(KEY_FIELD.get(kind, "key")) if isinstance(kind, str) else None
    count = raw.get(COUNT_FIELD.get(kind, "amount")) if isinstance(kind, str) else None
    name = key if isinstance(key, str) else (kind if isinstance(kind, str) else "unknown thing")
    return f"{_amount_words(count)} {name}" + (" (crate)" if kind == "crate" else "")


def _amount_words(count: object) -> str:
    """An amount given as number or text; `some` when it is missing."""
    if isinstance(count, str) and count.strip():
        return grouped_text(count[:_LONGEST_AMOUNT])
    return grouped(count) if isinstance(count, int | float) and not isinstance(count, bool) else "some"


def entries_of(contents: Mapping[str, Any]) -> tuple[GrantEntry, ...]:
    """The entries of a grant that have a known shape."""
    raw = contents.get("entries")
    entries = []
    for each in raw if isinstance(raw, list) else ():
        if isinstance(each, dict) and isinstance(each.get("type"), str) and each["type"] in KEY_FIELD:
            key, count = each.get(KEY_FIELD[each["type"]]), each.get(COUNT_FIELD[each["type"]])
            if isinstance(key, str) and isinstance(count, int) and not isinstance(count, bool):
                parameters = each.get("parameters")
                entries.append(
                    GrantEntry(each["type"], key, count, parameters if isinstance(parameters, dict) else None)
                )
    return tuple(entries)
