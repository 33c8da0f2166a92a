"""What tests of `act` look at in the world that it changes."""

from __future__ import annotations

from typing import Any

from tests.harness.contract.troubled_game import TroubledGame

WHY = ("--reason", "the receiver was down", "--ticket", "ZD-7")


def status_of(world: TroubledGame, kind: str, row_id: str) -> str:
    """The status of one of alice's rows."""
    (row,) = [each for each in world.get(world.player("alice")).data[kind] if each["id"] == row_id]
    return str(row["status"])


def done(world: TroubledGame) -> list[Any]:
    """The audit rows of what took effect, newest first."""
    return [row for row in world.audit_rows() if row["outcome"] == "ok"]
