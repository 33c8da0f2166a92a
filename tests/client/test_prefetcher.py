"""Prefetched requests: each is answered once, and a failed one is sent again by the client."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest

from kraty_console.client.headers import credential_header, plain_headers
from kraty_console.client.prefetcher import Prefetcher, can_prefetch
from kraty_console.client.replies import HttpReply
from kraty_console.client.routes import RouteTable
from kraty_console.contract.errors import NotAllowed, SignInNeeded
from kraty_console.contract.secret import Credential, Secret
from tests.client.conftest import TOKEN, Clock, MakeClient
from tests.client.test_tls import CERTIFICATE, Served
from tests.harness.client.scripted_server import (
    Act,
    Line,
    answers,
    cut_after_request,
    cut_at_once,
    failed,
    ok,
    sends,
    silence,
    wired,
    written,
)

pytest_plugins = ["tests.client.test_tls"]

ME = {"member": {"id": "m", "email": "ada@studio.example"}, "studios": []}
PLAYER = {"player": {"externalPlayerId": "a/b"}}
ROUTES = RouteTable()
TARGET = ROUTES.player_target("a/b", {"studioId": "studio-1", "gameId": "game-1"}, "live", 50)


def ahead_of(url: str, *, patience: float = 30.0) -> Prefetcher:
    return Prefetcher(url, {**plain_headers(), **credential_header(Credential(Secret(TOKEN)))}, patience=patience)


async def answer(ahead: Prefetcher, target: str = "/admin/v1/me") -> HttpReply | None:
    return await asyncio.to_thread(ahead.ask(target).reply)


async def test_the_client_uses_a_prefetched_answer_once(client_of: MakeClient) -> None:
    async with wired(ok(ME)) as wire:
        ahead = ahead_of(wire.url)
        ahead.ask("/admin/v1/me")
        client = client_of(wire.url, ahead=ahead)
        assert (await client.me()).member.id == "m"
        assert len(wire.heard) == 1
        assert (await client.me()).member.id == "m"
        assert len(wire.heard) == 2
        heard = wire.heard[0]
        assert heard.headers["authorization"] == f"Bearer {TOKEN}"
        assert heard.headers["host"] == wire.url.removeprefix("http://")


async def test_an_answer_has_etag_request_id_and_duration(client_of: MakeClient) -> None:
    async with wired(ok(PLAYER, ETag='"7"', x_request_id="r-7")) as wire:
        ahead = ahead_of(wire.url)
        ahead.ask(TARGET)
        fetched = await client_of(wire.url, ahead=ahead).snapshot("a/b")
        assert fetched is not None
        assert fetched.value.player.external_player_id == "a/b"
        assert (fetched.etag, fetched.request_id) == ('"7"', "r-7")
        assert wire.heard[0].target.endswith("/studio-1/games/game-1/players/a%2Fb?limit=50&environment=live")
        assert fetched.elapsed_ms >= 0


async def test_a_prefetched_answer_fits_only_its_request(client_of: MakeClient) -> None:
    async with wired(ok(PLAYER)) as wire:
        ahead = ahead_of(wire.url)
        await answer(ahead, TARGET)
        client = client_of(wire.url, ahead=ahead)
        await client.snapshot("a/b", limit=200)
        await client.snapshot("a/b", etag='"7"')
        assert [heard.headers.get("if-none-match") for heard in wire.heard] == [None, None, '"7"']
        assert ahead.take(TARGET) is not None


async def test_a_new_token_drops_prefetched_answers(client_of: MakeClient) -> None:
    async with wired(ok(ME)) as wire:
        ahead = ahead_of(wire.url)
        await answer(ahead)
        client = client_of(wire.url, ahead=ahead)
        client.sign_in(Credential(Secret("kst_" + "u" * 43)))
        await client.me()
        assert [heard.headers["authorization"][-1] for heard in wire.heard] == ["t", "u"]


@pytest.mark.parametrize(
    ("act", "error"), [(failed(401, "session_invalid"), SignInNeeded), (failed(403, "forbidden"), NotAllowed)]
)
async def test_a_prefetched_error_is_raised_as_usual(act: Act, error: type[Exception], client_of: MakeClient) -> None:
    async with wired(act) as wire:
        ahead = ahead_of(wire.url)
        ahead.ask("/admin/v1/me")
        with pytest.raises(error):
            await client_of(wire.url, ahead=ahead).me()
        assert len(wire.heard) == 1


@pytest.mark.parametrize(
    "act",
    [
        cut_at_once,
        cut_after_request,
        sends(b"SSH-2.0-OpenSSH_9.2\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"),
        answers(200, b"no gzip at all", {"Content-Encoding": "gzip"}),
        answers(200, gzip.compress(b"{}")[:-9], {"Content-Encoding": "gzip"}),
        answers(200, b"{}", {"Content-Encoding": "br"}),
    ],
)
async def test_failed_prefetches_are_sent_again(act: Act, client_of: MakeClient) -> None:
    async with wired(act, ok(ME)) as wire:
        ahead = ahead_of(wire.url)
        asked = ahead.ask("/admin/v1/me")
        assert await asyncio.to_thread(asked.reply) is None
        assert (await client_of(wire.url, ahead=ahead).me()).member.id == "m"


async def test_a_silent_server_times_out() -> None:
    async with wired(silence) as wire:
        assert await answer(ahead_of(wire.url, patience=0.05)) is None


async def test_closing_stops_waiting_threads(client_of: MakeClient) -> None:
    """A thread that still waited would be waited for at the end of the loop, for an hour."""
    async with wired(silence) as wire:
        ahead = ahead_of(wire.url, patience=3600)
        ahead.ask("/admin/v1/me")
        asking = asyncio.create_task(client_of(wire.url, ahead=ahead).me())
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert asyncio.get_running_loop()._default_executor is None  # type: ignore[attr-defined]


async def test_an_answer_to_another_token_is_dropped(client_of: MakeClient) -> None:
    go = asyncio.Event()

    async def slow(line: Line) -> None:
        await line.request()
        await go.wait()
        await line.send(written(401, {"error": {"code": "session_invalid", "message": "over"}}))

    async with wired(slow, ok(ME)) as wire:
        ahead = ahead_of(wire.url)
        ahead.ask("/admin/v1/me")
        client = client_of(wire.url, ahead=ahead)
        asking = asyncio.create_task(client.me())
        await asyncio.sleep(0)
        client.sign_in(Credential(Secret("kst_" + "u" * 43)))
        go.set()
        assert (await asking).member.id == "m"


async def test_a_stale_prefetched_answer_is_dropped() -> None:
    clock = Clock()
    async with wired(ok(ME)) as wire:
        ahead = Prefetcher(wire.url, plain_headers(), clock=clock)
        await answer(ahead)
        clock.seconds += ahead.patience
        assert ahead.take("/admin/v1/me") is None


async def test_waiting_respects_the_timeout() -> None:
    async with wired(silence) as wire:
        asked = ahead_of(wire.url, patience=0.5).ask("/admin/v1/me")
        assert asked.reply(0.01) is None


async def test_a_compressed_answer_is_decompressed() -> None:
    content = json.dumps({"data": ME}).encode()
    async with wired(answers(200, gzip.compress(content), {"Content-Encoding": "gzip"})) as wire:
        reply = await answer(ahead_of(wire.url))
        assert reply is not None
        assert reply.content == content
        assert wire.heard[0].headers["accept-encoding"] == "gzip"


async def test_over_tls_only_a_trusted_server_sees_the_token(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    port, heard = served
    assert await answer(ahead_of(f"https://localhost:{port}")) is None
    assert heard == []
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert await answer(ahead_of(f"https://localhost:{port}")) is not None
    assert TOKEN.encode() in heard[0]


@pytest.mark.parametrize(
    ("url", "environ", "possible"),
    [
        ("https://api.example", {}, True),
        ("https://api.example", {"https_proxy": "http://proxy:3128"}, False),
        ("https://api.example", {"ALL_PROXY": "socks5://proxy"}, False),
        ("https://api.example", {"Https_Proxy": "http://proxy:3128"}, False),
        ("https://api.example", {"https_proxy": ""}, True),
        ("http://127.0.0.1:8080", {"ALL_PROXY": "socks5://proxy"}, True),
        ("https://straße.example", {}, False),
    ],
)
def test_nothing_is_prefetched_past_a_proxy_or_from_a_non_ascii_host(
    url: str, environ: dict[str, str], possible: bool
) -> None:
    assert can_prefetch(url, environ, "linux") is possible


def test_nothing_is_prefetched_over_tls_if_the_system_may_have_a_proxy() -> None:
    assert not can_prefetch("https://api.example", {}, "darwin")
    assert can_prefetch("http://[::1]:8080", {}, "darwin")
