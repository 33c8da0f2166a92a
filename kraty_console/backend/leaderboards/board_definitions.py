"""Leaderboards and derived resources of a document of definitions: checks and loads them."""

from __future__ import annotations

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.definitions import ByProgression, GameDocument

Faults = list[tuple[str, str]]


async def find_faults(tx: Transaction, ctx: Context, document: GameDocument) -> Faults:
    """Faults: references to missing currencies, and resources that cannot be derived."""
    faults: Faults = []
    for index, currency in enumerate(document.currencies):
        for number, rule in enumerate(currency.derives):
            where = f"currencies[{index}].derives[{number}].economyKey"
            derived = await definitions.currency(tx, ctx, rule.economy_key)
            if derived is None:
                faults.append((where, f"there is no currency '{rule.economy_key}'"))
            elif derived.kind != "progression" or rule.economy_key == currency.key or derived.derives:
                faults.append((where, f"'{rule.economy_key}' cannot follow from '{currency.key}'"))
    for index, board in enumerate(document.leaderboards):
        named = [("rankedBy", board.ranked_by)] if board.ranked_by is not None else []
        named += [
            (f"segments[{number}].key", part.key)
            for number, part in enumerate(board.segments)
            if isinstance(part, ByProgression)
        ]
        for field, key in named:
            if await definitions.currency(tx, ctx, key) is None:
                faults.append((f"leaderboards[{index}].{field}", f"there is no currency '{key}'"))
    return faults


async def put(tx: Transaction, ctx: Context, document: GameDocument) -> int:
    """Define the leaderboards and return how many."""
    for board in document.leaderboards:
        await definitions.put_board(
            tx,
            ctx,
            board.key,
            name=board.name,
            reset_cadence=board.reset_cadence,
            score_aggregation=board.score_aggregation,
            ranked_by=board.ranked_by,
            segments=[part.body() for part in board.segments],
        )
    return len(document.leaderboards)
