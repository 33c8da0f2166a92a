"""Sending one message over a real socket: what counts as success, and limits on cost."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from kraty_console.backend.webhooks import endpoint_url as targets
from kraty_console.backend.webhooks.posting import MOST_READ, Outcome, Poster
from tests.harness.backend.webhook_receiver import Receiver, answer, receiving
from tests.harness.ports import reserved_port

BODY = '{"text":"größer"}'.encode()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def post(url: str, poster: Poster | None = None) -> Outcome:
    poster = poster or Poster(to_private=True)
    return await poster.post(targets.parse_url(url, to_private=True), {"X-Extra": "yes"}, BODY)


async def test_a_message_is_sent_unchanged(receiver: Receiver) -> None:
    outcome = await post(receiver.url + "?key=a%20b")
    assert (outcome.succeeded, outcome.status, outcome.error, outcome.answer) == (True, 200, None, "ok")
    [message] = receiver.messages
    assert message.line == "POST /hook?key=a%20b HTTP/1.1"
    assert message.body == BODY
    assert message.fields == {
        "host": f"127.0.0.1:{receiver.port}",
        "x-extra": "yes",
        "content-length": str(len(BODY)),
        "connection": "close",
    }


@pytest.mark.parametrize("name", ["orders.studio.invalid", "INVALID", "a.invalid."])
async def test_names_in_invalid_are_not_looked_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookups(*_: object, **__: object) -> None:
        raise AssertionError("a resolver was asked")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookups)
    outcome = await post(f"https://{name}/hook")
    assert outcome.error == f"{name.lower()} is not known: there is no such name"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_each_2xx_is_a_success(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _: answer(status)
    assert (await post(receiver.url)).succeeded


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_any_other_status_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _: answer(status, b"no \xff\x00 thanks")
    outcome = await post(receiver.url)
    assert (outcome.succeeded, outcome.status) == (False, status)
    assert str(status) in (outcome.error or "")
    assert outcome.answer in (None, "no \ufffd\ufffd thanks")


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.answer = lambda _: answer(307, b"", f"Location: {elsewhere.url}")
        outcome = await post(receiver.url)
        assert outcome.error == "answered 307; redirects are not followed"
        assert elsewhere.connections == 0


async def test_a_huge_answer_is_read_up_to_a_limit(receiver: Receiver) -> None:
    receiver.answer = lambda _: answer(200, b"x" * 50_000_000)
    outcome = await post(receiver.url)
    assert outcome.succeeded
    assert outcome.answer == "x" * 1024


async def test_an_unfinished_head_is_not_an_answer(receiver: Receiver) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * (MOST_READ * 2)
    outcome = await post(receiver.url)
    assert (outcome.succeeded, outcome.status) == (False, None)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 2", b"SMTP ready\r\n\r\n", b"\x16\x03\x01\x00"])
async def test_other_protocols_are_not_an_answer(receiver: Receiver, sent: bytes) -> None:
    receiver.answer = lambda _: sent
    outcome = await post(receiver.url)
    assert (outcome.succeeded, outcome.status) == (False, None)
    assert outcome.error


async def test_interim_answers_are_skipped(receiver: Receiver) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(204)
    assert (await post(receiver.url)).status == 204


async def test_a_truncated_body_does_not_undo_a_success(receiver: Receiver) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"
    outcome = await post(receiver.url)
    assert (outcome.succeeded, outcome.answer) == (True, "only this")


async def test_a_slow_receiver_times_out(receiver: Receiver) -> None:
    receiver.gate = asyncio.Event()
    outcome = await post(receiver.url, Poster(to_private=True, limit_seconds=0.05))
    assert (outcome.status, outcome.error) == (None, "no answer within 0.05 s")
    assert outcome.duration_ms >= 50


async def test_a_refused_connection_is_reported_in_words() -> None:
    with reserved_port() as port:
        outcome = await post(f"http://127.0.0.1:{port}/")
    assert outcome.error == f"no connection to 127.0.0.1:{port}: Connection refused"


async def test_an_unknown_host_is_reported_in_words(receiver: Receiver) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    outcome = await post("http://nobody.example/", Poster(to_private=True, resolve=unknown))
    assert outcome.error == "nobody.example is not known: Name or service not known"


CERTIFICATE = Path(__file__).parents[1] / "client" / "localhost.pem"
"""A self-signed certificate for `localhost`, with its key."""


@pytest.fixture
async def secure() -> AsyncIterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with receiving(context) as started:
        yield started


async def to_name(name: str, port: int, trusted: ssl.SSLContext) -> Outcome:
    poster = Poster(to_private=True, resolve=Names(["127.0.0.1"]), tls=lambda: trusted)
    return await poster.post(targets.EndpointUrl(True, name, port, "/"), {}, BODY)


async def test_over_tls_the_certificate_has_to_be_that_of_the_name(secure: Receiver) -> None:
    trusted = ssl.create_default_context(cafile=str(CERTIFICATE))
    assert (await to_name("localhost", secure.port, trusted)).succeeded
    other = await to_name("games.example", secure.port, trusted)
    assert "certificate is not accepted" in (other.error or "")
    unknown = await to_name("localhost", secure.port, ssl.create_default_context())
    assert "certificate is not accepted: self-signed" in (unknown.error or "")
    assert len(secure.messages) == 1


async def test_a_receiver_without_tls_is_reported_in_words() -> None:
    async def hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hello, "127.0.0.1", 0)
    async with server:
        outcome = await post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert "TLS failed" in (outcome.error or "")


class Names:
    """A resolver with different addresses for each look-up."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.lookups = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.lookups += 1
        return self.answers[min(self.lookups, len(self.answers)) - 1]


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["10.1.2.3"]]
)
async def test_a_name_with_a_private_address_is_refused_on_connection(receiver: Receiver, found: list[str]) -> None:
    names = Names(found)
    target = targets.EndpointUrl(False, "games.example", receiver.port, "/")
    outcome = await Poster(resolve=names).post(target, {}, BODY)
    assert "nothing is sent there" in (outcome.error or "")
    assert receiver.connections == 0
    assert names.lookups == 1


