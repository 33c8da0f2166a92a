"""The hot calls of collecting and of leaderboards, to be looked at in a world with a crowd in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa

from kraty_console.backend.leaderboards.periods import WEEK_MS
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.bench.crowd import PENDING, Crowd
from tests.harness.contract.collectables import put_board
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame

PERIODS = 5
LEADER = 990
"""A player near the top: one's own place is counted from there."""


class Full(Protocol):
    """A world with a crowd in it."""

    @property
    def world(self) -> TroubledGame: ...

    @property
    def crowd(self) -> Crowd: ...

    def play(self, number: int, method: str, what: str, body: object = None) -> Answered: ...


def fill_board(world: TroubledGame, crowd: Crowd) -> None:
    """A leaderboard of the game with everybody of the crowd on it, in this period and in those before it."""
    board_id = put_board(world)
    entry, board = tables.leaderboard_entries.c, tables.boards.c

    async def work(tx: Transaction) -> None:
        created_at = await tx.scalar(sa.select(board.created_at).where(board.board_id == board_id))
        same = ("studio_id", "game_id", "participant_id", "kind", "score", "reached_at")
        for week in range(PERIODS):
            period = created_at - week * WEEK_MS
            given = {"board_id": board_id, "environment": "live", "period": period, "lane": "", "segment": ""}
            values = [sa.literal(value, tables.board_entries.columns[name].type) for name, value in given.items()]
            everybody = sa.select(*(tables.leaderboard_entries.columns[name] for name in same), *values).where(
                entry.leaderboard_id == crowd.leaderboard_id
            )
            await tx.execute(tables.board_entries.insert().from_select([*same, *given], everybody))

    world.backend.run(work)


def _read(full: Full, what: str) -> Answered:
    leader = full.crowd.external_id(LEADER)
    return full.world.play("GET", f"{what}?limit=1&includeSelf=true&progression=gold&externalId={leader}")


def _score(full: Full) -> Answered:
    body: dict[str, Any] = {"externalPlayerId": full.crowd.external_id(LEADER), "value": 5000, "idempotencyKey": "plan"}
    return full.world.serve("POST", "/leaderboards/best_lap/score", body)


CALLS: dict[str, Callable[[Full], Answered]] = {
    "what waits": lambda full: full.play(320, "GET", "pending-grants"),
    "claim": lambda full: full.play(321, "POST", f"grants/{full.crowd.grant_id(321, PENDING[0])}/claim"),
    "acknowledgement": lambda full: full.world.serve(
        "POST", f"/players/{full.crowd.external_id(322)}/grants/{full.crowd.grant_id(322, PENDING[0])}/ack"
    ),
    "wallet": lambda full: full.play(323, "GET", "wallet"),
    "inventory": lambda full: full.play(323, "GET", "inventory"),
    "debit": lambda full: full.play(323, "POST", "wallet/gold/debit", {"amount": 1, "idempotencyKey": "plan"}),
    "board of an event": lambda full: _read(full, f"/event-leaderboards/{full.crowd.leaderboard_id}"),
    "board of the game": lambda full: _read(full, "/leaderboards/best_lap"),
    "score": _score,
}
