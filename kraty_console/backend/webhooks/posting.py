"""Post one message; names are resolved when the connection is made."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import h11

from kraty_console.backend.webhooks import address_policy
from kraty_console.backend.webhooks.endpoint_url import EndpointUrl

LIMIT_SECONDS: Final = 15.0
"""The time limit from the name look-up to the end of the answer."""

MOST_READ: Final = 64 * 1024
"""Bytes of an answer that are read."""

EXCERPT: Final = 1024
"""Characters of an answer that are stored."""

_CHUNK: Final = 16 * 1024

systems_tls: Final = cache(ssl.create_default_context)
"""The system's trusted certificates, loaded once because that takes 0.1 s."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, for a port; raises OSError when there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Resolve by the system; names in `.invalid` never exist and are not looked up (RFC 6761, 6.4)."""
    if host.rstrip(".").lower().rpartition(".")[2] == "invalid":
        raise socket.gaierror(socket.EAI_NONAME, "there is no such name")
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in addresses))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt."""

    duration_ms: int
    status: int | None = None
    """The answer's status; None without an answer."""
    error: str | None = None
    """Why it failed; None on success."""
    answer: str | None = None
    """The start of the answer's body."""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver accepted the message (any 2xx)."""
        return self.error is None


class _Fault(Exception):
    """The message was not sent, or not answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts messages, without state between them."""

    to_private: bool = False
    """Send to any address (development)."""
    resolve: Resolve = resolve
    tls: Callable[[], ssl.SSLContext] = systems_tls
    """Returns the trusted certificates; called when first needed."""
    limit_seconds: float = LIMIT_SECONDS
    clock: Callable[[], float] = time.monotonic

    async def post(self, target: EndpointUrl, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send the body; failures are returned in the outcome, never raised."""
        begun = self.clock()
        answer = _Answer()
        error: str | None = None
        try:
            async with asyncio.timeout(self.limit_seconds):
                await self._exchange(target, headers, body, answer)
        except TimeoutError:
            error = f"no answer within {self.limit_seconds:g} s"
        except _Fault as fault:
            error = str(fault)
        taken = round((self.clock() - begun) * 1000)
        if answer.status is None:
            return Outcome(taken, error=error or "the connection ended without an answer")
        # The status counts even if the body is long, slow or cut off; the body is stored for people only.
        return Outcome(taken, answer.status, _verdict(answer.status), answer.excerpt())

    async def _exchange(self, target: EndpointUrl, headers: Mapping[str, str], body: bytes, answer: _Answer) -> None:
        reader, writer = await self._connect(target)
        try:
            wire = h11.Connection(h11.CLIENT)
            fields = [("Host", target.authority), *headers.items(), ("Content-Length", str(len(body)))]
            fields.append(("Connection", "close"))
            head = wire.send(h11.Request(method="POST", target=target.path, headers=fields))
            writer.write((head or b"") + (wire.send(h11.Data(data=body)) or b""))
            wire.send(h11.EndOfMessage())
            with contextlib.suppress(OSError):  # a receiver may answer and disconnect before it has read everything
                await writer.drain()
            await answer.read(wire, reader)
        except h11.ProtocolError as error:
            raise _Fault(f"the answer is not HTTP: {error}") from None
        except OSError as error:
            raise _Fault(f"the connection broke: {_words(error)}") from None
        finally:
            writer.transport.abort()

    async def _connect(self, target: EndpointUrl) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to one of the checked addresses, and no other."""
        try:
            addresses = await self.resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise _Fault(f"{target.host} is not known: {_words(error)}") from None
        if not self.to_private:
            for address in addresses:
                if address_policy.refusal_of(address) is not None:
                    # The address and its kind would reveal the backend's network to a studio.
                    raise _Fault(f"{target.host} does not lead to the public internet: nothing is sent there")
        last: OSError | None = None
        for address in addresses:
            try:
                return await asyncio.open_connection(
                    address,
                    target.port,
                    ssl=self.tls() if target.secure else None,
                    server_hostname=target.host if target.secure else None,
                )
            except OSError as error:
                last = error
        raise _Fault(f"no connection to {target.host}:{target.port}: {_words(last)}")


class _Answer:
    """The part of an answer that was read."""

    def __init__(self) -> None:
        self.status: int | None = None
        self._body = bytearray()

    async def read(self, wire: h11.Connection, reader: asyncio.StreamReader) -> None:
        """Read status, head and body, up to the limit."""
        left = MOST_READ
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                chunk = await reader.read(min(_CHUNK, left)) if left else None
                if chunk is None:
                    return
                left -= len(chunk)
                wire.receive_data(chunk)
            elif isinstance(event, h11.Response):
                self.status = event.status_code
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
                return

    def excerpt(self) -> str | None:
        """The start of the body; invalid UTF-8 and NUL become U+FFFD."""
        return bytes(self._body).decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT] or None


def _verdict(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"answered {status}; redirects are not followed"
    return f"answered {status}"


def _words(error: OSError | UnicodeError | None) -> str:
    """The system's message on one line, without addresses that the name resolved to."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return error.strerror or "no answer"
    if isinstance(error, OSError):  # asyncio's own message names the address
        return os.strerror(error.errno) if error.errno else "it failed"
    return type(error).__name__