async def test_dns_rebinding_gains_nothing(receiver: Receiver) -> None:
    """The checked address is the connected one: each attempt resolves the name once and checks it."""
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    target = targets.EndpointUrl(False, "games.example", receiver.port, "/")
    for _ in range(2):
        outcome = await Poster(resolve=names).post(target, {}, BODY)
        assert "nothing is sent there" in (outcome.error or "")
    assert receiver.connections == 0


async def test_the_system_leads_numbers_of_every_form_to_the_check(receiver: Receiver) -> None:
    for host in ("localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0"):
        outcome = await Poster().post(targets.EndpointUrl(False, host, receiver.port, "/"), {}, BODY)
        assert outcome.error == f"{host} does not lead to the public internet: nothing is sent there"
    assert receiver.connections == 0


@pytest.mark.parametrize("found", [["10.1.2.3"], ["169.254.169.254"], ["fd00::17"], ["192.168.7.7", "1.1.1.1"]])
@pytest.mark.parametrize("to_private", [True, False])
async def test_no_error_names_an_address_that_a_name_led_to(
    found: list[str], to_private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kind of address is not named either, because it would reveal the backend's network."""

    async def refused(address: str, port: int, **_more: object) -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed ({address!r}, {port})")

    monkeypatch.setattr(asyncio, "open_connection", refused)
    target = targets.EndpointUrl(True, "inner.example", 443, "/")
    outcome = await Poster(to_private=to_private, resolve=Names(found)).post(target, {}, BODY)
    assert outcome.error
    assert outcome.error.startswith(
        ("inner.example does not lead", "no connection to inner.example:443: Connection refused")
    )
    for word in (*found, "private", "metadata", "link", "machine"):
        assert word not in outcome.error
