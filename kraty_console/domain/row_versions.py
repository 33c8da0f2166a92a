"""The version that a change is decided on, and the row that moved on meanwhile (contract/README.md#versions)."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from kraty_console.contract.operations import OPERATIONS, VersionedRow, model_of
from kraty_console.domain import snapshot_lookup
from kraty_console.domain.completeness import balance_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kraty_console.contract.calls import ChangeRequest
    from kraty_console.contract.errors import Stale
    from kraty_console.contract.players import Attempt, Grant, Player, Snapshot, WalletHolding

    Row = Attempt | Grant | WalletHolding | Player

_ABSENT: Final = 0
"""The version of a balance before its first credit."""

_LIST_OF: Final[dict[VersionedRow, str]] = {"attempt": "attempts", "grant": "grants", "balance": "wallet"}
_ID_OF: Final[dict[VersionedRow, str]] = {"attempt": "id", "grant": "id", "balance": "economy_key"}


@dataclass(frozen=True, slots=True)
class StaleRow:
    """A row that changed after it was shown, so that the backend refused the change."""

    kind: VersionedRow
    shown: Row | None
    """As the change was decided on; None for a balance that was not there."""
    current: Row
    """As the backend has it now."""


def version_of(call: ChangeRequest, snapshot: Snapshot) -> int | str | None:
    """The version to send with a change that was decided on this snapshot.

    None if the operation names no row, or the backend sent no version; a balance that is known not to be there yet has
    version 0.
    """
    kind = OPERATIONS[call.operation].versioned
    if kind is None:
        return None
    row = _row(kind, call, snapshot)
    if row is not None:
        return row.version
    is_new = kind == "balance" and snapshot.player.version is not None
    return _ABSENT if is_new and balance_of(snapshot, call.economy_key or "").number == 0 else None


def stale_row(call: ChangeRequest, error: Stale, snapshot: Snapshot) -> StaleRow | None:
    """The row of a refused change before and after; None if the backend did not send it in a readable form."""
    kind, current = OPERATIONS[call.operation].versioned, error.details.get("current")
    if kind is None or not isinstance(current, dict):
        return None
    shown = _row(kind, call, snapshot)
    try:
        return StaleRow(kind, shown, _with_fields(kind, shown, call, current))
    except ValueError:
        return None


def with_current(snapshot: Snapshot, stale: StaleRow) -> Snapshot:
    """The snapshot with the row as the backend has it now, unless the snapshot is newer than the refusal."""
    current = stale.current
    if stale.kind == "player":
        if snapshot.player.version != (stale.shown.version if stale.shown else None):
            return snapshot
        return snapshot.model_copy(update={"player": current})
    name, id_name = _LIST_OF[stale.kind], _ID_OF[stale.kind]
    rows = getattr(snapshot, name)
    place = next((at for at, row in enumerate(rows) if getattr(row, id_name) == getattr(current, id_name)), None)
    if place is None:
        return snapshot if stale.shown is not None else _with_row(snapshot, name, len(rows), current)
    if stale.shown is None or rows[place].version != stale.shown.version:
        return snapshot
    return _with_row(snapshot, name, place, current)


def _with_row(snapshot: Snapshot, name: str, place: int, row: Row) -> Snapshot:
    rows = copy(getattr(snapshot, name))  # a copy that knows how many rows were unreadable
    rows[place : place + 1] = [row]
    return snapshot.model_copy(update={name: rows})


def _row(kind: VersionedRow, call: ChangeRequest, snapshot: Snapshot) -> Row | None:
    if kind == "player":
        return snapshot.player
    if kind == "balance":
        return snapshot_lookup.balance(snapshot, call.economy_key)
    if kind == "grant":
        return snapshot_lookup.grant(snapshot, call.target_id)
    return snapshot_lookup.attempt(snapshot, call.target_id)


def _with_fields(kind: VersionedRow, shown: Row | None, call: ChangeRequest, fields: Mapping[str, object]) -> Row:
    """The shown row with the fields that the backend sent.

    Raises:
        ValueError: the fields are not those of such a row (pydantic's error is one).
    """
    if shown is not None:
        read = type(shown).model_validate({**shown.raw(), **fields})
        # Onto the shown row, which knows names that are not on the wire.
        return shown.model_copy(update={name: getattr(read, name) for name in read.model_fields_set})
    if kind != "balance":
        raise ValueError("only a balance may have been absent")
    model = cast("type[WalletHolding]", model_of("players.WalletHolding"))
    return model.model_validate({"economyKey": call.economy_key, **fields})
