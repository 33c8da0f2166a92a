"""Connections within bounds: what never becomes a call is refused early, and does not block others."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kraty_console.backend.http.connections import ConnectionLimits
from kraty_console.backend.http.protocol import MAX_HEAD, MAX_WIRE
from kraty_console.backend.http.rate_limit import Rate
from tests.harness.contract.served_backend import Answered, Backend
from tests.harness.contract.troubled_game import TroubledGame, make_troubled_game
from tests.harness.databases import SqliteFiles

pytestmark = pytest.mark.no_database

PATIENCE = 100
QUICK = ConnectionLimits(head_seconds=0.05, body_seconds=0.05, write_seconds=0.05)
FEW = ConnectionLimits(of_address=4)


def running(folder: Path, limits: ConnectionLimits) -> Iterator[Backend]:
    with Backend(SqliteFiles(folder).fresh(), Rate(0), limits=limits).running() as backend:
        yield backend


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    yield from running(tmp_path_factory.mktemp("quick"), QUICK)


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Backend]:
    yield from running(tmp_path, FEW)


def connected(backend: Backend, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", backend.port), PATIENCE, (source, 0))


def answer_on(connection: socket.socket) -> Answered:
    response = http.client.HTTPResponse(connection)
    response.begin()
    raw = response.read()
    return Answered(response.status, {name.lower(): value for name, value in response.getheaders()}, raw)


def said(backend: Backend, *parts: bytes) -> Answered:
    """What is answered to these bytes; more may be sent than is read."""
    with closing(connected(backend)) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass
        return answer_on(connection)


def head(line: str, *headers: str) -> bytes:
    return "\r\n".join([line, *headers, "", ""]).encode()


def ended(connection: socket.socket) -> bool:
    """Wait for the other side to hang up; False when it answers instead."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


HEALTH = "GET /admin/v1/health HTTP/1.1"
HOST = "Host: x"


@pytest.mark.parametrize(
    "parts",
    [
        [head(HEALTH, HOST, "X-Long: " + "a" * MAX_HEAD)],
        [head(HEALTH, HOST, *(f"X-{number}: {'a' * 100}" for number in range(400)))],
        [head(f"GET /{'a' * MAX_HEAD} HTTP/1.1", HOST)],
        [head(HEALTH, HOST)[:-2], *[b"X-More: " + b"a" * 1000 + b"\r\n"] * 100_000],
        [head(HEALTH, HOST)[:-2] + b"X-End", *[b"a" * 10_000] * 1000],
        [head(HEALTH, HOST)[:-2] + b"X-End: ", *[b"a" * 10_000] * 1000],
        [b"GET /", *[b"a" * 10_000] * 1000],
    ],
    ids=["one header", "many headers", "target", "headers without end", "name without end", "value", "target without"],
)
def test_a_head_without_end_is_431(still: TroubledGame, parts: list[bytes]) -> None:
    answer = said(still.backend, *parts)
    assert (answer.status, answer.error["code"]) == (431, "payload_too_large")
    assert answer.error["details"]["limit"] == MAX_HEAD
    assert still.get("/admin/v1/me").status == 200


def test_a_head_just_below_the_limit_is_taken(still: TroubledGame) -> None:
    assert said(still.backend, head(HEALTH, HOST, "X-Long: " + "a" * (MAX_HEAD - 200))).status == 200


def test_trailers_are_bounded_and_no_headers(still: TroubledGame) -> None:
    token = still.sessions["GAME_ADMIN"]
    chunked = head("GET /admin/v1/me HTTP/1.1", HOST, "Transfer-Encoding: chunked") + b"0\r\n"
    assert said(still.backend, chunked + f"Authorization: Bearer {token}\r\n\r\n".encode()).status == 401
    more = [f"X-{number}: {'a' * 1000}\r\n".encode() for number in range(1000)]
    post = head(
        f"POST {still.player('alice')}/ban HTTP/1.1",
        HOST,
        "Transfer-Encoding: chunked",
        f"Authorization: Bearer {token}",
    )
    assert said(still.backend, post + b"0\r\n", *more).status in (400, 431)


