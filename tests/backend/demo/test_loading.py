"""The demo world loads once, is deterministic for a seed and time, and has the right credentials."""

from __future__ import annotations

import asyncio
import random

import pytest

from kraty_console.backend.auth.api_keys import find_key
from kraty_console.backend.auth.member_sessions import find_session
from kraty_console.backend.auth.roles import role_in
from kraty_console.backend.demo.calendar import Calendar
from kraty_console.backend.demo.world import load
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.database import Database
from tests.backend.demo.conftest import NOW, Loaded, read_all

DAY_MS = 86_400_000


def test_both_databases_hold_the_same_world(on_sqlite: Loaded, on_postgresql: Loaded) -> None:
    for name, rows in on_sqlite.rows.items():
        for row in (*rows, *on_postgresql.rows[name]):
            row.pop("secret", None)  # encrypted with a different nonce each time
        assert rows == on_postgresql.rows[name], name


async def test_the_demo_world_is_loaded_once_and_each_start_gets_new_tokens(
    database_url: str, on_sqlite: Loaded
) -> None:
    url = database_url
    one, other = Database.open(url), Database.open(url)
    try:
        first, second = await asyncio.gather(load(one, NOW, seed=43), load(other, NOW, seed=43))
        again = await load(one, NOW + DAY_MS, seed=43)
        assert sorted((first.loaded_now, second.loaded_now)) == [False, True]
        assert not again.loaded_now
        assert (first.studio_id, first.game_id) == (again.studio_id, again.game_id)
        assert not set(first.sessions.values()) & set(again.sessions.values())
        async with one.read() as tx:
            for world in (first, second, again):
                assert await find_session(tx, world.sessions["GAME_ADMIN"], NOW + DAY_MS) is not None
                assert await find_key(tx, world.keys["server_integration"]) is not None
    finally:
        await one.close()
        await other.close()
    rows = await read_all(url)
    assert len(rows["studios"]) == 2
    names = {row["external_player_id"] for row in rows["players"]}
    names_of_seed_42 = {row["external_player_id"] for row in on_sqlite.rows["players"]}
    assert names & names_of_seed_42 >= {"alice_42", "heavy_user"}
    assert names != names_of_seed_42
    assert first.game_id != on_sqlite.world.game_id


async def test_each_session_has_its_role(database: Database, loaded: Loaded) -> None:
    world = loaded.world
    async with database.read() as tx:
        for role, token in world.sessions.items():
            session = await find_session(tx, token, NOW)
            assert session is not None
            assert session.name
            assert session.email
            assert await role_in(tx, session.member_id, world.studio_id, world.game_id) == role
            assert session.expires_at > NOW + DAY_MS
        assert set(world.sessions) == {"GAME_ADMIN", "GAME_DEBUGGER", "GAME_VIEWER"}


async def test_each_key_has_its_permission_set(database: Database, loaded: Loaded) -> None:
    async with database.read() as tx:
        for permission_set, key in loaded.world.keys.items():
            found = await find_key(tx, key)
            assert found is not None
            assert (found.permission_set, found.environment) == (permission_set, "live")
            assert Tenant(found.studio_id, found.game_id) == loaded.tenant
    assert set(loaded.world.keys) == {"server_integration", "client_sdk"}


async def test_the_other_studio_has_a_member_of_its_own(database: Database, loaded: Loaded) -> None:
    other = loaded.world.credentials("http://127.0.0.1:1")["otherStudio"]
    async with database.read() as tx:
        session = await find_session(tx, other["session"], NOW)
        assert session is not None
        assert await role_in(tx, session.member_id, other["studioId"], other["gameId"]) == "GAME_ADMIN"
        assert await role_in(tx, session.member_id, loaded.world.studio_id, loaded.world.game_id) is None
        key = await find_key(tx, other["server_integration"])
        assert key is not None
        assert key.game_id == other["gameId"]


def test_credentials_are_what_the_command_line_writes(on_sqlite: Loaded) -> None:
    written = on_sqlite.world.credentials("http://127.0.0.1:4711")
    assert written["baseUrl"] == "http://127.0.0.1:4711"
    assert set(written) == {"baseUrl", "studioId", "gameId", "sessions", "keys", "otherStudio"}
    assert set(written["otherStudio"]) == {"studioId", "gameId", "session", "server_integration"}


def test_no_token_is_shown_by_accident(on_sqlite: Loaded) -> None:
    world = on_sqlite.world
    for token in (*world.sessions.values(), *world.keys.values(), *world.other_studio.keys.values()):
        assert token not in repr(world)


@pytest.mark.parametrize("hour", [0, 5, 9, 14, 15, 23])
def test_the_demo_world_can_be_loaded_at_any_hour(hour: int) -> None:
    """Windows surround the current time at any hour; checked on the calendar, without a database."""
    now_ms = NOW // DAY_MS * DAY_MS + hour * 3_600_000 + random.Random(hour).randrange(3_600_000)
    calendar = Calendar(now_ms)
    for key in ("daily_race", "weekly_cup", "duel_arena", "garden_party", "practice_run"):
        window = calendar.open_at(key, now_ms)
        assert window is not None
        assert window.ends_ms >= now_ms + 9 * 3_600_000
    race = calendar.open_at("daily_race", now_ms)
    assert race is not None
    assert race.holds(now_ms - 2 * 3_600_000)
    cup = calendar.open_at("weekly_cup", now_ms)
    assert cup is not None
    assert cup.holds(now_ms - 3 * DAY_MS - 3_600_000)
