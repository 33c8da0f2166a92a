"""What holds for every player of a game at any time: sums of ledgers, totals, single deposits."""

from __future__ import annotations

from collections import Counter

from kraty_console.backend.storage import tables
from tests.harness.backend.small_game import SmallGame

HOLDINGS = (
    (tables.wallets, tables.wallet_ledger, "economy_key", "balance"),
    (tables.inventory, tables.item_ledger, "item_key", "quantity"),
)


async def ledgers_add_up(world: SmallGame) -> None:
    """What is held is the sum of its ledger, and what its last row says; positions run without a gap."""
    positions: dict[str, list[int]] = {}
    for held_table, ledger, key, amount in HOLDINGS:
        sums: Counter[tuple[str, str]] = Counter()
        last: dict[tuple[str, str], int] = {}
        for entry in sorted(await world.rows(ledger), key=lambda row: int(row["position"])):
            place = (entry["player_id"], entry[key])
            sums[place] += entry["delta"]
            last[place] = entry[amount]
            positions.setdefault(entry["player_id"], []).append(entry["position"])
        held = {(row["player_id"], row[key]): row[amount] for row in await world.rows(held_table)}
        assert held == dict(sums) == last
    for player in await world.rows(tables.players):
        found = sorted(positions.get(player["player_id"], []))
        assert found == list(range(1, player["ledger_position"] + 1)), player["external_player_id"]


async def totals_add_up(world: SmallGame) -> None:
    """The totals of each player are what is there."""
    tried = Counter((row["player_id"], row["status"]) for row in await world.rows(tables.attempts))
    owed = Counter((row["player_id"], row["status"]) for row in await world.rows(tables.grants))
    active = {row["lobby_id"] for row in await world.rows(tables.lobbies, status="active")}
    seats = Counter(row["player_id"] for row in await world.rows(tables.lobby_members) if row["lobby_id"] in active)
    for player in await world.rows(tables.players):
        who = player["player_id"]
        done = tried[who, "completed"] + tried[who, "force_completed"]
        assert player["attempts_completed"] == done
        assert player["attempts_expired"] == tried[who, "expired"]
        assert player["attempt_count"] == done + tried[who, "expired"] + tried[who, "in_progress"]
        assert (player["grants_pending"], player["grants_claimed"]) == (owed[who, "pending"], owed[who, "claimed"])
        assert player["lobbies_active"] == seats[who]


async def deposits_are_single(world: SmallGame) -> None:
    """Each deposit is of a claimed grant, and written once in the ledgers."""
    claimed = {row["grant_id"] for row in await world.rows(tables.grants, status="claimed") if row["kind"] == "reward"}
    deposits = [row["grant_id"] for row in await world.rows(tables.grant_deposits)]
    assert len(deposits) == len(set(deposits))
    assert set(deposits) == claimed
    written: Counter[tuple[str, str]] = Counter()
    for ledger, key in ((tables.wallet_ledger, "economy_key"), (tables.item_ledger, "item_key")):
        rows = await world.rows(ledger, reason="grant_deposit")
        written.update((row["source_ref_id"], row[key]) for row in rows)
    assert all(count == 1 for count in written.values())
    assert {grant_id for grant_id, _ in written} <= claimed
