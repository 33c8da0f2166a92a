"""The ids that a text may hold: the text itself, the text without the space around it, and the ids in a link."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.webhooks.delivery_ids import as_uuid, delivery_id, is_delivery_id

MOST_IDS: Final = 4
"""Internal ids that are looked up; a link of the console has studio, game and two more at most."""

_UUID: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE)
_DELIVERY: Final = re.compile(r"(?<![0-9A-Za-z])evt_[0-9A-Za-z]{26}(?![0-9A-Za-z])", re.IGNORECASE)
_PLAYER: Final = re.compile(r"/players/([^/?#\s]+)")


@dataclass(frozen=True, slots=True)
class Candidates:
    """What to look up for a text."""

    text: str
    """Exactly as it was given: ids may hold anything."""
    stripped: str
    linked_player: str | None
    """The external id in a link."""
    ids: tuple[str, ...]
    """Internal ids, in the order of the text."""
    deliveries: tuple[str, ...]
    """Ids of deliveries; one that is written as a UUID is in `ids` as well."""
    is_link: bool


def candidates(text: str) -> Candidates:
    """Read a text; nothing is corrected, and what is no id is left out."""
    stripped = text.strip()
    if not _is_link(stripped):
        named = _as_id(stripped)
        own = (stripped if is_delivery_id(stripped) else None, None if named is None else _as_delivery(named))
        alone = () if named is None else (named,)
        return Candidates(text, stripped, None, alone, tuple(each for each in own if each is not None), is_link=False)
    found = [_as_id(each) for each in _UUID.findall(stripped)]
    # The first ids of a link are those of studio and game.
    ids = tuple(dict.fromkeys(each for each in found if each is not None))[-MOST_IDS:]
    written = [f"evt_{each[4:].upper()}" for each in _DELIVERY.findall(stripped)]
    deliveries = tuple(each for each in dict.fromkeys(written) if is_delivery_id(each))[-MOST_IDS:]
    player = _PLAYER.search(stripped)
    linked = unquote(player[1], errors="replace") if player else None
    return Candidates(text, stripped, linked, ids, deliveries, is_link=True)


def _is_link(text: str) -> bool:
    """Whether a text is a link of a portal or of this console, with its address or without."""
    if any(character.isspace() for character in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (parts.scheme in ("http", "https") and bool(parts.netloc)) or text.startswith("/admin/")


def _as_id(text: str) -> str | None:
    """An internal id in its usual form, from any case and with hyphens or without."""
    bare = re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)
    found = str(uuid.UUID(text)) if bare else None
    return found if found is not None and is_id(found) else None


def _as_delivery(row_id: str) -> str | None:
    """The delivery that a timeline names by this id."""
    made = delivery_id(row_id)
    return made if is_delivery_id(made) and as_uuid(made) == row_id else None
