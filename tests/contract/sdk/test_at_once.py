"""Sixty-four calls of a game at the same moment: what is held is what the ledger adds up to
(backend/README.md#exactly-once)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from kraty_console.backend.storage import tables
from kraty_console.backend.storage.transaction import Transaction
from tests.harness.contract.collectables import hold_items
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame

TIMES = 64


def at_once(call: Callable[[int], Answered]) -> list[int]:
    """The statuses of as many calls, each on a connection of its own."""
    with ThreadPoolExecutor(TIMES) as threads:
        return sorted(answer.status for answer in threads.map(call, range(TIMES)))


def held(world: TroubledGame, holdings: sa.Table, ledger: sa.Table, amount: str) -> tuple[int, int]:
    """What the player holds, and what the ledger of it adds up to."""

    async def look(tx: Transaction) -> tuple[int, int]:
        game = world.tenant.game_id
        of_holdings = sa.select(sa.func.sum(holdings.c[amount])).where(holdings.c.game_id == game)
        of_ledger = sa.select(sa.func.sum(ledger.c.delta)).where(ledger.c.game_id == game)
        return int(await tx.scalar(of_holdings) or 0), int(await tx.scalar(of_ledger) or 0)

    return world.backend.run(look)


def test_claims_deposit_once(world: TroubledGame) -> None:
    world.secret("alice")
    path = f"/players/alice/grants/{world.grants['pending']}"

    def claim(number: int) -> Answered:
        """The player's game, or each fourth time the studio."""
        if number % 4 == 0:
            return world.serve("POST", f"{path}/ack")
        return world.play("POST", f"{path}/claim", {}, who="alice")

    assert at_once(claim) == [200] * TIMES
    assert held(world, tables.wallets, tables.wallet_ledger, "balance") == (7, 7)
    assert held(world, tables.inventory, tables.item_ledger, "quantity") == (1, 1)


def test_crates_open_once(world: TroubledGame) -> None:
    world.secret("alice")
    path = f"/players/alice/crates/{world.grants['crate']}/open"
    before = world.backend.counts()
    assert at_once(lambda _number: world.play("POST", path, {}, who="alice")) == [200] * TIMES
    assert world.backend.counts()["grants"] == before["grants"] + 1


def test_debits_and_consumptions_stop_at_nothing(world: TroubledGame) -> None:
    credited = world.serve("POST", "/players/alice/wallet/gold/credit", {"amount": 100})
    hold_items(world, 20)
    world.secret("alice")
    assert credited.status == 200
    debits = at_once(lambda _number: world.play("POST", "/players/alice/wallet/gold/debit", {"amount": 3}, who="alice"))
    assert debits == [200] * 33 + [409] * (TIMES - 33)
    assert held(world, tables.wallets, tables.wallet_ledger, "balance") == (1, 1)
    consumed = at_once(
        lambda number: world.play(
            "POST",
            "/players/alice/inventory/sword/consume",
            {"quantity": 1, "idempotencyKey": f"k{number % 32}"},
            who="alice",
        )
    )
    # Each key comes twice: of 32 consumptions 20 have a sword to use, and their twins are replays of them.
    assert consumed == [200] * 40 + [409] * (TIMES - 40)
    assert held(world, tables.inventory, tables.item_ledger, "quantity") == (0, 0)
