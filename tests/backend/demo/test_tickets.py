"""Each ticket of the demo world has exactly the problem that it describes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kraty_console.backend.demo.hostile import HOSTILE_NAMES
from kraty_console.backend.demo.tickets import TICKETS
from kraty_console.backend.lookup import snapshot
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.database import Database
from kraty_console.contract.limits import DEFAULT_LIMIT
from tests.backend.demo.conftest import NOW, Loaded
from tests.data import load_hostile

Json = dict[str, Any]
LookUp = Callable[[str], Awaitable[Json]]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def look_up(database: Database, loaded: Loaded) -> LookUp:
    """The snapshot of a live player."""

    async def look(player: str) -> Json:
        async with database.read() as tx:
            found = await snapshot.build(tx, loaded.tenant, "live", player, limit=200)
        assert found is not None, player
        return found

    return look


def ago(moment: str | None) -> timedelta:
    assert moment is not None
    return datetime.fromtimestamp(NOW / 1000, UTC) - datetime.fromisoformat(moment)


def of_status(rows: list[Json], status: str) -> list[Json]:
    return [row for row in rows if row["status"] == status]


@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket.player)
async def test_every_ticket_has_its_player(look_up: LookUp, ticket: Any) -> None:
    assert (await look_up(ticket.player))["player"]["externalPlayerId"] == ticket.player


async def test_alice_42_finished_while_the_reward_table_was_archived(
    look_up: LookUp, database: Database, loaded: Loaded
) -> None:
    found = await look_up("alice_42")
    race = found["attempts"][0]
    assert (race["eventKey"], race["status"], race["score"], race["target"]) == ("daily_race", "completed", 1840, 1500)
    assert race["grantIds"] == []
    assert race["roll"]["status"] == "failed"
    assert race["roll"]["error"] == 'table "daily_gold" was archived'
    assert ago(race["startedAt"]) == 2 * HOUR
    assert ago(race["completedAt"]) == ago(race["roll"]["at"]) == HOUR
    async with database.read() as tx:
        table = await tx.get(tables.reward_tables, loaded.tenant.studio_id, loaded.tenant.game_id, "daily_gold")
    assert table is not None
    assert table.archived_at is None
    assert found["summary"] == {
        "attemptCount": 12,
        "attemptsCompleted": 8,
        "attemptsExpired": 1,
        "grantsPending": 2,
        "grantsClaimed": 9,
        "lobbiesActive": 1,
    }
    assert len(found["attempts"]) == 12
    assert len(found["grants"]) == 11
    player = found["player"]
    assert player["email"] == "alice@example.com"
    assert player["displayIdentity"]["name"] == "Swift Otter"
    assert (player["lastContextSnapshot"]["country"], player["lastContextSnapshot"]["level"]) == ("PT", 7)
    assert ago(player["lastSeenAt"]) == timedelta(minutes=4)
    assert player["ban"] is None
    assert len(found["wallet"]) == 3
    cup = next(attempt for attempt in found["attempts"] if attempt["eventKey"] == "weekly_cup")
    assert (cup["status"], cup["score"], ago(cup["startedAt"])) == ("in_progress", 320, 3 * DAY)
    hunt = of_status(found["attempts"], "expired")[0]
    assert (hunt["eventKey"], hunt["score"]) == ("spring_hunt", 95)


async def test_bob_7_has_a_grant_that_was_never_collected(look_up: LookUp) -> None:
    found = await look_up("bob_7")
    race = found["attempts"][0]
    assert (race["status"], race["roll"]["status"]) == ("completed", "rolled")
    waiting = of_status(found["grants"], "pending")
    assert [grant["id"] for grant in waiting] == race["grantIds"]
    assert found["summary"]["grantsPending"] == 1
    assert waiting[0]["contents"]["entries"][0]["currencyKey"] == "gold"
    assert all(entry["sourceRefId"] != waiting[0]["id"] for entry in found["walletLedger"])


async def test_carol_ng_hangs_in_the_cup_for_three_days(look_up: LookUp) -> None:
    found = await look_up("carol_ng")
    cup = of_status(found["attempts"], "in_progress")[0]
    assert cup["eventKey"] == "weekly_cup"
    assert cup["score"] == 740 < cup["target"]
    assert ago(cup["lastProgressAt"]) == 3 * DAY
    assert ago(cup["endsAt"]) < timedelta(0)
    assert found["summary"]["grantsPending"] == 0


async def test_dave_k_ran_out_of_time(look_up: LookUp) -> None:
    found = await look_up("dave.k")
    race = found["attempts"][0]
    assert (race["status"], race["score"], race["completedAt"]) == ("expired", 1310, None)
    assert race["target"] == 1500
    assert race["grantIds"] == []
    assert timedelta(0) < ago(race["endsAt"]) < DAY


async def test_erin_was_served_and_the_ack_was_lost(look_up: LookUp) -> None:
    found = await look_up("erin")
    waiting = of_status(found["grants"], "pending")
    assert len(waiting) == 1
    assert waiting[0]["sourceKind"] == "api"
    assert waiting[0]["sourceRefId"].startswith("order_")
    assert ago(waiting[0]["createdAt"]) > DAY
    assert {entry["type"] for entry in waiting[0]["contents"]["entries"]} == {"currency", "item"}
    assert {row["action"] for row in found["audit"]} == {"grant.create", "grant.ack"}


async def test_frank_is_banned_with_a_pending_grant(look_up: LookUp) -> None:
    found = await look_up("frank")
    assert found["player"]["ban"]["reason"].startswith("speed hack")
    assert found["summary"]["grantsPending"] == 1
    assert [row["action"] for row in found["audit"]] == ["player.ban"]


async def test_a_guest_and_the_account_beside_it(look_up: LookUp) -> None:
    guest, account = await look_up("guest_device_abc"), await look_up("auth_user_42")
    potions = [
        next(item["quantity"] for item in found["inventory"] if item["itemKey"] == "potion")
        for found in (guest, account)
    ]
    assert potions[0] >= 2
    assert potions[1] == 1
    assert guest["player"]["email"] is None
    assert guest["summary"]["attemptCount"] > account["summary"]["attemptCount"] == 1


async def test_grace_hopper_has_everything(look_up: LookUp) -> None:
    found = await look_up("grace_hopper")
    assert {attempt["status"] for attempt in found["attempts"]} == {"completed"}
    assert {attempt["roll"]["status"] for attempt in found["attempts"]} == {"rolled"}
    assert {grant["status"] for grant in found["grants"]} == {"claimed"}
    assert all(attempt["grantIds"] for attempt in found["attempts"])
    assert found["summary"]["grantsPending"] == 0
    for rows in ("attempts", "grants", "walletLedger", "itemLedger"):
        assert len(found[rows]) >= DEFAULT_LIMIT, "a look-up of hers weighs as much as heavy_user's"


async def test_heavy_user_has_five_thousand_attempts_and_eight_thousand_grants(
    look_up: LookUp, database: Database
) -> None:
    found = await look_up("heavy_user")
    assert found["summary"]["attemptCount"] == 5000
    assert len(found["attempts"]) == len(found["grants"]) == 200
    async with database.read() as tx:
        count = await tx.scalar(sa.select(sa.func.count()).where(tables.grants.c.player_id == found["player"]["id"]))
    assert count == 8000
    assert of_status(found["attempts"], "in_progress") == found["attempts"][:1]
    assert ago(found["attempts"][0]["startedAt"]) < HOUR


async def test_ivy_has_unopened_crates_and_an_expired_one(look_up: LookUp) -> None:
    found = await look_up("ivy")
    crates = [grant for grant in found["grants"] if grant["kind"] == "crate"]
    assert sorted((crate["status"], crate["contents"]["crateItemKey"]) for crate in crates) == [
        ("expired", "spring_basket"),
        ("pending", "legendary_box"),
        ("pending", "wooden_box"),
    ]
    assert found["summary"]["grantsPending"] == 2


async def test_ten_names_of_the_hostile_corpus(look_up: LookUp) -> None:
    names = [name.external_id for name in HOSTILE_NAMES]
    assert len(set(names)) == 10
    assert set(names) <= {entry.value for entry in load_hostile()}
    for name in names:
        found = await look_up(name)
        assert found["player"]["externalPlayerId"] == name
        assert found["attempts"]
        assert of_status(found["grants"], "pending")
        assert found["wallet"]


def test_each_ticket_has_its_own_player_and_a_short_complaint() -> None:
    assert len({ticket.player for ticket in TICKETS}) == len(TICKETS) == 11
    assert all(20 < len(ticket.complaint) <= 80 for ticket in TICKETS)
