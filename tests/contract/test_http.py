"""The wire itself: request ids, methods, compression, the rate limit, failures that tell nothing."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.backend.app.routes import ROUTES
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.http.routing import SIGNED_IN, Route, RouteAccess
from kraty_console.backend.storage import tables
from tests.harness.contract.served_backend import Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

pytestmark = pytest.mark.no_database

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_every_answer_has_a_request_id_of_its_own(still: TroubledGame) -> None:
    answers = [
        still.backend.call("GET", "/admin/v1/health"),
        still.get("/admin/v1/me"),
        still.get(still.player("ghost")),
        still.backend.call("GET", "/nowhere"),
        still.backend.call("PUT", "/admin/v1/me"),
        still.backend.call("GET", "/admin/v1/me"),
    ]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(UUID.fullmatch(each) for each in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("support-1234", True),
        ("A" * 64, True),
        ("A" * 65, False),
        ("short", False),
        ("has space here", False),
        ("quote\"quote'", False),
        ("under_score_1", False),
        ("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", False),
    ],
)
def test_a_given_request_id_is_kept_when_it_is_harmless(still: TroubledGame, given: str, kept: bool) -> None:
    answer = still.get("/admin/v1/me", headers={"X-Request-Id": given.encode("utf-8").decode("latin-1")})
    assert (answer.headers["x-request-id"] == given) is kept


def test_a_method_that_is_not_for_a_path_is_405_with_those_that_are(still: TroubledGame) -> None:
    for method, path, allowed in (
        ("POST", "/admin/v1/health", "GET, HEAD"),
        ("GET", "/admin/v1/session", "DELETE"),
        ("DELETE", still.player("alice"), "GET, HEAD"),
        ("OPTIONS", f"{still.game}/grants", "POST"),
    ):
        answer = still.backend.call(method, path)
        assert (answer.status, answer.error["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == allowed


def test_head_is_get_without_the_body(still: TroubledGame) -> None:
    answer, whole = still.call("HEAD", still.player("alice")), still.get(still.player("alice"))
    assert (answer.status, answer.raw) == (200, b"")
    assert (answer.headers["etag"], answer.headers["content-length"]) == (
        whole.headers["etag"],
        whole.headers["content-length"],
    )


def test_a_long_answer_is_compressed_for_those_who_ask(still: TroubledGame) -> None:
    plain = still.get(still.player("alice"))
    small = still.get(still.player("alice"), headers={"Accept-Encoding": "gzip, deflate"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.data == plain.data
    assert int(small.headers["content-length"]) < len(plain.raw) / 2
    assert small.headers["x-request-id"]


def test_answers_about_players_are_not_cacheable(still: TroubledGame) -> None:
    answers = [
        still.get(still.player("alice")),
        still.get(still.player("nobody")),
        still.get(still.log),
        still.serve("GET", "/players/alice"),
        still.play("GET", "/players/alice/inventory", who="alice"),
        still.backend.call("GET", "/admin/v1/me"),
    ]
    assert [answer.status for answer in answers] == [200, 404, 200, 200, 200, 401]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    tag = still.get(still.player("alice")).headers["etag"]
    again = still.get(still.player("alice"), headers={"If-None-Match": tag})
    assert (again.status, again.headers["cache-control"]) == (304, "no-store")


def test_answers_are_kept_to_the_caller(still: TroubledGame) -> None:
    answer = still.get(still.player("alice"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_connections_have_nodelay(still: TroubledGame) -> None:
    nodelay = still.backend.option_of_connections(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert nodelay
    assert all(nodelay)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend that lets three calls through at once, and one a second."""
    url = SqliteFiles(tmp_path_factory.mktemp("limited")).fresh()
    with Backend(url, Rate(per_second=1, burst=3)).running() as running:
        yield running


def test_too_many_calls_are_429_with_the_wait_and_callers_count_separately(limited: Backend) -> None:
    world = make_troubled_game(limited)
    assert [world.get("/admin/v1/me").status for _ in range(4)] == [200, 200, 200, 429]
    answer = world.get("/admin/v1/me")
    assert (answer.error["code"], answer.headers["retry-after"]) == ("rate_limited", "1")
    assert answer.error["details"]["retryAfter"] == 1
    assert world.get("/admin/v1/me", role="GAME_VIEWER").status == 200
    assert world.serve("GET", "/ping").status == 200
    assert limited.call("GET", "/admin/v1/health").status == 200
    limited.clock.seconds += 1
    assert [world.get("/admin/v1/me").status for _ in range(2)] == [200, 429]


def test_a_rate_limited_call_leaves_its_key_unused(limited: Backend) -> None:
    limited.clock.seconds += 100
    world = make_troubled_game(limited)
    path, body = f"{world.player('alice')}/ban", {"reason": "cheating", "idempotencyKey": "ban-0001"}
    for _ in range(3):
        world.get("/admin/v1/me")
    assert world.post(path, body).status == 429
    limited.clock.seconds += 10
    answer = world.post(path, body)
    assert (answer.status, answer.data["applied"]) == (200, True)


async def _broken(call: Call) -> HandlerReply:
    """A handler with a fault, which holds what is secret when it fails."""
    secret = f"{call.text('name')} {call.request.headers['authorization']} {await call.request.body()!r}"
    raise LookupError(secret)


def test_a_failure_returns_a_request_id_and_logs_its_origin(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = Route("POST", "/admin/v1/broken/{name}", RouteAccess.SESSION, SIGNED_IN, _broken)
    url = SqliteFiles(tmp_path).fresh()
    with Backend(url, Rate(0), routes=(*ROUTES, broken)).running() as backend:
        world = make_troubled_game(backend)
        with caplog.at_level(logging.DEBUG):
            answer = world.post("/admin/v1/broken/alice-the-secret", {"reason": "body-secret"})
        assert (answer.status, answer.error["code"]) == (500, "internal_error")
        assert set(answer.error["details"]) == {"requestId"}
        [record] = [each for each in caplog.records if each.name == "kraty.backend"]
        logged = record.getMessage()
        for told in (answer.headers["x-request-id"], "LookupError", "_broken", "/admin/v1/broken/{name}"):
            assert told in logged
        for secret in (world.sessions["GAME_ADMIN"], "alice-the-secret", "body-secret"):
            assert secret not in caplog.text
            assert secret not in answer.raw.decode()
        assert world.get("/admin/v1/me").status == 200


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Backend(SqliteFiles(tmp_path).fresh(), Rate(0)).running() as backend:
        world = make_troubled_game(backend)
        backend.break_table("wallet_ledger")
        path = f"{world.player('alice')}/wallet/gold/credit"
        answer = world.post(path, {"amount": 1, "reason": "goodwill", "idempotencyKey": "key-0000-0001"})
        assert answer.status in (500, 503)
        assert backend.has_no(tables.idempotency, tables.audit, tables.wallets)


def test_an_unreachable_database_is_503_and_can_be_retried() -> None:
    with Backend("postgresql://kraty:hidden@127.0.0.1:1/kraty", Rate(0), reachable=False).running() as backend:
        answer = backend.call("GET", "/admin/v1/me", token="kst_" + "x" * 43)
        assert (answer.status, answer.error["code"], answer.headers["retry-after"]) == (503, "unavailable", "1")
        assert b"hidden" not in answer.raw
        assert backend.call("GET", "/admin/v1/health").status == 200
