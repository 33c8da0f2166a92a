"""An item's parameters in a grant are stored with the item and its deposit, however it is claimed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kraty_console.backend.catalog import definitions as catalog
from kraty_console.backend.grants import service as grants
from kraty_console.backend.lifecycle import bulk_import as importing
from kraty_console.backend.lifecycle.bulk_import import ImportLine
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.backend.small_game import ALICE, SmallGame

SWORD = {"type": "item", "itemKey": "potion", "quantity": 2, "parameters": {"level": 3, "runes": ["é", None]}}
PLAIN = {"type": "item", "itemKey": "potion", "quantity": 1}

Claim = Callable[[SmallGame, str], Awaitable[object]]

CLAIMS: dict[str, Claim] = {
    "by the game": lambda world, grant: world.run(grants.claim, world.engine(surface="sdk"), ALICE, grant),
    "by the studio's backend": lambda world, grant: world.run(grants.claim, world.server(None), ALICE, grant),
    "by force": lambda world, grant: world.run(grants.force_claim, world.admin(), grant),
}


async def _held(world: SmallGame) -> tuple[Any, list[Any]]:
    [row] = await world.rows(tables.inventory)
    ledger = sorted(await world.rows(tables.item_ledger), key=lambda entry: entry["position"])
    return row["metadata"], [entry["metadata"] for entry in ledger]


@pytest.mark.parametrize("how", CLAIMS)
async def test_a_claim_keeps_parameters(world: SmallGame, how: str) -> None:
    made = await world.run(grants.create, world.server(), ALICE, [SWORD])
    await CLAIMS[how](world, made.data["id"])
    assert await _held(world) == (SWORD["parameters"], [SWORD["parameters"]])
    [event] = await world.rows(tables.outbox, event_name="inventory.changed")
    assert event["payload"]["metadata"] == event["payload"]["item"]["metadata"] == SWORD["parameters"]


async def test_a_self_grant_keeps_parameters(world: SmallGame) -> None:
    async def open_up(tx: Transaction, ctx: Context) -> None:
        tx.change(await catalog.game(tx, ctx), inventory_management="permissive")

    await world.run(open_up, world.engine())
    await world.run(players.upsert, world.engine(), ALICE)
    await world.run(grants.create, world.engine(surface="sdk"), ALICE, [SWORD])
    assert await _held(world) == (SWORD["parameters"], [SWORD["parameters"]])


@pytest.mark.parametrize("forced", [True, False])
async def test_contents_of_a_crate_keep_parameters(world: SmallGame, forced: bool) -> None:
    async def pack(tx: Transaction, ctx: Context) -> None:
        await catalog.put_item(tx, ctx, "mystery", name="Mystery", crate_entries=[SWORD])

    await world.run(pack, world.engine())
    crate = [{"type": "crate", "crateItemKey": "mystery", "quantity": 1}]
    made = await world.run(grants.create, world.server(), ALICE, crate, kind="crate")
    if forced:
        await world.run(grants.force_claim, world.admin(), made.data["id"])
    else:
        opened = await world.run(grants.open_crate, world.engine(), ALICE, made.data["id"])
        await world.run(grants.claim, world.engine(), ALICE, opened.data["contents"]["id"])
    assert await _held(world) == (SWORD["parameters"], [SWORD["parameters"]])


async def test_later_parameters_win_and_missing_ones_change_nothing(world: SmallGame) -> None:
    for number, entries in enumerate(([SWORD], [PLAIN], [{**PLAIN, "parameters": {"level": 4}}])):
        made = await world.run(grants.create, world.server(f"key-{number:04}"), ALICE, entries)
        await world.run(grants.claim, world.engine(), ALICE, made.data["id"])
    held, stamped = await _held(world)
    assert held == {"level": 4, "runes": ["é", None]}
    assert stamped == [SWORD["parameters"], None, {"level": 4}]


async def test_an_import_keeps_parameters(world: SmallGame) -> None:
    request = {"externalPlayerId": ALICE, "itemKey": "potion", "quantity": 2, "parameters": {"level": 3}}
    line = ImportLine(0, ALICE, "import-01", request)
    await world.run(importing.import_inventory, world.server(None), [line], [])
    assert await _held(world) == ({"level": 3}, [{"level": 3}])
