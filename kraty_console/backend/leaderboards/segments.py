"""The segment of a board that a player is in.

A board's `segments` say how players are divided: `[]` nothing; `[{by: "context", key}]` what the game sends, else the
player's last context under that key; `{by: "country"}` the player's country; `{by: "progression", key, steps: [{from,
segment}]}` the highest step that a balance has reached. Several make one segment, joined by `/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import BoardRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

NONE: Final = ""
"""The segment of a player without data, and of all players on a board without segments."""

_UNKNOWN: Final = "-"
"""The part of a segment about which nothing is known."""

LONGEST: Final = 200
"""Characters."""


def chosen_by_game(board: BoardRecord) -> bool:
    """Whether the game names the segment of a score, so that a player may be in several."""
    parts = board.segments
    return len(parts) == 1 and parts[0]["by"] == "context"


async def segment_of(tx: Transaction, player: PlayerRecord, board: BoardRecord, given: str | None = None) -> str:
    """The segment that a score of the player counts in now: the game's choice where allowed."""
    parts: Sequence[Mapping[str, Any]] = board.segments
    if not parts:
        return NONE
    if given is not None and chosen_by_game(board):
        return given
    names = [await _part(tx, player, part) for part in parts]
    if len(names) == 1:
        return names[0] or NONE
    return "/".join(each or _UNKNOWN for each in names)[:LONGEST]


async def _part(tx: Transaction, player: PlayerRecord, part: Mapping[str, Any]) -> str | None:
    match part["by"]:
        case "country":
            return player.country or _in_context(player, "country")
        case "progression":
            held = await tx.get(tables.wallets, *player.primary_key(), part["key"])
            balance = 0 if held is None else held.balance
            reached = [step["segment"] for step in part["steps"] if step["from"] <= balance]
            return reached[-1] if reached else None
        case _:
            return _in_context(player, part["key"])


def _in_context(player: PlayerRecord, key: str) -> str | None:
    value = (player.last_context or {}).get(key)
    return str(value)[:LONGEST] if isinstance(value, str | int) and value != "" else None
