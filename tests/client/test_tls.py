"""Over TLS, a server whose certificate is not trusted or names another host never receives the token."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kraty_console.contract.errors import Unavailable
from tests.client.conftest import MakeClient
from tests.harness.client.scripted_server import written

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""For `localhost`, signed by itself, with its key; good for these tests alone, until 2126."""

Served = tuple[int, list[bytes]]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A TLS server: its port, and what it read."""
    heard: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(written(200, {"data": {"member": {"id": "m"}}}))
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1], heard
    server.close()
    await server.wait_closed()


async def test_a_trusted_certificate(served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    port, heard = served
    assert (await client_of(f"https://localhost:{port}").me()).member.id == "m"
    assert b"authorization: Bearer" in heard[0]


async def test_an_untrusted_certificate(served: Served, client_of: MakeClient) -> None:
    port, heard = served
    with pytest.raises(Unavailable, match="certificate is not trusted: self-signed"):
        await client_of(f"https://localhost:{port}").me()
    assert heard == []


async def test_the_certificate_of_another_name(
    served: Served, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    port, heard = served
    with pytest.raises(Unavailable, match="certificate is not trusted") as raised:
        await client_of(f"https://127.0.0.1:{port}").me()
    assert heard == []
    assert not raised.value.maybe_applied


async def test_a_port_without_tls(client_of: MakeClient) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unavailable, match="does not speak https: check the port"):
            await client_of(f"https://localhost:{port}").me()
