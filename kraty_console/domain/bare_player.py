"""A player of whom only the id is known: that of a delivery, or of a row of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kraty_console.contract.operations import model_of

if TYPE_CHECKING:
    from kraty_console.contract.players import Snapshot


def bare_player(external_id: str) -> Snapshot:
    """A snapshot with the id alone; an empty one stands for no player."""
    snapshot = model_of("players.Snapshot").model_validate({"player": {"externalPlayerId": external_id}})
    return cast("Snapshot", snapshot)
