"""Proxies in the environment: settings are reported by variable, and errors of a proxy as its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kraty_console.client.proxies import is_excepted, proxy_of
from kraty_console.client.transport import Timeouts, Transport
from kraty_console.contract.errors import Invalid, Unavailable
from tests.client.conftest import MakeClient
from tests.harness.client.scripted_server import written
from tests.harness.tcp_server import tcp_server

CERTIFICATE = Path(__file__).with_name("localhost.pem")
API = "https://api.example"
PASSWORD = "s3cr3t"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Served:
    """A TLS backend behind a proxy."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http", "https", "all", "no"):
        for each in (f"{name}_proxy", f"{name}_PROXY".upper()):
            monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("KRATY_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    told = Served()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(written(200, {"data": {"member": {"id": "m"}}}))
        await writer.drain()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with tcp_server(answer, context) as told.port:
        yield told


async def carry(one: Streams, other: Streams) -> None:
    """Bytes both ways until either side ends."""

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    ways = [asyncio.create_task(pour(one[0], other[1])), asyncio.create_task(pour(other[0], one[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in ways:
            each.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        other[1].close()


async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]) -> None:
    """A working HTTP proxy."""
    head = await reader.readuntil(b"\r\n\r\n")
    heads.append(head)
    port = int(head.split(b" ")[1].rpartition(b":")[2])
    there = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await carry((reader, writer), there)


def says(data: bytes) -> Callable[..., Awaitable[None]]:
    """A proxy that answers everything with the same bytes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(data)
        await writer.drain()
        await reader.read()

    return answer


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    await reader.read()
    await asyncio.Event().wait()


async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reply: int = 0) -> None:
    """A SOCKS5 proxy without credentials."""
    _, count = await reader.readexactly(2)
    await reader.readexactly(count)
    writer.write(b"\x05\x00")
    _, _, _, kind = await reader.readexactly(4)
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length)
    port = int.from_bytes(await reader.readexactly(2))
    writer.write(bytes((5, reply, 0, 1, 0, 0, 0, 0, 0, 0)))
    if reply == 0:
        await carry((reader, writer), await asyncio.open_connection("127.0.0.1", port))


def closed_port() -> int:
    """A port without a listener."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# -- what the variables name ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "url", "variable"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128", "HTTPS_PROXY"),
        ({"https_proxy": "proxy:3128", "HTTPS_PROXY": "http://other"}, "http://proxy:3128", "https_proxy"),
        ({"Https_Proxy": "http://proxy"}, "http://proxy:80", "Https_Proxy"),
        ({"ALL_PROXY": "socks5://127.0.0.1:7891"}, "socks5://127.0.0.1:7891", "ALL_PROXY"),
        ({"ALL_PROXY": "socks5h://[::1]"}, "socks5h://[::1]:1080", "ALL_PROXY"),
        ({"ALL_PROXY": "socks5://x", "https_proxy": " HTTPS://proxy/ "}, "https://proxy:443", "https_proxy"),
        ({"HTTPS_PROXY": "http://maria:p%40ss@proxy:1"}, "http://proxy:1", "HTTPS_PROXY"),
    ],
)
def test_the_proxy_of_an_address(environ: dict[str, str], url: str, variable: str) -> None:
    found = proxy_of(API, environ, "linux")
    assert found is not None
    assert (found.url, found.variable) == (url, variable)
    assert "ss@" not in repr(found) + found.words


def test_the_credentials_of_a_proxy_url_are_decoded_secrets() -> None:
    found = proxy_of(API, {"HTTPS_PROXY": "http://maria:p%40ss@proxy:1"}, "linux")
    assert found is not None
    assert found.user is not None
    assert found.password is not None
    assert (found.user.reveal(), found.password.reveal()) == ("maria", "p@ss")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"http_proxy": "http://proxy:3128"},
        {"HTTPS_PROXY": "http://proxy", "https_proxy": ""},
        {"ALL_PROXY": "http://proxy", "NO_PROXY": "*"},
        {"ALL_PROXY": "socks9://bad", "NO_PROXY": "example"},
    ],
)
def test_addresses_without_a_proxy(environ: dict[str, str]) -> None:
    assert proxy_of(API, environ, "linux") is None


def test_plain_http_to_this_machine_never_uses_a_proxy() -> None:
    assert proxy_of("http://[::1]:8080", {"ALL_PROXY": "garbage://", "HTTP_PROXY": "http://proxy"}, "linux") is None


@pytest.mark.parametrize(
    "value",
    [
        "ftp://maria:s3cr3t@proxy",
        "socks://127.0.0.1:1080/",
        "socks4://127.0.0.1:1080",
        "http://",
        "http://maria:s3cr3t@",
        "http://proxy:port",
        "http://proxy:0",
        "http://proxy:99999",
        "http://maria:s3cr3t/x@proxy:80",
        "http://[::1",
        "http://[fe80::zz]:80",
        "http://pro xy:80",
        "://",
    ],
)
def test_an_invalid_proxy_is_reported_by_its_variable_only(value: str) -> None:
    with pytest.raises(Invalid) as raised:
        proxy_of(API, {"HTTPS_PROXY": value}, "linux")
    assert raised.value.message.startswith("HTTPS_PROXY ")
    assert "s3cr3t" not in raised.value.message
    assert "maria" not in raised.value.message


