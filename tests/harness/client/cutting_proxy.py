"""A proxy that breaks the connection after so many bytes of a write's request, or of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.harness.tcp_server import tcp_server


@dataclass(slots=True)
class Cutter:
    """What to break next; each break happens once, on a connection that carries a POST."""

    url: str = ""
    request_bytes: int | None = None
    """Let so many bytes of the request through, then break; None lets all through."""
    answer_bytes: int | None = None
    last_request: int = 0
    """The size of the last write that came whole."""
    last_answer: int = 0


@asynccontextmanager
async def cutting(port: int) -> AsyncIterator[Cutter]:
    """A proxy before the backend at a port of this machine."""
    cutter = Cutter()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                await _one(cutter, reader, writer, there_reader, there_writer)
        finally:
            there_writer.close()

    async with tcp_server(serve) as own_port:
        cutter.url = f"http://127.0.0.1:{own_port}"
        yield cutter


class _Cut(ConnectionError):
    pass


async def _one(
    cutter: Cutter,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there_writer: asyncio.StreamWriter,
) -> None:
    """Carry one request and its answer."""
    request = await _message(reader)
    is_write = request.startswith(b"POST")
    if is_write:
        cutter.last_request = len(request)
        if cutter.request_bytes is not None:
            request, cutter.request_bytes = request[: cutter.request_bytes], None
            there_writer.write(request)
            await there_writer.drain()
            raise _Cut
    there_writer.write(request)
    await there_writer.drain()
    answer = await _message(there_reader)
    if is_write:
        cutter.last_answer = len(answer)
        if cutter.answer_bytes is not None:
            answer, cutter.answer_bytes = answer[: cutter.answer_bytes], None
            writer.write(answer)
            await writer.drain()
            raise _Cut
    writer.write(answer)
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length:" in line), 0)
    return head + await reader.readexactly(length)
