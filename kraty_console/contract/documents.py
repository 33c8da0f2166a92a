"""Parses the document that defines a game, JSON or TOML, and reports errors with their location."""

from __future__ import annotations

import json
import tomllib
from typing import Final

from pydantic import ValidationError

from kraty_console.contract.definitions import GameDocument


class BadDocument(ValueError):
    """The document is invalid; each fault has a location and a message."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{where}: {what}" for where, what in faults))
        self.faults = faults


def read_document(text: str, *, toml: bool) -> GameDocument:
    """Parse a document; raises BadDocument with all faults."""
    try:
        value = tomllib.loads(text) if toml else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDocument([("document", f"is no {'TOML' if toml else 'JSON'}: {error}")]) from None
    try:
        return GameDocument.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise BadDocument(_faults(error)) from None


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    """One fault per location: pydantic reports a union once per member."""
    by_place: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_input=False):
        message = fault["msg"][:1].lower() + fault["msg"][1:]
        messages = by_place.setdefault(_place(fault["loc"]), [])
        if message not in messages:
            messages.append(message)
    return [(where, ", or ".join(messages)) for where, messages in by_place.items()]


_KINDS: Final = frozenset({"int", "float", "str", "dict"})
_TAGGED: Final = frozenset({"entry", "rewardPolicy"})
"""Fields with a `type` that are not list members; pydantic puts that type into the location of a fault."""

_TYPES: Final = frozenset(
    {"currency", "item", "crate", "table", "bundle", "none", "fixed_bundle", "rank_scaled", "shared_pool"}
) | {"context", "country", "progression"}


def _place(location: tuple[int | str, ...]) -> str:
    """The location of a fault, such as `events[0].metrics[1].key`, without the tags of unions."""
    shown, before = "", ""
    for part in location:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif part in _TYPES and (before in _TAGGED or before.isdigit()):
            pass
        elif part.isidentifier() and part[0].islower() and part not in _KINDS:
            shown += f".{part}" if shown else part
        before = str(part)
    return shown or "document"