@pytest.mark.parametrize(
    ("entries", "url", "excepted"),
    [
        ("[::1]", "https://[::1]:8443", True),
        ("::1", "https://[::1]", True),
        ("[::1]:8443", "https://[::1]:8443", True),
        ("[::1]:9", "https://[::1]:8443", False),
        ("fe80::/10", "https://[fe80::1]", True),
        ("10.0.0.0/8", "https://10.2.3.4", True),
        ("10.0.0.0/8", "https://11.2.3.4", False),
        ("10.0.0.0/8", "https://api.example", False),
        ("127.0.0.1", "https://127.0.0.1:1", True),
        ("localhost", "https://localhost", True),
        ("example", "https://api.example", True),
        (".example", "https://api.example", True),
        ("*.example", "https://api.example", True),
        ("Example.", "https://api.example", True),
        ("ample", "https://api.example", False),
        ("api.example:8443", "https://api.example", False),
        ("api.example:443", "https://api.example", True),
        ("a, b c,,api.example", "https://api.example", True),
        ("https://api.example/", "https://api.example", True),
        ("", "https://api.example", False),
        (" , .", "https://api.example", False),
        ("a,*", "https://api.example", True),
    ],
)
def test_exceptions_from_the_proxy(entries: str, url: str, excepted: bool) -> None:
    assert is_excepted(url, "NO_PROXY", entries) is excepted
    assert (proxy_of(url, {"HTTPS_PROXY": "http://proxy", "no_proxy": entries}, "linux") is None) is excepted


@pytest.mark.parametrize("entry", ["[::1", "[::x]", "[::1]x", "[::1]:x", "[::1]:"])
def test_an_invalid_exception_is_reported(entry: str) -> None:
    with pytest.raises(Invalid, match=r"^NO_PROXY contains .* which is not a host"):
        proxy_of(API, {"HTTPS_PROXY": "http://proxy", "NO_PROXY": f"*,{entry}"}, "linux")


def test_socks_without_its_package_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(Invalid, match=r"ALL_PROXY names a SOCKS proxy \(127.0.0.1:7891\).*'kraty-console\[socks\]'"):
        proxy_of(API, {"ALL_PROXY": "socks5://127.0.0.1:7891"}, "linux")


# -- through a proxy -----------------------------------------------------------------------------------------------


async def test_requests_through_an_http_proxy(
    served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []
    async with tcp_server(lambda *streams: tunnel(*streams, heads)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://maria:{PASSWORD}@127.0.0.1:{port}")
        assert (await client_of(served.url).me()).member.id == "m"
    assert heads[0].startswith(f"CONNECT localhost:{served.port} ".encode())
    assert b"proxy-authorization: basic" in heads[0].lower()
    assert b"Bearer" not in heads[0]
    assert b"proxy-authorization" not in served.heard[0].lower()


async def test_requests_through_socks(served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async with tcp_server(socks) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{port}")
        assert (await client_of(served.url).me()).member.id == "m"
    assert len(served.heard) == 1


async def test_an_exception_bypasses_the_proxy(
    served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "[::1],localhost")
    assert (await client_of(served.url).me()).member.id == "m"


REFUSALS = [
    ("http", says(b"HTTP/1.1 403 s3cr3t\r\nContent-Length: 0\r\n\r\n"), r"did not open the way .*\(it answered 403\)"),
    ("http", says(b"HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n"), r"did not open the way .*\(it answered 502\)"),
    ("http", says(b"HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n"), "does not take its name and password: "),
    ("http", says(b"220 mail.example ESMTP\r\n\r\n"), "does not answer like a proxy"),
    ("http", silent, "did not answer in time"),
    ("socks5", says(b"\x05\xff"), "does not take its name and password: "),
    ("socks5", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not answer like a proxy"),
    ("socks5", says(b""), "did not answer in time"),
    (
        "https",
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        r"could not be reached \(what answers there does not speak https",
    ),
]


@pytest.mark.parametrize(("kind", "answer", "words"), REFUSALS)
async def test_errors_of_a_proxy_are_attributed_to_it(
    kind: str,
    answer: Callable[..., Awaitable[None]],
    words: str,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = Transport(served.url, None, timeouts=Timeouts(connect=0.3, answer=0.3, whole=0.6))
    async with tcp_server(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://maria:{PASSWORD}@127.0.0.1:{port}")
        with pytest.raises(Unavailable, match=words) as raised:
            await transport.exchange("POST", "/admin/v1/x", body=b"{}")
    await transport.close()
    assert raised.value.message.startswith(f"The proxy 127.0.0.1:{port} (HTTPS_PROXY) ")
    assert PASSWORD not in raised.value.message
    assert not raised.value.maybe_applied
    assert served.heard == []


@pytest.mark.parametrize("reply", [1, 2, 4, 5])
async def test_refusals_of_a_socks_proxy(
    reply: int, served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tcp_server(lambda *streams: socks(*streams, reply=reply)) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{port}")
        with pytest.raises(Unavailable, match=r"\(ALL_PROXY\) did not open the way to the server \(could not connect:"):
            await client_of(served.url).me()


@pytest.mark.parametrize("kind", ["http", "https", "socks5"])
async def test_an_unreachable_proxy(
    kind: str, served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = closed_port()
    monkeypatch.setenv("https_proxy", f"{kind}://maria:{PASSWORD}@127.0.0.1:{port}")
    with pytest.raises(Unavailable) as raised:
        await client_of(served.url).me()
    assert raised.value.message == f"The proxy 127.0.0.1:{port} (https_proxy) refused the connection."


async def test_errors_behind_the_proxy_are_attributed_to_the_server(
    served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tcp_server(lambda *streams: tunnel(*streams, [])) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(Unavailable, match=r"^The server at .* certificate is not trusted"):
            await client_of(f"https://127.0.0.1:{served.port}").me()
