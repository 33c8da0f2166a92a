"""The lists of one player, page by page in both orders (contract/README.md#lists-of-a-player)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from kraty_console.client.paging import pages
from kraty_console.contract.errors import NotFound
from kraty_console.contract.operations import OPERATIONS, PLAYER_LISTS, PlayerListName, model_of
from kraty_console.contract.player_lists import PlayerListPage
from kraty_console.contract.players import Snapshot
from tests.harness.contract import open_events
from tests.harness.contract.console_writer import reading
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Answered
from tests.harness.contract.troubled_game import TroubledGame
from tests.harness.each import for_each

ROUNDS = 3


@pytest.fixture(scope="module")
def busy(module_world: TroubledGame) -> TroubledGame:
    """A world in which alice has several rows of each list, some of one moment."""
    world = module_world
    for number in range(ROUNDS):
        world.backend.clock.ms += 1000 * (number % 2)
        open_events.arena(world, f"ring-{number}", capacity=3)
        pushed = {"key": "m-1", "externalPlayerIds": ["alice"], "idempotencyKey": f"push-{number:04}"}
        path = f"/games/{world.tenant.game_id}/events/ring-{number}/lobbies"
        assert world.serve("POST", path, pushed).status == 201
        item = {"quantity": 2, "idempotencyKey": f"item-{number:04}"}
        assert world.serve("POST", "/players/alice/inventory/sword/grant", item).status == 200
        credit = {"amount": number + 1, "reason": "goodwill", "idempotencyKey": f"credit-{number:04}"}
        assert world.post(f"{world.player('alice')}/wallet/gold/credit", credit).status == 200
    return world


def _path(name: PlayerListName) -> str:
    return OPERATIONS[PLAYER_LISTS[name]].path.rpartition("/")[2]


def _look(world: TroubledGame, name: PlayerListName, query: str = "", player: str = "alice", **more: Any) -> Answered:
    return world.get(f"{world.player(player)}/{_path(name)}?{query}", **more)


def _page(world: TroubledGame, name: PlayerListName, query: str) -> PlayerListPage:
    model: Any = model_of(OPERATIONS[PLAYER_LISTS[name]].answer)
    page: PlayerListPage = exactly(model, _look(world, name, query).data)
    return page


def _in_look_up(world: TroubledGame, name: PlayerListName) -> list[Any]:
    alias = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
    rows: list[Any] = world.get(f"{world.player('alice')}?limit=200").data[alias]
    assert len(rows) >= ROUNDS, name
    return rows


@for_each("name", PLAYER_LISTS)
def test_a_list_has_the_rows_of_the_look_up(busy: TroubledGame, name: PlayerListName) -> None:
    wanted = _in_look_up(busy, name)
    page = _look(busy, name, "limit=200").data
    assert (page["rows"], page["nextCursor"]) == (wanted, None)
    assert _look(busy, name, "limit=200&order=oldest").data["rows"] == wanted[::-1]
    assert page["total"] == (len(wanted) if name == "attempts" else None)


@for_each(("name", "size"), [(name, size) for name in PLAYER_LISTS for size in (1, 2)])
def test_the_pages_join_without_a_gap_or_a_double(busy: TroubledGame, name: PlayerListName, size: int) -> None:
    wanted = _in_look_up(busy, name)
    for order, rows in (("newest", wanted), ("oldest", wanted[::-1])):
        query, found = f"limit={size}&order={order}", []
        page = _page(busy, name, query)
        while page.next_cursor is not None:
            assert len(page.rows) == size
            found += page.rows
            page = _page(busy, name, f"{query}&cursor={page.next_cursor}")
        assert [each.raw() for each in (*found, *page.rows)] == rows


@for_each("name", PLAYER_LISTS)
def test_a_cursor_is_a_position_in_both_orders(busy: TroubledGame, name: PlayerListName) -> None:
    wanted = _in_look_up(busy, name)
    cursor = _look(busy, name, "limit=2").data["nextCursor"]
    assert _look(busy, name, f"order=oldest&cursor={cursor}").data["rows"] == wanted[:1]
    assert _look(busy, name, f"order=newest&cursor={cursor}").data["rows"] == wanted[2:]


async def test_the_client_reads_a_list_to_its_end_and_from_its_end(busy: TroubledGame) -> None:
    async with reading(busy) as client:
        for name in PLAYER_LISTS:
            wanted = _in_look_up(busy, name)

            async def ask(cursor: str | None, listed: PlayerListName = name) -> PlayerListPage:
                return await client.player_list(listed, "alice", cursor=cursor, limit=2)

            found = [row async for page in pages(ask) for row in page.rows]
            assert [row.raw() for row in found] == wanted
            assert name in Snapshot.model_fields
            last = await client.player_list(name, "alice", order="oldest", limit=1)
            assert [row.raw() for row in last.rows] == wanted[-1:]
        with pytest.raises(NotFound):
            await client.player_list("grants", "nobody")


@for_each(
    ("name", "query", "field"),
    [
        *((name, query, "limit") for name in PLAYER_LISTS for query in ("limit=0", "limit=201", "limit=x", "limit=-1")),
        *((name, "order=up", "order") for name in PLAYER_LISTS),
        *((name, f"cursor={cursor}", "cursor") for name in PLAYER_LISTS for cursor in ("x", "MTIz", "MTIuYWI")),
        ("wallet_ledger", "cursor=MS4wMTk4YzBkZS0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA", "cursor"),
        ("grants", "cursor=MS4x", "cursor"),
    ],
)
def test_an_unusable_value_is_refused_by_field(
    still: TroubledGame, name: PlayerListName, query: str, field: str
) -> None:
    answer = _look(still, name, query)
    assert (answer.status, answer.fields) == (400, [field])


@for_each("name", PLAYER_LISTS)
def test_who_is_not_there_is_404_and_who_did_nothing_has_an_empty_list(
    still: TroubledGame, name: PlayerListName
) -> None:
    assert _look(still, name, player="nobody").status == 404
    assert _look(still, name, "environment=test").status == 404
    total = 0 if name == "attempts" else None
    assert _look(still, name, player="alicia").data == {"rows": [], "nextCursor": None, "total": total}


def test_a_list_follows_merge_and_erasure_as_the_look_up_does(world: TroubledGame) -> None:
    assert world.serve("POST", "/players/alice/merge-into/alicia", {}).status == 200
    gone = world.serve("POST", "/players/alicia/delete", {}).data["anonymizedExternalId"]
    for player in ("alice", "alicia", gone):
        looked = world.get(f"{world.player(player)}?limit=200")
        for name in PLAYER_LISTS:
            alias = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
            page = _look(world, name, "limit=200", player)
            assert page.status == looked.status, (player, name)
            if page.status == 200:
                assert page.data["rows"] == looked.data[alias], (player, name)


def test_ledger_rows_of_one_moment_are_in_the_order_of_their_changes(busy: TroubledGame) -> None:
    rows = _look(busy, "item_ledger", "limit=200&order=oldest").data["rows"]
    moments = [row["occurredAt"] for row in rows]
    assert len(set(moments)) < len(moments)
    assert all(one["quantity"] + other["delta"] == other["quantity"] for one, other in pairwise(rows))
