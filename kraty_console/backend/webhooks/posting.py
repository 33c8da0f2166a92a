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
"""From looking up the name to the end of the answer."""

MOST_READ: Final = 64 * 1024
"""Bytes of an answer; what comes after is not read."""

EXCERPT: Final = 1024
"""Characters of an answer that are kept."""

_CHUNK: Final = 16 * 1024

systems_tls: Final = cache(ssl.create_default_context)
"""Whom the system trusts; it takes a tenth of a second to find out, so it is found out once."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, for a port; raises OSError when there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system; what ends in `.invalid` is known to lead nowhere, and nobody is asked (RFC 6761, 6.4)."""
    if host.rstrip(".").lower().rpartition(".")[2] == "invalid":
        raise socket.gaierror(socket.EAI_NONAME, "there is no such name")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt."""

    duration_ms: int
    status: int | None = None
    """The answer's status; None when none came."""
    error: str | None = None
    """Why it is no success, in words; None when it is one."""
    answer: str | None = None
    """How the answer's body begins."""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver said that it has the message (any 2xx)."""
        return self.error is None


class _Fault(Exception):
    """Why nothing could be sent, or no answer came, in words."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts messages; nothing is kept between two of them."""

    to_private: bool = False
    """Send to any address (development)."""
    resolve: Resolve = resolve
    tls: Callable[[], ssl.SSLContext] = systems_tls
    """Whom to trust; asked when it is first needed."""
    limit_seconds: float = LIMIT_SECONDS
    clock: Callable[[], float] = time.monotonic

    async def post(self, target: EndpointUrl, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send the body; whatever goes wrong is the outcome's error, never raised."""
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
        # What the status says holds, also when the body is long, slow or cut off: it is kept for people alone.
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
            with contextlib.suppress(OSError):  # a receiver may answer before it has read all, and hang up
                await writer.drain()
            await answer.read(wire, reader)
        except h11.ProtocolError as error:
            raise _Fault(f"the answer is not HTTP: {error}") from None
        except OSError as error:
            raise _Fault(f"the connection broke: {_words(error)}") from None
        finally:
            writer.transport.abort()

    async def _connect(self, target: EndpointUrl) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to one of the addresses that were looked at, and to no other."""
        try:
            found = await self.resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise _Fault(f"{target.host} is not known: {_words(error)}") from None
        if not self.to_private:
            for address in found:
                if address_policy.refusal_of(address) is not None:
                    # Which address, and of what kind, would tell a studio about the network that the backend is in.
                    raise _Fault(f"{target.host} does not lead to the public internet: nothing is sent there")
        last: OSError | None = None
        for address in found:
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
    """An answer as far as it was read."""

    def __init__(self) -> None:
        self.status: int | None = None
        self._body = bytearray()

    async def read(self, wire: h11.Connection, reader: asyncio.StreamReader) -> None:
        """Read status, head and body, up to as much as is read of any answer."""
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
        """How the body begins; what is no UTF-8 in it, and NUL, is shown as U+FFFD."""
        return bytes(self._body).decode("utf-8", "replace").replace("\0", "\ufffd")[:EXCERPT] or None


def _verdict(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"answered {status}; redirects are not followed"
    return f"answered {status}"


def _words(error: OSError | UnicodeError | None) -> str:
    """What the system says of it, on one line; never an address that the name led to."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return error.strerror or "no answer"
    if isinstance(error, OSError):  # in its own words asyncio names the address that was tried
        return os.strerror(error.errno) if error.errno else "it failed"
    return type(error).__name__
