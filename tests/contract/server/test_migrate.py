"""Bringing players, balances and items from elsewhere: each row by itself, none twice, without events
(contract/SERVER.md#migration)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kraty_console.backend.storage import tables
from kraty_console.contract.server import Migrated
from tests.harness.backend.query_plans import recorded
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import segment
from tests.harness.contract.troubled_game import TroubledGame


def migrate(world: TroubledGame, what: str, *rows: Any) -> Any:
    return world.serve("POST", f"/migrate/{what}", {"rows": list(rows), "idempotencyKey": "the batch has none"})


def counts(answer: Any) -> tuple[int, int, int]:
    assert answer.status == 200, answer.raw
    exactly(Migrated, answer.data)
    return answer.data["applied"], answer.data["skipped"], answer.data["failed"]


def gold(who: str, amount: int, key: str, **more: Any) -> dict[str, Any]:
    return {"externalPlayerId": who, "economyKey": "gold", "amount": amount, "idempotencyKey": key, **more}


def swords(who: str, quantity: int, key: str, **more: Any) -> dict[str, Any]:
    return {"externalPlayerId": who, "itemKey": "sword", "quantity": quantity, "idempotencyKey": key, **more}


def look(world: TroubledGame, who: str) -> Any:
    return world.get(world.player(who)).data


def silent(world: TroubledGame) -> int:
    """How many webhooks are to be sent."""
    return world.backend.counts()["outbox"]


def test_players_are_made_and_brought_up_to_date(world: TroubledGame) -> None:
    world.alias("guest", "alice")
    before = silent(world)
    rows = [
        {"externalPlayerId": "m1", "idempotencyKey": "1", "email": "M1@Example.org", "contextSnapshot": {"level": 9}},
        {"externalPlayerId": "alice", "idempotencyKey": "2", "contextSnapshot": {"level": 1, "none": None}},
        {"externalPlayerId": "guest", "idempotencyKey": "3", "extra": "ignored"},
    ]
    assert counts(migrate(world, "players", *rows)) == (3, 0, 0)
    made = look(world, "m1")["player"]
    assert (made["email"], made["lastContextSnapshot"]) == ("M1@Example.org", {"level": 9})
    assert made["displayIdentity"]["name"]
    alice = look(world, "alice")["player"]
    assert (alice["email"], alice["lastContextSnapshot"]) == ("Alice@Straße.example", {"level": 1, "none": None})
    [hit] = world.get(f"{world.game}/players?query=guest").data["players"]
    assert hit["match"] == "external_id"
    assert counts(migrate(world, "players", *rows)) == (0, 3, 0)
    assert silent(world) == before
    [again, first] = world.audit_rows(action="migrate.players")
    assert first["metadata"] == {"applied": 3, "skipped": 0, "failed": 0}
    assert again["metadata"] == {"applied": 0, "skipped": 3, "failed": 0}


def test_balances_are_added_with_their_ledger_rows(world: TroubledGame) -> None:
    world.hold("alice", "gold", 5)
    before = silent(world)
    rows = [gold("alice", 10, "1", reason="import"), gold("new", 7, "2"), gold("alice", 2**40, "3")]
    assert counts(migrate(world, "wallet", *rows)) == (3, 0, 0)
    alice = look(world, "alice")
    assert alice["wallet"][0]["balance"] == 15 + 2**40
    told = [(row["delta"], row["balance"], row["reason"], row["origin"]) for row in alice["walletLedger"]]
    assert told == [(2**40, 15 + 2**40, "migration", "server"), (10, 15, "import", "server")]
    assert [row["sourceRefId"] for row in alice["walletLedger"]] == ["3", "1"]
    assert look(world, "new")["wallet"][0]["balance"] == 7
    assert counts(migrate(world, "wallet", *rows)) == (0, 3, 0)
    assert silent(world) == before


def test_items_are_imported_with_their_parameters(world: TroubledGame) -> None:
    rows = [swords("new", 2, "1", parameters={"sharp": True}), swords("new", 3, "2", parameters={"old": 1})]
    assert counts(migrate(world, "inventory", *rows)) == (2, 0, 0)
    new = look(world, "new")
    assert [(each["quantity"], each["metadata"]) for each in new["inventory"]] == [(5, {"sharp": True, "old": 1})]
    assert [(row["delta"], row["quantity"]) for row in new["itemLedger"]] == [(3, 5), (2, 2)]


def test_an_invalid_row_does_not_stop_the_others(world: TroubledGame) -> None:
    world.hold("rich", "gold", 2**53 - 1)
    answer = migrate(
        world,
        "wallet",
        gold("a", 1, "1"),
        {**gold("b", 1, "2"), "economyKey": "nope"},
        {**gold("c", 1, "3"), "economyKey": "old_coins"},
        gold("d", 0, "4"),
        gold("rich", 1, "5"),
        gold("e", 1, "1"),
        7,
        {"externalPlayerId": 7},
        gold("f", 1, "6"),
        {**gold("b", 1, "2"), "economyKey": "nope"},
        gold("a", 1, "1"),
    )
    assert counts(answer) == (2, 1, 8)
    assert [
        (each["rowIndex"], each.get("externalPlayerId"), each["error"]["code"]) for each in answer.data["failures"]
    ] == [
        (1, "b", "unknown_currency"),
        (2, "c", "unknown_currency"),
        (3, "d", "validation_failed"),
        (4, "rich", "conflict"),
        (5, "e", "idempotency_conflict"),
        (6, None, "validation_failed"),
        (7, None, "validation_failed"),
        (9, "b", "unknown_currency"),
    ]
    assert answer.data["failures"][2]["error"]["message"] == "amount must be 1 or more"
    for nobody in "bcde":
        assert world.serve("GET", f"/players/{nobody}").status == 404
    assert look(world, "rich")["wallet"][0]["balance"] == 2**53 - 1
    assert counts(migrate(world, "wallet", gold("b", 1, "2"), gold("f", 2, "6"))) == (1, 0, 1)
    assert look(world, "b")["wallet"][0]["balance"] == 1


def test_an_item_that_is_unknown_or_not_kept_here(world: TroubledGame) -> None:
    answer = migrate(world, "inventory", {**swords("a", 1, "1"), "itemKey": "nope"}, swords("a", 1, "2"))
    assert counts(answer) == (1, 0, 1)
    assert answer.data["failures"][0]["error"]["code"] == "unknown_item"
    column = tables.games.c
    theirs = tables.games.update().where(column.game_id == world.tenant.game_id).values(inventory_management="studio")
    world.backend.run(lambda tx: tx.execute(theirs))
    inert = migrate(world, "inventory", swords("a", 1, "3"))
    assert (counts(inert), inert.data["failures"][0]["error"]["code"]) == ((0, 0, 1), "conflict")


@pytest.mark.parametrize("what", ["players", "wallet", "inventory"])
def test_a_batch_has_a_maximum_size(still: TroubledGame, what: str) -> None:
    before = still.backend.counts()
    for body, field in (
        ({"rows": [{}] * 1001}, "rows"),
        ({}, "rows"),
        ({"rows": {}}, "rows"),
        ({"rows": None}, "rows"),
        ([], "body"),
    ):
        assert still.serve("POST", f"/migrate/{what}", body).fields == [field]
    assert still.backend.counts() == before
    assert counts(migrate(still, what)) == (0, 0, 0)


def test_the_same_batch_many_times_at_once_is_applied_once(world: TroubledGame) -> None:
    rows = [gold(f"player-{number % 7}", 1, f"row-{number}") for number in range(40)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda shift: migrate(world, "wallet", *rows[shift:], *rows[:shift]), range(6)))
    assert sum(counts(answer)[0] for answer in answers) == 40
    assert all(sum(counts(answer)) == 40 for answer in answers)
    held = [look(world, f"player-{number}")["wallet"][0]["balance"] for number in range(7)]
    assert held == [6, 6, 6, 6, 6, 5, 5]


def test_drawing_a_thousand_rows_is_fast(world: TroubledGame) -> None:
    """The number of statements is the same for a thousand rows as for one."""
    rows = [gold(f"p/{segment(str(number))}", number + 1, f"row-{number}") for number in range(1000)]
    for expected in ((1000, 0, 0), (0, 1000, 0)):
        with recorded(world.backend.db) as sent:
            assert counts(migrate(world, "wallet", *rows)) == expected
        assert len(sent) < 20