def test_an_endless_body_is_cut_off(still: TroubledGame) -> None:
    """In chunks of one byte: the application counts what is in them, the connection what they are."""
    path = f"POST {still.player('alice')}/ban HTTP/1.1"
    token = f"Authorization: Bearer {still.sessions['GAME_ADMIN']}"
    with closing(connected(still.backend)) as connection:
        connection.sendall(head(path, HOST, token, "Transfer-Encoding: chunked"))
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 20 * MAX_WIRE:
                connection.sendall(b"1\r\n \r\n" * 10_000)
                sent += 60_000
        assert sent < 20 * MAX_WIRE


@pytest.mark.parametrize("sent", [b"", b"GET /admin", head(HEALTH, HOST)[:-2]])
def test_a_missing_head_times_out_with_408(quick: Backend, sent: bytes) -> None:
    answer = said(quick, sent)
    assert (answer.status, answer.error["code"]) == (408, "validation_failed")
    assert answer.headers["connection"] == "close"


def test_a_missing_later_head_times_out_with_408(quick: Backend) -> None:
    with closing(connected(quick)) as connection:
        connection.sendall(head(HEALTH, HOST))
        assert answer_on(connection).status == 200
        connection.sendall(b"GET /adm")
        assert answer_on(connection).status == 408


def test_a_missing_body_times_out_with_408(quick: Backend) -> None:
    world = make_troubled_game(quick)
    token = f"Authorization: Bearer {world.sessions['GAME_ADMIN']}"
    path = f"POST {world.player('alice')}/ban HTTP/1.1"
    answer = said(quick, head(path, HOST, token, "Content-Length: 10") + b"{")
    assert (answer.status, answer.error["code"]) == (408, "validation_failed")


