"""What happened to a row after it was shown, for the dialog of the change that was refused because of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from kraty_console.domain.formatting import counted
from kraty_console.domain.labels import status_words
from kraty_console.present.difference import differences
from kraty_console.present.numbers import number
from kraty_console.present.safe import MISSING, SafeText, safe
from kraty_console.present.times import exact

if TYPE_CHECKING:
    from kraty_console.contract.operations import VersionedRow
    from kraty_console.contract.players import Ban, Identity, Roll
    from kraty_console.domain.row_versions import Row, StaleRow

MOST: Final = 6
"""Changes that are listed; more are counted."""

_TEXT_LIMIT: Final = 120


def changes_of(stale: StaleRow) -> list[SafeText]:
    """`status in progress → completed`, one text per changed field; empty if nothing that is known differs."""
    changes = list(_field_changes(stale.kind, stale.shown, stale.current))
    if not changes and stale.shown is not None:
        changes = list(_other_changes(stale.shown, stale.current))
    more = len(changes) - MOST
    return changes if more <= 0 else [*changes[:MOST], SafeText(f"{counted(more, 'more change')}")]


def _status(value: str) -> SafeText:
    return safe(status_words(value), limit=_TEXT_LIMIT)


def _text(value: str) -> SafeText:
    return safe(value, limit=_TEXT_LIMIT)


def _roll(value: Roll) -> SafeText:
    return MISSING if value.status is None else _status(value.status)


def _ban(value: Ban) -> SafeText:
    return SafeText("banned" if value.reason is None else f"banned: {_text(value.reason)}")


def _name(value: Identity) -> SafeText:
    return MISSING if value.name is None else _text(value.name)


def _count(value: list[str]) -> SafeText:
    return SafeText(str(len(value)))


_SHOWN: Final[dict[VersionedRow, tuple[tuple[str, str, Callable[[Any], SafeText]], ...]]] = {
    "attempt": (
        ("status", "status", _status),
        ("score", "score", number),
        ("completed_at", "completed", exact),
        ("roll", "roll", _roll),
        ("grant_ids", "grants", _count),
    ),
    "grant": (
        ("status", "status", _status),
        ("claimed_at", "claimed", exact),
        ("expires_at", "expires", exact),
    ),
    "balance": (("balance", "balance", number),),
    "player": (
        ("ban", "ban", _ban),
        ("merged_into", "merged into", _text),
        ("display_identity", "name", _name),
        ("email", "e-mail", _text),
    ),
}
"""By kind of row: the fields that a decision depends on, with their label and how a value is written."""


def _field_changes(kind: VersionedRow, shown: Row | None, current: Row) -> Iterator[SafeText]:
    for name, label, words in _SHOWN[kind]:
        if name not in current.model_fields_set:
            continue
        old, new = getattr(shown, name, None), getattr(current, name)
        if old == new:
            continue
        before, after = (MISSING if value is None else words(value) for value in (old, new))
        if before != after:
            yield SafeText(f"{label} {before} → {after}")


def _other_changes(shown: Row, current: Row) -> Iterator[SafeText]:
    """Fields that both have, in the words of the wire."""
    old, new = shown.raw(), current.raw()
    both = [name for name in new if name in old and name != "version"]
    for each in differences({name: old[name] for name in both}, {name: new[name] for name in both}):
        yield SafeText(f"{each.label} {each.value}")
