"""Limits by address, by player and by cost: what one caller does, however much, is at that caller's expense."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from kraty_console.backend.http.api_errors import too_many
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.client_address import Proxies
from kraty_console.backend.http.rate_limit import OF_ADDRESS, TOKEN_SECONDS, Rate, RateLimit, TimedCoroutine
from kraty_console.backend.http.rate_limit_gate import RateLimitGate
from kraty_console.backend.http.request_body import MAX_CLIENT_BODY, MOST_TOLD
from kraty_console.backend.rules.errors import RuleError
from kraty_console.contract.session import GAME_VIEWER
from tests.harness.backend.query_plans import recorded
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import OUTSIDER, TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles

BURST = 10


@pytest.fixture(scope="module", params=KINDS)
def limited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Ten calls at once, one a second; 127.0.0.1 is a proxy, so that a test can come from anywhere."""
    if request.param == "sqlite":
        url = SqliteFiles(tmp_path_factory.mktemp("limits")).fresh()
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        url = server.fresh()
    with Backend(url, Rate(per_second=1, burst=BURST), proxies=["127.0.0.0/8"]).running() as running:
        yield running


@pytest.fixture
def world(limited: Backend) -> TroubledGame:
    limited.clock.seconds += 10_000  # every bucket is full
    limited.busy = lambda: 0.0
    return make_troubled_game(limited)


def at(address: str, **more: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, **more}


def statuses(count: int, call: Any) -> list[int]:
    return [call().status for _ in range(count)]


def player(world: TroubledGame, name: str, address: str, path: str = "/inventory") -> Any:
    headers = at(address, **{"X-Player-Secret": world.secret(name)})
    return lambda: world.play("GET", f"/players/{name}{path}", headers=headers)


def test_a_player_over_the_rate_limit_does_not_affect_others(world: TroubledGame) -> None:
    flood, other = player(world, "alice", "203.0.113.1"), player(world, "alicia", "203.0.113.1")
    assert statuses(BURST + 5, flood) == [200] * BURST + [429] * 5
    assert other().status == 200
    assert player(world, "alice", "203.0.113.2")().status == 429, "from wherever they come"


def test_calls_without_a_secret_count_for_their_address_not_for_the_named_player(world: TroubledGame) -> None:
    own = player(world, "alice", "203.0.113.1")
    headers = at("203.0.113.6", **{"X-Player-Secret": "x" * 43})
    wrong = lambda: world.play("GET", "/players/alice/inventory", headers=headers)  # noqa: E731
    assert statuses(BURST, wrong) == [401] * 2 + [429] * 8, "what is refused costs more than what is answered"
    assert own().status == 200