def test_a_client_that_does_not_read_is_disconnected(quick: Backend) -> None:
    with closing(connected(quick)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(head("GET /admin/v1/openapi.json HTTP/1.1", HOST) * 1000)
        quick.wait_until(lambda: quick.connections.refused["slow_reader"] >= 1)


def test_an_address_has_so_many_and_those_that_rest_make_room(few: Backend) -> None:
    """Half-sent heads and idle connections of an address do not block it or other addresses."""
    with ExitStack() as stack:
        held = [stack.enter_context(closing(connected(few))) for _ in range(3)]
        held[0].sendall(b"GET /admin")  # half a head
        held[1].sendall(head(HEALTH, HOST))  # idle, after a call
        assert answer_on(held[1]).status == 200
        for _ in range(5):
            newer = stack.enter_context(closing(connected(few)))
            newer.sendall(head(HEALTH, HOST))
            assert answer_on(newer).status == 200
        assert ended(held[2])
        assert ended(held[0])
        assert few.connections.open <= FEW.of_address
        other = stack.enter_context(closing(connected(few, "127.0.0.2")))
        other.sendall(head(HEALTH, HOST))
        assert answer_on(other).status == 200


def test_connections_above_the_limit_of_an_address_are_refused(few: Backend) -> None:
    world = make_troubled_game(few)
    token = f"Authorization: Bearer {world.sessions['GAME_ADMIN']}"
    asked = head(f"POST {world.player('alice')}/ban HTTP/1.1", HOST, token, "Content-Length: 9")
    with ExitStack() as stack:
        for _ in range(FEW.of_address):
            busy = stack.enter_context(closing(connected(few)))
            busy.sendall(asked + b"{")
        few.wait_until(lambda: sum(not each.idle for each in few.held()) == FEW.of_address)
        refused = stack.enter_context(closing(connected(few)))
        answer = answer_on(refused)
        assert (answer.status, answer.error["code"]) == (503, "unavailable")
        other = stack.enter_context(closing(connected(few, "127.0.0.2")))
        other.sendall(head(HEALTH, HOST))
        assert answer_on(other).status == 200


UPGRADES = [
    ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"],
    ["Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"],
    ["Connection: keep-alive, Upgrade", "Upgrade: TLS/1.2"],
    ["Connection: Upgrade", "Connection: keep-alive", "Upgrade: h2c, websocket"],
]


@pytest.mark.parametrize("offer", UPGRADES, ids=lambda offer: offer[1])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_an_offer_to_upgrade_is_ignored_and_the_body_read(world: TroubledGame, offer: list[str], chunked: bool) -> None:
    body = json.dumps({"level": 7}).encode()
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    wire = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    key = f"Authorization: Bearer {world.keys['server_integration']}"
    world.register("alice")
    put = head("PUT /server/v1/players/alice/metadata HTTP/1.1", HOST, key, *offer, framing)
    get = head("GET /server/v1/players/alice/metadata HTTP/1.1", HOST, key, "Connection: close")
    sent = put + wire + get
    for cut in (len(put), len(put) + 5, 40, len(sent)):
        with closing(connected(world.backend)) as connection:
            connection.sendall(sent[:cut])
            connection.sendall(sent[cut:])
            first = answer_on(connection)
            assert (first.status, first.data["metadata"]) == (200, {"level": 7})
            assert "upgrade" not in first.headers


def test_many_offers_at_once_are_many_calls(still: TroubledGame) -> None:
    offer = head("GET /admin/v1/nothing HTTP/1.1", HOST, "Connection: Upgrade", "Upgrade: h2c")
    last = head("GET /admin/v1/nothing HTTP/1.1", HOST, "Connection: close")
    with closing(connected(still.backend)) as connection:
        connection.sendall(offer * 2000 + last)
        received = b""
        while chunk := connection.recv(1 << 16):
            received += chunk
    assert received.count(b"HTTP/1.1 404") == 2001


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (head(HEALTH), "host"),
        (head(HEALTH, HOST, HOST), "host"),
        (head(HEALTH, HOST, "host: y"), "host"),
        (head(HEALTH.replace("1.1", "1.0"), HOST, HOST), "host"),
        (head(HEALTH, HOST, "Authorization: Bearer a", "Authorization: Bearer a"), "authorization"),
        (head(HEALTH, HOST, "Authorization: Bearer a", "authorization: Basic b"), "authorization"),
        (head(HEALTH, HOST, "X-Player-Secret: a", "X-Player-Secret: b"), "x-player-secret"),
        (head(HEALTH, HOST, "Connection: Upgrade", "Upgrade: h2c", HOST), "host"),
    ],
)
def test_a_repeated_single_header_is_refused(still: TroubledGame, sent: bytes, field: str) -> None:
    answer = said(still.backend, sent)
    assert (answer.status, answer.fields) == (400, [field])


def test_http_1_0_needs_no_host(still: TroubledGame) -> None:
    assert said(still.backend, head(HEALTH.replace("1.1", "1.0"))).status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (head("CONNECT db.example:5432 HTTP/1.1", "Host: db.example:5432"), 405),
        (head(HEALTH, HOST, "Content-Length: 1", "Content-Length: 2"), 400),
        (head(HEALTH, HOST, "Content-Length: 1", "Transfer-Encoding: chunked"), 400),
        (head(HEALTH, HOST, "X bad: 1"), 400),
    ],
)
def test_a_malformed_request_is_refused_in_the_usual_envelope(
    still: TroubledGame, sent: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = said(still.backend, sent)
    assert answer.status == status
    assert answer.error["code"] in ("validation_failed", "method_not_allowed")
    assert caplog.text == "", "malformed requests are not logged"


def test_garbage_after_a_request_does_not_lose_its_answer(still: TroubledGame) -> None:
    with closing(connected(still.backend)) as connection:
        connection.sendall(head(HEALTH, HOST) + b"nonsense\r\n\r\n")
        assert answer_on(connection).status == 200
