"""Requirements of a start: open event, conditions, quota, entry cost (contract/SDK.md#start)."""

from __future__ import annotations

from typing import Any

import pytest

from kraty_console.backend.events import attempts
from kraty_console.backend.events.conditions import BrokenCondition, check
from kraty_console.backend.grants import service as grants
from kraty_console.backend.players import bans
from kraty_console.backend.players import service as players
from kraty_console.backend.storage import tables
from kraty_console.contract.errors import STATUS, Code
from tests.harness.backend.playable_events import define, refused
from tests.harness.backend.small_game import ALICE, DAY, HOUR, SmallGame

GOLD = {"type": "currency", "currencyKey": "gold", "amount": 30}
POTION = {"type": "item", "itemKey": "potion", "quantity": 2}


async def _start(world: SmallGame, event: str, player: str = ALICE, **changes: Any) -> dict[str, Any]:
    answer = await world.run(attempts.start, world.engine(**changes), player, event)
    found: dict[str, Any] = answer.data["attempt"]
    return found


async def _give(world: SmallGame, *entries: dict[str, Any]) -> None:
    made = await world.run(grants.create, world.engine(), ALICE, entries)
    await world.run(grants.claim, world.engine(), ALICE, made.data["grant"]["id"])


async def test_an_event_must_exist_be_enabled_and_open(world: SmallGame) -> None:
    await define(world, "off", more={"enabled": False})
    await define(world, "soon", opens=HOUR)
    for event, code in (("none", Code.NOT_FOUND), ("off", Code.EVENT_DISABLED), ("soon", Code.NO_ACTIVE_WINDOW)):
        refusal = await refused(world, ALICE, event)
        assert (refusal.code, refusal.status) == (code, 404 if code is Code.NOT_FOUND else 409)
    assert await world.rows(tables.players) == []


async def test_the_quota_of_a_window_and_of_a_day(world: SmallGame) -> None:
    await define(world, "twice", more={"attempt_quota": {"maxPerWindow": 2}})
    await define(world, "daily", more={"attempt_quota": {"maxPerDay": 1}}, opens=-2 * DAY, closes=3 * DAY)
    for event, most, code in (
        ("twice", 2, Code.MAX_ATTEMPTS_REACHED),
        ("daily", 1, Code.MAX_DAILY_ATTEMPTS_REACHED),
    ):
        for _ in range(most):
            await _start(world, event)
        refusal = await refused(world, ALICE, event)
        assert (refusal.code, refusal.status, refusal.details) == (code, 429, {"max": most, "used": most})
        await _start(world, event, "bob_7")
    tomorrow = world.later(DAY)
    await _start(tomorrow, "daily")


async def test_the_entry_cost_is_paid_with_the_start(world: SmallGame) -> None:
    cost = {"currencies": [{"key": "gold", "amount": 20}], "items": [{"key": "potion", "quantity": 1}]}
    await define(world, "dear", more={"entry_cost": cost})
    await _give(world, GOLD, POTION)
    before = await world.counts()
    attempt = await _start(world, "dear", idempotency_key="dear-0001", surface="sdk")
    again = await _start(world, "dear", idempotency_key="dear-0001", surface="sdk")
    assert again == attempt
    [gold] = [row for row in await world.rows(tables.wallet_ledger) if row["delta"] < 0]
    assert (gold["delta"], gold["reason"], gold["source_ref_id"]) == (-20, "entry_cost", attempt["id"])
    assert gold["origin"] == "client"
    [potion] = [row for row in await world.rows(tables.item_ledger) if row["delta"] < 0]
    assert (potion["delta"], potion["quantity"]) == (-1, 1)
    after = await world.counts()
    assert after["outbox"] - before["outbox"] == 2
    refusal = await refused(world, ALICE, "dear", idempotency_key="dear-0002")
    assert (refusal.code, refusal.status) == (Code.INSUFFICIENT_ENTRY_COST, 402)
    assert refusal.details == {"resource": "gold", "needed": 20, "have": 10}
    assert await world.counts() == after