def test_an_address_is_limited_before_anything_is_looked_up(world: TroubledGame) -> None:
    """By sessions, keys and players of its own it gets no further than an address may."""
    most = round(BURST * OF_ADDRESS)
    for name in range(most // BURST):
        assert player(world, f"p{name}", "198.51.100.1")().status == 200
    calls = [player(world, f"p{name}", "198.51.100.1") for name in range(most // BURST)]
    found = [call().status for _ in range(BURST) for call in calls]
    assert found.count(200) + len(calls) == most
    before = world.backend.counts()
    assert world.get("/admin/v1/me", headers=at("198.51.100.1")).status == 429
    assert world.backend.counts() == before
    assert world.get("/admin/v1/me", headers=at("198.51.100.2")).status == 200


def test_bad_credentials_are_limited_and_good_ones_of_the_same_address_are_not(world: TroubledGame) -> None:
    good = lambda: world.get("/admin/v1/me", headers=at("192.0.2.7"))  # noqa: E731
    assert good().status == 200

    def bad(token: str) -> int:
        return world.backend.call("GET", "/admin/v1/me", token=token, headers=at("192.0.2.7")).status

    tried = [bad(f"kst_{number:043}") for number in range(8)]
    assert tried == [401] * 2 + [429] * 6
    refused = world.backend.refused["rate_bad_credentials"]
    assert bad("s" * 8 + ".nothing") == 429
    assert world.backend.refused["rate_bad_credentials"] == refused + 1
    assert good().status == 200, "who was here before is not a stranger"
    unknown = world.get("/admin/v1/me", role=GAME_VIEWER, headers=at("192.0.2.8"))
    assert unknown.status == 200, "another address was not tried"


def test_calls_with_an_ended_session_count_for_their_address(world: TroubledGame) -> None:
    address = at("192.0.2.9")
    assert world.call("DELETE", "/admin/v1/session", headers=address).status == 204
    assert statuses(4, lambda: world.get("/admin/v1/me", headers=address)) == [401, 401, 429, 429]


def test_health_is_answered_however_many_calls_there_are(world: TroubledGame) -> None:
    health = lambda: world.backend.call("GET", "/admin/v1/health", headers=at("192.0.2.10"))  # noqa: E731
    assert set(statuses(BURST * 15, health)) == {200}


def test_an_expensive_call_counts_by_its_cost(world: TroubledGame) -> None:
    """Each reading of the clock is so much later: what the loop did in between is charged."""
    ticks = iter(range(10**9))
    world.backend.busy = lambda: next(ticks) * TOKEN_SECONDS * BURST
    look = lambda: world.get(world.player("alice"), headers=at("192.0.2.11"))  # noqa: E731
    assert look().status == 200
    assert look().status == 429, "it took several turns of the loop, each as dear as a burst"
    world.backend.busy = lambda: 0.0
    world.backend.clock.seconds += 1
    assert look().status == 429, "it owes"
    world.backend.clock.seconds += 60
    assert look().status == 200


def test_a_stream_costs_tokens_only_once(world: TroubledGame) -> None:
    ticks = iter(range(10**9))
    headers = at("192.0.2.16", **{"X-Player-Secret": world.secret("alice")})
    world.backend.busy = lambda: next(ticks) * TOKEN_SECONDS * BURST
    opened = world.play("HEAD", "/players/alice/inventory/stream", headers=headers)
    world.backend.busy = lambda: 0.0
    assert opened.status == 200
    assert statuses(BURST, player(world, "alice", "192.0.2.16")) == [200] * (BURST - 1) + [429]


def test_a_stream_that_is_refused_costs_what_every_refused_call_does(world: TroubledGame) -> None:
    headers = at("192.0.2.17", **{"X-Player-Secret": "x" * 43})
    wrong = lambda: world.play("HEAD", "/players/alice/inventory/stream", headers=headers)  # noqa: E731
    assert statuses(BURST, wrong) == [401] * 2 + [429] * 8


def test_large_bodies_count_for_more_tokens(world: TroubledGame) -> None:
    text = "x" * (MAX_CLIENT_BODY - 1000)
    big = lambda: world.serve(  # noqa: E731
        "PUT", "/players/alice/metadata", {"note": text}, headers=at("192.0.2.12")
    )
    assert big().status == 400  # more than metadata may be, and read all the same
    found = statuses(BURST, big)
    assert 429 in found[: BURST // 2]


@pytest.mark.parametrize("size", [MAX_CLIENT_BODY, 979 * 1024])
def test_a_game_sends_no_large_bodies(world: TroubledGame, size: int) -> None:
    body = b'{"externalPlayerId":"' + b"x" * size + b'"}'
    before = world.backend.counts()
    answer = world.play("POST", "/players/alice/register", body, headers=at("192.0.2.13"))
    assert (answer.status, answer.error["details"]["limit"]) == (413, MAX_CLIENT_BODY)
    assert world.backend.counts() == before


def test_many_unknown_fields_make_a_small_answer(world: TroubledGame) -> None:
    body = {f"f{number}": number for number in range(60_000)}
    answer = world.post(f"{world.game}/grants", body, headers=at("192.0.2.14"))
    assert answer.status == 400
    assert len(answer.fields) == MOST_TOLD
    assert answer.error["details"]["fieldsLeftOut"] > 59_000
    assert len(answer.raw) < 5_000
    rows = {"rows": [{**{f"f{number}": number for number in range(50_000)}, "externalPlayerId": "x"}]}
    world.backend.clock.seconds += 1000
    told = world.serve("POST", "/migrate/players", rows, headers=at("192.0.2.15"))
    assert len(told.raw) < 10_000
    assert len(json.dumps(rows)) > 500_000


def test_refused_attempts_of_an_hour_are_one_row(world: TroubledGame) -> None:
    def tried(address: str) -> int:
        path = f"{world.player('x' * 400)}/ban"
        return world.post(path, {"reason": "no"}, role=GAME_VIEWER, headers=at(address)).status

    before = world.backend.counts()["audit"]
    first = world.backend.clock.ms
    for number in range(BURST):
        world.backend.clock.seconds += 100
        assert tried(f"192.0.2.{20 + number}") == 403
    assert tried("192.0.2.39") == 403
    assert tried("192.0.2.39") == 429
    world.backend.clock.ms += 5
    world.backend.clock.seconds += 100
    assert tried("192.0.2.40") == 403
    assert world.backend.counts()["audit"] == before + 1
    [row] = world.audit_rows(outcome="denied")
    world.backend.clock.seconds += 100
    assert row["metadata"]["count"] == BURST + 2
    assert row["metadata"]["first"] < row["metadata"]["last"]
    assert row["player"]["externalPlayerId"] == "x" * 255 + "…"
    assert world.get(f"{world.log}/{row['id']}").data["metadata"] == row["metadata"]
    world.backend.clock.ms = first + 3_600_000
    world.backend.clock.seconds += 100
    assert tried("192.0.2.41") == 403
    assert world.backend.counts()["audit"] == before + 2, "another hour, another row"


def test_refused_attempts_of_a_player_show_their_number_where_the_player_is_looked_at(world: TroubledGame) -> None:
    for _ in range(3):
        world.backend.clock.seconds += 100
        assert world.post(f"{world.player('alice')}/ban", {"reason": "no"}, role=GAME_VIEWER).status == 403
    snapshot = world.get(world.player("alice")).data["audit"]
    timeline = world.get(f"{world.player('alice')}/timeline?kinds=ban").data
    rows = [row for row in snapshot if row["outcome"] == "denied"]
    rows += [row["ban"] for row in timeline["rows"] if row["ban"]["outcome"] == "denied"]
    assert [row["metadata"]["count"] for row in rows] == [3, 3]


def test_an_outsider_fills_nobodys_log(world: TroubledGame) -> None:
    before, outsiders = world.backend.counts(), world.backend.refused["outsider"]
    for number in range(BURST):
        world.backend.clock.seconds += 100
        assert world.get(world.player(f"{'y' * 300}{number}"), role=OUTSIDER).status == 404
    assert world.backend.counts() == before
    assert world.backend.refused["outsider"] == outsiders + BURST


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        (["10.0.0.0/8"], "10.1.2.3", "", "10.1.2.3"),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.9:5001", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.9:5001, 10.9.9.9:80", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "[2001:db8:1:2::1]:443", "2001:0db8:0001:0002"),
        (["10.0.0.0/8"], "10.1.2.3", "[2001:db8:1:2::1]", "2001:0db8:0001:0002"),
        (["10.0.0.0/8"], "10.1.2.3", "[::ffff:203.0.113.9]:443", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1, nonsense", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1, unknown, 10.9.9.9", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.9:port", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.999:5001", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "[2001:db8::1", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "198.51.100.1,", "10.1.2.3"),
    ],
)
def test_the_address_of_a_caller_is_found_behind_trusted_proxies(
    proxies: list[str], peer: str, forwarded: str, address: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert Proxies(proxies).caller({"client": (peer, 1), "headers": headers}) == address


def test_time_is_charged_while_at_work_and_not_while_waiting() -> None:
    now = [0.0]

    async def work() -> str:
        now[0] += 1
        await asyncio.sleep(0)
        now[0] += 2
        try:
            await waited_for()
        except ValueError:
            now[0] += 4
        return "done"

    async def waited_for() -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        loop.call_soon(future.set_exception, ValueError("told"))
        await future

    async def main() -> tuple[str, float]:
        metered = TimedCoroutine(work(), lambda: now[0])

        async def others() -> None:
            now[0] += 100

        task = asyncio.create_task(others())
        result = await metered
        await task
        return result, metered.seconds

    assert asyncio.run(main()) == ("done", 7.0)
    assert TimedCoroutine.__init__.__defaults__ == (time.thread_time,)


def test_a_debt_is_paid_off_over_time() -> None:
    now = [0.0]
    limit = RateLimit(Rate(10, 10), lambda: now[0])
    limit.charge("a", 10**9)
    assert limit.wait("a") == pytest.approx(60.1)
    now[0] = 61
    assert limit.wait("a") == 0


def test_the_number_of_remembered_callers_is_bounded() -> None:
    limit = RateLimit(Rate(1, 1), lambda: 0.0)
    for number in range(20_000):
        limit.know(str(number), [("a", 1.0)])
    assert limit.payers("19999") == (("a", 1.0),)
    assert limit.payers("0") is None


def test_a_rate_limited_caller_is_refused_before_any_look_up(world: TroubledGame) -> None:
    look = lambda: world.get("/admin/v1/me", headers=at("192.0.2.50"))  # noqa: E731
    assert statuses(BURST, look) == [200] * BURST
    with recorded(world.backend.db) as sent:
        assert look().status == 429
        assert player(world, "nobody_yet", "192.0.2.51")().status == 200
        asked = len(sent)
        assert look().status == 429
    assert len(sent) == asked > 0


def test_paths_that_are_not_there_are_limited_too(world: TroubledGame) -> None:
    nothing = lambda: world.backend.call("GET", "/nothing", headers=at("192.0.2.52"))  # noqa: E731
    most = round(BURST * OF_ADDRESS)
    assert statuses(most + 5, nothing) == [404] * most + [429] * 5


async def test_refusals_are_delayed_and_health_is_only_slowed() -> None:
    """By which a flood of refusals costs its senders their time, and not the loop its own."""
    paused: list[str] = []

    async def answered(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["path"] == "/refused":
            raise too_many(1.0)

    class Slow(float):
        """A pause that says so."""

        def __gt__(self, other: object) -> bool:
            paused.append("pause")
            return False

        def __le__(self, other: object) -> bool:
            paused.append("pause")
            return True

    services = Services(
        db=None,  # type: ignore[arg-type]
        now_ms=lambda: 0,
        new_id=str,
        rate_limit=RateLimit(Rate(1, 2), lambda: 0.0),
        pause=Slow(0),
    )
    gate = RateLimitGate(answered, services, frozenset({"/health"}))

    async def call(path: str) -> int:
        before = len(paused)
        with contextlib.suppress(RuleError):
            await gate({"path": path, "client": ("192.0.2.60", 1), "headers": []}, None, None)  # type: ignore[arg-type]
        return len(paused) - before

    assert [await call("/answered") for _ in range(3)] == [0, 0, 0]
    assert await call("/refused") == 1
    assert [await call("/health") for _ in range(4)] == [0, 0, 1, 1]
