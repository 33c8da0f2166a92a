"""Things to collect, and boards to be on, in a game of the contract tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.grants import service as grants
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.troubled_game import TroubledGame

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 5}
SWORD = {"type": "item", "itemKey": "sword", "quantity": 2}
BOX = {"type": "crate", "crateItemKey": "box", "quantity": 1}


def give(world: TroubledGame, entries: Sequence[Mapping[str, Any]], player: str = "alice", **more: Any) -> str:
    """The id of a grant that waits for the player."""

    async def work(tx: Transaction) -> str:
        made = await grants.create(tx, world.context(), player, entries, **more)
        return str(made.data["grant"]["id"])

    return world.backend.run(work)


def hold_items(world: TroubledGame, quantity: int, item_key: str = "sword", player: str = "alice") -> None:
    """Give the player items, through a grant."""
    grant_id = give(world, [{"type": "item", "itemKey": item_key, "quantity": quantity}], player)

    async def work(tx: Transaction) -> None:
        await grants.claim(tx, world.context(), player, grant_id)

    world.backend.run(work)


def manage(world: TroubledGame, how: str, **settings: Any) -> None:
    """Who keeps the game's inventory, and other settings of it."""

    async def work(tx: Transaction) -> None:
        game = await catalog.game(tx, world.context())
        tx.change(game, inventory_management=how, settings={**game.settings, **settings})

    world.backend.run(work)


def define_progressions(world: TroubledGame) -> None:
    """`xp` that games may write, with a `level` that follows from it and pays; `fame` that only the studio writes."""

    async def work(tx: Transaction) -> None:
        ctx = world.context()
        steps = [{"at": 0}, {"at": 100, "entries": [GOLD]}, {"at": 300, "entries": [GOLD, SWORD]}]
        await catalog.put_currency(tx, ctx, "level", name="Level", kind="progression")
        await catalog.put_currency(tx, ctx, "fame", name="Fame", kind="progression")
        derives = [{"economyKey": "level", "steps": steps}]
        await catalog.put_currency(
            tx, ctx, "xp", name="Experience", kind="progression", client_writable=True, derives=derives
        )

    world.backend.run(work)


def put_board(world: TroubledGame, key: str = "best_lap", **options: Any) -> str:
    """The id of a leaderboard of the game."""

    async def work(tx: Transaction) -> str:
        return str((await catalog.put_board(tx, world.context(), key, name=key, **options)).board_id)

    return world.backend.run(work)


def event_board(world: TroubledGame) -> str:
    """The id of the board that alice's attempts are on."""

    async def work(tx: Transaction) -> str:
        column = tables.attempts.c
        found = await tx.first(
            tables.attempts.select().where(
                column.studio_id == world.tenant.studio_id, column.attempt_id == world.attempts["done"]
            )
        )
        assert found is not None, "alice's attempt is there"
        return str(found["leaderboard_id"])

    return world.backend.run(work)


def _crate(world: TroubledGame) -> Mapping[str, str]:
    return {"grantId": world.grants["crate"]}


def _permissive(world: TroubledGame) -> Mapping[str, str]:
    manage(world, "permissive")
    return {}


def _sword(world: TroubledGame) -> Mapping[str, str]:
    hold_items(world, 3)
    return {"itemKey": "sword"}


def _xp(world: TroubledGame) -> Mapping[str, str]:
    define_progressions(world)
    return {"economyKey": "xp"}


def _board(world: TroubledGame) -> Mapping[str, str]:
    put_board(world)
    manage(world, "platform", acceptClientScores=True)
    return {"boardKey": "best_lap"}


def _event_board(world: TroubledGame) -> Mapping[str, str]:
    return {"leaderboardId": event_board(world)}


SCENES: dict[str, Callable[[TroubledGame], Mapping[str, str]]] = {
    "grant.self": _permissive,
    "crate.open": _crate,
    "inventory.consume": _sword,
    "inventory.grant": _sword,
    "inventory.revoke": _sword,
    "wallet.progress": _xp,
    "leaderboard.read": _board,
    "leaderboard.standings": _board,
    "leaderboard.periods": _board,
    "leaderboard.join": _board,
    "leaderboard.score": _board,
    "leaderboard.score_own": _board,
    "event_leaderboard.read": _event_board,
    "event_leaderboard.join": _event_board,
    "event_leaderboard.stream": _event_board,
}
"""By action: what has to be there before a call succeeds, and what fills its path."""

BODIES: dict[str, dict[str, Any]] = {
    "grant.self": {"entries": [GOLD]},
    "grant.claim": {},
    "grant.ack": {},
    "crate.open": {},
    "inventory.consume": {"quantity": 1},
    "inventory.grant": {"quantity": 1},
    "inventory.revoke": {"quantity": 1},
    "wallet.progress": {"amount": 1},
    "leaderboard.join": {},
    "leaderboard.score": {"externalPlayerId": "alice", "value": 3},
    "leaderboard.score_own": {"value": 3},
    "event_leaderboard.join": {},
}
