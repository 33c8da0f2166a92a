"""The scope of idempotency keys: studio, game, environment and operation; for grants the game."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from kraty_console.backend.economy import inventory, wallet
from kraty_console.backend.grants import service as grants
from kraty_console.backend.leaderboards import game_boards as boards
from kraty_console.backend.lifecycle import bulk_import as importing
from kraty_console.backend.lifecycle import erase, merge
from kraty_console.backend.lifecycle.bulk_import import ImportLine
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from tests.backend.test_boards import board
from tests.harness.backend.small_game import ALICE, SmallGame, make_small_game

GOLD = [{"type": "currency", "currencyKey": "gold", "amount": 5}]
LINE = ImportLine(0, ALICE, "one-key-0001", {"externalPlayerId": ALICE, "economyKey": "gold", "amount": 7})

Change = Callable[[SmallGame, Context], Awaitable[RuleResult]]

CHANGES: dict[str, Change] = {
    "credit": lambda world, ctx: world.run(wallet.credit, ctx, ALICE, "gold", 5),
    "debit": lambda world, ctx: world.run(wallet.debit, ctx, ALICE, "gold", 5),
    "give": lambda world, ctx: world.run(inventory.grant, ctx, ALICE, "potion", 2),
    "ban": lambda world, ctx: world.run(bans.ban, ctx, ALICE),
    "score": lambda world, ctx: world.run(boards.score, ctx, ALICE, "laps", 5),
    "merge": lambda world, ctx: world.run(merge.merge, ctx, "guest", ALICE),
}


@pytest.fixture
async def both(world: SmallGame) -> SmallGame:
    """The same players in both environments, with equal balances."""
    await board(world)
    for environment in ("live", "test"):
        for name in (ALICE, "guest"):
            ctx = world.server(None, environment=environment)
            await world.run(players.upsert, ctx, name)
            await world.run(wallet.credit, ctx, name, "gold", 100)
    return world


@pytest.mark.parametrize("order", [("live", "test"), ("test", "live")])
@pytest.mark.parametrize("change", CHANGES)
async def test_one_key_names_a_change_in_each_environment(both: SmallGame, change: str, order: tuple[str, str]) -> None:
    for environment in order:
        ctx = both.server("one-key-0001", environment=environment)
        first = await CHANGES[change](both, ctx)
        assert not first.replayed
        again = await CHANGES[change](both, ctx)
        assert again.replayed
        assert {**again.data, "applied": True} == {**first.data, "applied": True}


async def test_one_key_names_two_operations_and_two_games(both: SmallGame) -> None:
    other = await make_small_game(both.db)
    await other.run(players.upsert, other.server(None), ALICE)
    for world, change in ((both, "credit"), (both, "debit"), (both, "give"), (other, "credit")):
        assert not (await CHANGES[change](world, world.server("one-key-0001"))).replayed


async def test_a_grants_key_is_unique_in_the_whole_game(both: SmallGame) -> None:
    await both.run(grants.create, both.server("one-key-0001"), ALICE, GOLD)
    with pytest.raises(RuleError) as refused:
        await both.run(grants.create, both.server("one-key-0001", environment="test"), ALICE, GOLD)
    assert refused.value.code is Code.IDEMPOTENCY_CONFLICT


@pytest.mark.parametrize("order", [("live", "test"), ("test", "live")])
async def test_rows_of_a_migration_have_their_environment_too(both: SmallGame, order: tuple[str, str]) -> None:
    for environment in order:
        ctx = both.server(None, environment=environment)
        answers = [(await both.run(importing.import_wallet, ctx, [LINE], [])).data for _ in range(2)]
        assert [(each["applied"], each["skipped"]) for each in answers] == [(1, 0), (0, 1)]


async def _as_before(world: SmallGame) -> None:
    """Keys as older versions stored them: under the operation only."""

    async def work(tx: Transaction, _ctx: Context) -> None:
        table = tables.idempotency
        await tx.execute(
            table.update()
            .where(table.c.game_id == world.tenant.game_id, table.c.operation.endswith("@test"))
            .values(operation=sa.func.replace(table.c.operation, "@test", ""))
        )

    await world.run(work, world.engine())


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_of_an_older_version_is_replayed(both: SmallGame, change: str) -> None:
    ctx = both.server("one-key-0001", environment="test")
    await CHANGES[change](both, ctx)
    await _as_before(both)
    assert (await CHANGES[change](both, ctx)).replayed


async def test_a_row_imported_by_an_older_version_is_not_imported_again(both: SmallGame) -> None:
    ctx = both.server(None, environment="test")
    await both.run(importing.import_wallet, ctx, [LINE], [])
    await _as_before(both)
    assert (await both.run(importing.import_wallet, ctx, [LINE], [])).data["skipped"] == 1


async def test_erasing_finds_the_keys_of_every_environment(both: SmallGame) -> None:
    ctx = both.server("for-alice_42-1", environment="test")
    await CHANGES["credit"](both, ctx)
    await both.run(erase.erase, both.server(None, environment="test", reason="gdpr_erasure"), ALICE)
    assert not [row for row in await both.rows(tables.idempotency) if ALICE in row["key"]]
