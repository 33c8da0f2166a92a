"""A proxy that breaks the connection after so many bytes of a write's request, or of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


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
    lines: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        lines.add(task)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError, _Cut):
            while True:
                await _one(cutter, reader, writer, there_reader, there_writer)
        for each in (writer, there_writer):
            each.close()
        lines.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    cutter.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield cutter
    finally:
        server.close()
        for task in tuple(lines):
            task.cancel()
        await asyncio.gather(*lines)
        await server.wait_closed()


class _Cut(Exception):
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
