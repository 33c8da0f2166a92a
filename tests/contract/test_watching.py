"""Observability: health, a log line for each call, metrics; without secrets."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Queue

import pytest

from kraty_console.backend.app.status import FEATURES
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.observability import logs
from kraty_console.backend.observability.call_events import AnsweredCall
from kraty_console.backend.observability.metrics import Metrics
from kraty_console.contract.session import Health
from tests.harness.contract.exact_shapes import exactly
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import KINDS, PostgresqlServer, SqliteFiles


@dataclass
class Watched:
    """A backend with call events, and the recorded events."""

    world: TroubledGame
    _told: Queue[AnsweredCall]

    def told(self, count: int) -> list[AnsweredCall]:
        """The next call events; an answer may arrive before its event."""
        return [self._told.get(timeout=30) for _ in range(count)]


@pytest.fixture(scope="module", params=KINDS)
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    told: Queue[AnsweredCall] = Queue()

    def running(url: str) -> Iterator[Watched]:
        with Backend(url, Rate(0), ended=[told.put]).running() as backend:
            yield Watched(make_troubled_game(backend), told)

    if request.param == "sqlite":
        yield from running(SqliteFiles(tmp_path_factory.mktemp("watched")).fresh())
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        yield from running(server.fresh())


def test_a_call_is_logged_with_its_route_and_kind_of_caller(watched: Watched) -> None:
    world, key = watched.world, watched.world.keys["server_integration"]
    answers = [
        world.get(world.player("alice")),
        world.get(world.player("nobody/at all")),
        world.serve("POST", "/players/alice/wallet/gold/credit", {"amount": 5}),
        world.backend.call("GET", "/admin/v1/me"),
        world.backend.call("GET", "/nowhere/alice"),
        world.post(f"{world.player('alice')}/ban", {"reason": "no"}, role="GAME_VIEWER"),
    ]
    told = watched.told(len(answers))
    assert [call.request_id for call in told] == [answer.headers["x-request-id"] for answer in answers]
    assert [call.status for call in told] == [answer.status for answer in answers] == [200, 404, 200, 401, 404, 403]
    player = "/admin/v1/studios/{studioId}/games/{gameId}/players/{externalPlayerId}"
    credit = "/server/v1/players/{externalPlayerId}/wallet/{economyKey}/credit"
    assert [call.route for call in told] == [player, player, credit, "/admin/v1/me", "(none)", f"{player}/ban"]
    kinds = [(call.caller.kind, call.caller.key_prefix) if call.caller else None for call in told]
    member = ("member", None)
    assert kinds == [member, member, ("api_key", key[:8]), None, None, member]


def test_the_lines_of_the_log_hold_nothing_secret(watched: Watched) -> None:
    world = watched.world
    world.get(world.player("alice"))
    world.serve("POST", "/players/alice/wallet/gold/credit", {"amount": 5, "reason": "a secret reason"})
    told = watched.told(2)
    for form in ("text", "json"):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.formatter(form))
        logs.CALLS.addHandler(handler)
        before = logs.CALLS.level
        logs.CALLS.setLevel(logging.INFO)
        try:
            for call in told:
                logs.log_call(call)
        finally:
            logs.CALLS.removeHandler(handler)
            logs.CALLS.setLevel(before)
        lines = stream.getvalue().splitlines()
        assert len(lines) == 2
        for secret in ("alice", "a secret reason", *world.sessions.values(), *world.keys.values()):
            assert secret not in stream.getvalue()
        if form == "json":
            assert set(json.loads(lines[1])) == {
                *("time", "level", "logger", "message", "requestId", "method", "route", "status", "ms", "actor"),
                "keyPrefix",
            }
        else:
            assert re.search(r"INFO kraty.calls: GET /admin/v1/\S+ 200 requestId=\S+ ms=0.0 actor=member$", lines[0])


def test_an_error_is_logged_with_type_and_location_but_no_message() -> None:
    record = logging.LogRecord("kraty", logging.ERROR, __file__, 1, "a job failed", None, None)
    try:
        raise ValueError("what alice wrote")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    for form in ("text", "json"):
        line = logs.formatter(form).format(record)
        assert "ValueError in test_an_error" in line
        assert "alice" not in line


def test_health_reports_database_and_jobs(watched: Watched) -> None:
    answer = watched.world.backend.call("GET", "/admin/v1/health")
    assert watched.told(1)[0].route == "/admin/v1/health"
    health = exactly(Health, answer.json)
    assert health.ok
    assert health.database is not None
    assert (health.database.ok, health.database.kind) == (True, watched.world.backend.db.engine.dialect.name)
    assert health.worker is not None
    assert health.worker.running is False


def test_health_answers_also_when_the_database_does_not() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    with Backend(url, Rate(0), reachable=False).running() as backend:
        answer = backend.call("GET", "/admin/v1/health")
        assert answer.status == 200
        assert (answer.json["ok"], answer.json["database"]["ok"]) == (False, False)
        assert answer.json["features"] == list(FEATURES)


def test_the_numbers_are_those_of_the_calls(watched: Watched) -> None:
    world = watched.world
    metrics = Metrics(world.backend.db, None, lambda: world.backend.clock.ms)
    for _ in range(3):
        world.get(world.player("alice"))
    world.post(f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "numbers-1"})
    for call in watched.told(4):
        metrics.begun()
        metrics.ended(call)
    world.backend.clock.ms += 5_000
    future = asyncio.run_coroutine_threadsafe(metrics.page(), world.backend.loop)
    page = future.result(30)
    player = 'route="/admin/v1/studios/{studioId}/games/{gameId}/players/{externalPlayerId}"'
    assert f'kraty_http_requests_total{{method="GET",{player},status="200"}} 3.0\n' in page
    assert f'kraty_http_request_duration_seconds_bucket{{le="+Inf",method="GET",{player}}} 3.0\n' in page
    assert "kraty_http_requests_in_flight 0.0\n" in page
    assert 'kraty_database_connections{state="in_use"} ' in page
    assert "kraty_outbox_oldest_seconds 0.0\n" in page  # nobody waits to be told
    assert "kraty_webhook_overdue_seconds 0.0\n" in page
    assert "alice" not in page
    shape = re.compile(r'(# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)')
    assert all(shape.fullmatch(line) for line in page.splitlines())
