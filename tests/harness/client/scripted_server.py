"""A server on a real socket whose every answer, silence and broken connection is written out by the test."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.harness.tcp_server import tcp_server


@dataclass(frozen=True, slots=True)
class Heard:
    """A received request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class ScriptedServer:
    """The server: its requests, the number of connections, and its address."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    bytes_read: int = 0


@dataclass(slots=True)
class Line:
    """One connection, from the server's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    wire: ScriptedServer
    first: bytes = b""

    async def request(self) -> Heard:
        head, self.first = self.first + await self.reader.readuntil(b"\r\n\r\n"), b""
        first, *lines = head.decode("ascii").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        heard = Heard(method, target, headers, body)
        self.wire.heard.append(heard)
        return heard

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection as a crash does: with a reset, not a farewell."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class HungUp(ConnectionError):
    """The act ended the connection."""


Act = Callable[[Line], Awaitable[None]]


def written(status: int, body: object = None, headers: dict[str, str] | None = None) -> bytes:
    """A whole answer; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def answers(status: int, body: object = None, headers: dict[str, str] | None = None) -> Act:
    """Hear the request, send this answer, and stay for the next."""

    async def act(line: Line) -> None:
        await line.request()
        await line.send(written(status, body, headers))

    return act


def ok(data: object, **headers: str) -> Act:
    """A 200 with this inside the envelope."""
    return answers(200, {"data": data}, {name.replace("_", "-"): value for name, value in headers.items()})


def failed(status: int, code: str = "", message: str = "", *, details: object = None, **headers: str) -> Act:
    """An error in its envelope."""
    error = {"code": code, "message": message, "details": details or {}}
    return answers(status, {"error": error}, {name.replace("_", "-"): value for name, value in headers.items()})


def sends(data: bytes) -> Act:
    """Hear the request, send these bytes and no more, then close."""

    async def act(line: Line) -> None:
        await line.request()
        await line.send(data)
        raise HungUp

    return act


async def cut_at_once(line: Line) -> None:
    """Reset before anything is read."""
    line.reset()
    raise HungUp


def cut_after(count: int) -> Act:
    """Reset when so many bytes of the request were read."""

    async def act(line: Line) -> None:
        line.wire.bytes_read += len(line.first + await line.reader.readexactly(count - len(line.first)))
        line.reset()
        raise HungUp

    return act


async def cut_after_request(line: Line) -> None:
    """Hear the whole request, then reset."""
    await line.request()
    line.reset()
    raise HungUp


async def silence(line: Line) -> None:
    """Hear the request and say nothing, until the other side goes."""
    await line.request()
    await line.reader.read()
    raise HungUp


def pass_by(seconds: float) -> None:
    """Let the loop's clock jump: what was to be waited for so long is over with its next turn."""
    loop = asyncio.get_running_loop()
    own = type(loop).time
    passed = loop.time() - own(loop) + seconds
    loop.time = lambda: own(loop) + passed  # type: ignore[method-assign]


async def silence_for_an_hour(line: Line) -> None:
    """Hear the request; then an hour passes."""
    await line.request()
    pass_by(3600)
    await line.reader.read()
    raise HungUp


@asynccontextmanager
async def wired(*acts: Act) -> AsyncIterator[ScriptedServer]:
    """Serve the acts in order, one for each request whatever its connection; the last one stays."""
    wire = ScriptedServer()
    left = list(acts)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.connections += 1
        line = Line(reader, writer, wire)
        while True:
            if left[0] is not cut_at_once:
                line.first = await line.reader.readexactly(1)
            act = left.pop(0) if len(left) > 1 else left[0]
            await act(line)

    async with tcp_server(serve) as own_port:
        wire.url = f"http://127.0.0.1:{own_port}"
        yield wire
