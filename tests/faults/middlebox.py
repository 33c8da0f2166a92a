"""A middlebox: it forwards a change to the backend, and then gives an answer of its own in place of the backend's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from tests.harness.tcp_server import tcp_server

STATUSES: Final = (200, 201, 202, 204, 301, 302, 307, *range(400, 430), 431, 451, *range(500, 505), 511, 520, 530)

TELLING: Final = (200, 204, 302, 400, 401, 403, 404, 405, 409, 412, 422, 429, 500, 503)
"""Those that mean something to the client: an answer, a refusal, a missing route, a reason to wait."""

BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "a page": b"<html>blocked by the security gateway</html>",
    "another envelope": b'{"error": "blocked", "reference": "18.5f3a"}',
    "kraty's words": json.dumps({"error": {"code": "forbidden", "message": "blocked"}}).encode(),
    "a success": json.dumps({"data": {"ok": True}}).encode(),
}
"""None of them names the request that it answers, as only the backend can."""


@dataclass(slots=True)
class Middlebox:
    """What it answers to changes; reads go through."""

    url: str = ""
    status: int = 403
    body: bytes = b""
    forwards: bool = True
    """Whether a change gets to the backend before it is answered here."""
    changes: int = 0
    """How many came."""


@asynccontextmanager
async def middlebox(port: int) -> AsyncIterator[Middlebox]:
    """A middlebox before the backend at a port of this machine."""
    box = Middlebox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                await _one(box, reader, writer, there_reader, there_writer)
        finally:
            there_writer.close()

    async with tcp_server(serve) as own_port:
        box.url = f"http://127.0.0.1:{own_port}"
        yield box


async def _one(
    box: Middlebox,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there_writer: asyncio.StreamWriter,
) -> None:
    request = await _message(reader)
    changes = not request.startswith(b"GET")
    if not changes or box.forwards:
        there_writer.write(request)
        await there_writer.drain()
        answer = await _message(there_reader)
    if changes:
        box.changes += 1
        body = b"" if box.status == 204 else box.body
        head = f"HTTP/1.1 {box.status} Replaced\r\nServer: gateway\r\nContent-Length: {len(body)}\r\n\r\n"
        answer = head.encode() + body
    writer.write(answer)
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length:" in line), 0)
    return head + await reader.readexactly(length)
