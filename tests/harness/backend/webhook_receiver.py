"""A studio's receiver on a real socket: it answers as configured, and records requests."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from kraty_console.contract.signature import verify

PLAIN_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(status: int, body: bytes = b"", *fields: str) -> bytes:
    """An answer as it goes over the wire."""
    head = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*head, "", ""]).encode() + body


@dataclass(frozen=True)
class Message:
    """One received request."""

    line: str
    fields: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def envelope(self) -> Any:
        return json.loads(self.body)

    def is_signed(self, secret: str, now: float) -> bool:
        return verify(secret, self.fields.get("x-signature"), self.body, now=now)


Answer = Callable[[Message], bytes]


class Receiver:
    """Answers 200 by default; `gate`, if set, is awaited before an answer is sent."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answer: Answer = lambda _message: PLAIN_OK
        self.gate: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, in order of arrival."""
        return [message.envelope["id"] for message in self.messages]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.strip().split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
            message = Message(line, fields, await reader.readexactly(int(fields["content-length"])))
            self.messages.append(message)
            self.arrived.set()
            if self.gate is not None:
                await self.gate.wait()
            writer.write(self.answer(message))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the sender went away
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        if receiver.gate is not None:
            receiver.gate.set()
        server.close()
        await server.wait_closed()
