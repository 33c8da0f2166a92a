"""Strings that strangers may write as ids, names, reasons and bodies, and their loader.

`hostile.json` holds one entry a line: `name`, `class`, `value`, `why`, and for some `as`, which says how the value is
written: `hex` (bytes that are no UTF-8), `json` (a JSON text, to be sent as it stands) or `repeat` (`times` over).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SURROGATE = re.compile("[\ud800-\udfff]")
_FILE = Path(__file__).with_name("hostile.json")


@dataclass(frozen=True)
class Hostile:
    """One entry of the corpus; `kind` is its class, `raw` is set where the value is bytes that no text can hold."""

    name: str
    kind: str
    value: str
    why: str
    raw: bytes | None = None
    is_json: bool = False

    @property
    def can_be_text(self) -> bool:
        """Whether `value` is a text that UTF-8 can carry: no stray bytes, no lone surrogates."""
        return self.raw is None and not _SURROGATE.search(self.value)


@cache
def load_hostile() -> tuple[Hostile, ...]:
    """The whole corpus, in the order of the file, repeats spelled out; hexadecimal values as `raw` bytes, with
    `value` their hexadecimal form."""
    entries = json.loads(_FILE.read_text(encoding="ascii"))
    return tuple(
        Hostile(
            name=entry["name"],
            kind=entry["class"],
            value=entry["value"] * entry.get("times", 1),
            why=entry["why"],
            raw=bytes.fromhex(entry["value"]) if entry.get("as") == "hex" else None,
            is_json=entry.get("as") == "json",
        )
        for entry in entries
    )