async def test_conditions_depend_on_holdings_and_history(world: SmallGame) -> None:
    await define(world, "gate", more={"unlock_condition": {"kind": "event_completed", "eventKey": "quiet"}})
    rich = {"kind": "wallet_at_least", "economyKey": "gold", "amount": 30}
    stocked = {"kind": "item_at_least", "itemKey": "potion", "quantity": 9}
    skilled = {"kind": "context_at_least", "field": "level", "value": 5}
    nowhere = {"kind": "context_is", "field": "country", "value": "XX"}
    tree = {"all": [{"any": [rich, stocked]}, skilled, {"not": nowhere}]}
    await define(world, "club", more={"entry_requirement": tree})
    assert (await refused(world, ALICE, "gate")).code is Code.UNLOCK_CONDITION_FAILED
    await world.play("quiet", 10)
    await _start(world, "gate")
    assert (await refused(world, ALICE, "club")).code is Code.ENTRY_REQUIREMENT_FAILED
    await _give(world, GOLD)
    assert (await refused(world, ALICE, "club")).status == 403
    for country, welcome in (("XX", False), ("PT", True)):
        await world.run(players.upsert, world.engine(), ALICE, context={"level": 5, "country": country})
        if welcome:
            await _start(world, "club")
        else:
            assert (await refused(world, ALICE, "club")).code is Code.ENTRY_REQUIREMENT_FAILED


async def test_an_invalid_condition_is_a_server_error(world: SmallGame) -> None:
    for column, code in (
        ("unlock_condition", Code.INVALID_UNLOCK_CONDITION),
        ("entry_requirement", Code.INVALID_ENTRY_REQUIREMENT),
    ):
        await define(world, column, more={column: {"kind": "is_nice"}})
        refusal = await refused(world, ALICE, column)
        assert (refusal.code, refusal.status) == (code, 500)
        assert "is_nice" in refusal.message


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"all": []},
        {"all": [{"kind": "event_completed", "eventKey": "x"}], "any": []},
        {"kind": "wallet_at_least", "economyKey": "gold", "amount": True},
        {"kind": "wallet_at_least", "economyKey": "gold"},
        {"kind": "item_at_least", "itemKey": 7, "quantity": 1},
        {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"kind": "x"}}}}}}}}},
        {"any": [{"kind": "event_completed", "eventKey": "x"}] * 51},
    ],
)
def test_invalid_condition_trees(tree: object) -> None:
    with pytest.raises(BrokenCondition):
        check(tree)


async def test_reports_to_a_finished_attempt_are_refused(world: SmallGame) -> None:
    attempt = await world.play("quiet", 10)
    for rule, args in ((attempts.progress, ({"wins": 1},)), (attempts.finish, ())):
        with pytest.raises(Exception, match="completed already") as refusal:
            await world.run(rule, world.engine(), ALICE, attempt["id"], *args)
        assert refusal.value.code is Code.ATTEMPT_FINISHED  # type: ignore[attr-defined]
    assert STATUS[Code.ATTEMPT_FINISHED] == 409


async def test_a_ban_stops_the_game_but_not_the_studio_backend(world: SmallGame) -> None:
    attempt = await world.play(score=1)
    await world.run(bans.ban, world.admin(), ALICE)
    assert (await refused(world, ALICE, "race")).code is Code.PLAYER_BANNED
    done = await world.run(attempts.progress, world.server(), ALICE, attempt["id"], 11)
    assert done.data["attempt"]["status"] == "completed"
    again = await world.run(attempts.progress, world.server(), ALICE, attempt["id"], 11)
    assert (again.replayed, again.data) == (True, done.data)


async def test_an_attempt_belongs_to_its_event_and_remembers_when_things_happened(world: SmallGame) -> None:
    attempt = await world.play(score=None)
    with pytest.raises(Exception, match="not found"):
        await world.run(attempts.progress, world.engine(), ALICE, attempt["id"], {"wins": 1}, event_key="quiet")
    later = world.later(10_000)
    for told, kept in ((world.now + 4000, 4000), (world.now + 2000, 4000), (world.now + DAY, 10_000)):
        await later.run(attempts.progress, later.engine(), ALICE, attempt["id"], {"wins": 1}, occurred_at=told)
        [row] = await world.rows(tables.attempts)
        assert row["last_progress_at"] == world.now + kept
