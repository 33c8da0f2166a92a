"""What credentials give is kept for a second, and only while they are valid."""

from __future__ import annotations

import asyncio

from kraty_console.backend.auth import kept_credentials
from kraty_console.backend.auth.kept_credentials import KEPT_SECONDS, KeptCredentials
from kraty_console.backend.auth.member_sessions import MemberSession
from kraty_console.backend.auth.tokens import digest
from kraty_console.backend.storage.queries import Queries, QueryResults, Values

NOW = 1_780_000_000_000
TOKEN = "kst_" + "a" * 43


class _Table(kept_credentials.Reader):
    """Sessions by the digest of their token, and how often they were looked up."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, object]] = {}
        self.looks = 0
        self.meanwhile = lambda: None
        """What happens between a look-up and its answer."""

    def add(self, token: str, role: str | None = "GAME_ADMIN", expires_at: int = NOW + 1) -> None:
        self.rows[digest(token)] = {
            "session_id": "s1",
            "token_hash": digest(token),
            "expires_at": expires_at,
            "member_id": "m1",
            "email": "ann@example.org",
            "name": "Ann",
            "role": role,
        }

    async def fetch(self, queries: Queries, values: Values) -> QueryResults:
        self.looks += 1
        row = self.rows.get(values["token_hash"])
        self.meanwhile()
        await asyncio.sleep(0)
        return _Found(row)


class _Found(QueryResults):
    def __init__(self, row: dict[str, object] | None) -> None:
        self._row = row

    def first(self, query):
        return None if self._row is None else query.record.of(dict(self._row))


class _Clock:
    seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


async def _find(kept: KeptCredentials, table: _Table, token: str = TOKEN, now_ms: int = NOW) -> MemberSession | None:
    return await kept.session(table, token, now_ms)


async def test_a_session_is_looked_up_once_a_second() -> None:
    clock, table = _Clock(), _Table()
    kept = KeptCredentials(clock)
    table.add(TOKEN)
    first = await _find(kept, table)
    assert first is not None
    assert await _find(kept, table) == first
    assert table.looks == 1
    table.rows.clear()
    clock.seconds += KEPT_SECONDS
    assert await _find(kept, table) is None
    assert table.looks == 2


async def test_the_second_begins_before_the_look_up() -> None:
    clock, table = _Clock(), _Table()
    kept = KeptCredentials(clock)
    table.add(TOKEN)

    def wait() -> None:
        clock.seconds += 0.75

    table.meanwhile = wait
    assert await _find(kept, table) is not None
    table.rows.clear()
    clock.seconds += KEPT_SECONDS - 0.75
    assert await _find(kept, table) is None


async def test_what_is_not_valid_is_not_kept() -> None:
    table = _Table()
    kept = KeptCredentials(_Clock())
    assert await _find(kept, table) is None
    table.add(TOKEN, role=None)
    session, role = await kept.session_in_game(table, TOKEN, NOW, "s", "g")
    assert session is not None
    assert role is None
    assert len(kept) == 0
    table.add(TOKEN)
    assert await _find(kept, table) is not None
    assert (await kept.session_in_game(table, TOKEN, NOW, "s", "g"))[1] == "GAME_ADMIN"
    assert len(kept) == 2


async def test_a_role_counts_in_its_game_alone() -> None:
    table = _Table()
    kept = KeptCredentials(_Clock())
    table.add(TOKEN)
    assert (await kept.session_in_game(table, TOKEN, NOW, "s", "g"))[1] == "GAME_ADMIN"
    table.add(TOKEN, role=None)
    assert (await kept.session_in_game(table, TOKEN, NOW, "s", "other"))[1] is None
    assert (await kept.session_in_game(table, TOKEN, NOW, "s", "g"))[1] == "GAME_ADMIN"


async def test_a_kept_session_ends_at_its_time() -> None:
    table = _Table()
    kept = KeptCredentials(_Clock())
    table.add(TOKEN, expires_at=NOW + 1)
    assert await _find(kept, table) is not None
    assert await _find(kept, table, now_ms=NOW + 1) is None
    assert (await kept.session_in_game(table, TOKEN, NOW, "s", "g"))[0] is not None
    assert await kept.session_in_game(table, TOKEN, NOW + 1, "s", "g") == (None, None)


async def test_what_was_looked_up_before_it_was_forgotten_is_not_kept() -> None:
    table = _Table()
    kept = KeptCredentials(_Clock())
    table.add(TOKEN)
    table.meanwhile = kept.forget
    assert await _find(kept, table) is not None
    assert len(kept) == 0
    table.meanwhile = lambda: None
    await _find(kept, table)
    assert len(kept) == 1
    kept.forget()
    assert len(kept) == 0


async def test_old_answers_are_dropped() -> None:
    clock, table = _Clock(), _Table()
    kept = KeptCredentials(clock)
    for number in range(100):
        token = f"kst_{number:043}"
        table.add(token)
        await _find(kept, table, token)
        clock.seconds += KEPT_SECONDS / 8
    assert len(kept) == 8
