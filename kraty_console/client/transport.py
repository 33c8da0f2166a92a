"""Sends requests to one backend: each once, with its exact target; redirects are not followed.

A failed write may have taken effect only if its first byte may have been sent (client/README.md#exactly-once).
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kraty_console.client.address import base_url
from kraty_console.client.connection import BeforeSend, ConnectionSettings
from kraty_console.client.headers import credential_header, plain_headers
from kraty_console.client.redaction import redacted
from kraty_console.client.replies import HttpReply
from kraty_console.client.server_clock import ServerClock
from kraty_console.contract.errors import Unavailable
from kraty_console.contract.secret import Credential, Secret

if TYPE_CHECKING:
    import httpx

    from kraty_console.client.http_connection import BackendConnection
    from kraty_console.client.prefetcher import Prefetcher


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds (15 s for an answer, like the SDKs)."""

    connect: float = 5.0
    answer: float = 15.0
    """Maximum time until the next byte of the answer."""
    whole: float = 30.0
    """Maximum time from the start to the last byte."""


class Transport:
    """Sends single requests over persistent connections to one backend."""

    def __init__(
        self,
        address: str,
        credential: Credential | None,
        server_clock: ServerClock | None = None,
        *,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
        ahead: Prefetcher | None = None,
        connection: ConnectionSettings | None = None,
    ) -> None:
        """The first request opens a connection. `ahead` has requests already sent; answers update `server_clock`."""
        self.base_url = base_url(address)
        self.credential = credential
        self.server_clock = server_clock or ServerClock()
        self._settings = connection or ConnectionSettings()
        self._ahead = ahead
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._connection: BackendConnection | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def exchange(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        anonymous: bool = False,
        before_send: BeforeSend | None = None,
    ) -> HttpReply:
        """Send one request and read the complete answer, with any status; a prefetched answer is used if there is one.

        `before_send` is awaited on an open connection, before the first byte; if it raises, nothing is sent.

        Raises:
            Unavailable: no answer; `maybe_applied` says whether a byte of a change may have been sent.
            BadAnswer: the answer cannot be decompressed, or is too large.
            Invalid: the token or the target cannot be sent, or the configured proxy is unusable.
        """
        if method == "GET" and not headers and not anonymous and not self._closed:
            prefetched = await self._prefetched(target)
            if prefetched is not None:
                return redacted(prefetched, self._secrets())
        connection = await self._opened()
        sent_id = uuid.uuid4().hex
        all_headers = {**self._headers(headers, body is not None, anonymous), "x-request-id": sent_id}
        started = self._clock()
        response = await connection.send(
            method, target, all_headers, body, before_send=before_send, time_limit=self._timeouts.whole
        )
        elapsed_ms = (self._clock() - started) * 1000
        reply = HttpReply(response.status, response.headers, response.content, elapsed_ms, sent_id)
        self.server_clock.observe(reply)
        return redacted(reply, self._secrets())

    def _secrets(self) -> list[Secret]:
        """Secrets of requests, to be redacted from answers."""
        own = [self.credential.token] if self.credential is not None else []
        return [*own, *(value for _, value in self._settings.headers)]

    def _answered(self, response: httpx.Response) -> None:
        """Hook for subclasses: called with every answer before its body is read."""

    def sign_in(self, credential: Credential) -> None:
        """Use another token from now on."""
        self.credential = credential
        if self._ahead is not None:
            self._ahead.forget()

    async def _prefetched(self, target: str) -> HttpReply | None:
        """The prefetched answer; None without one."""
        pending = self._ahead.take(target) if self._ahead is not None else None
        if pending is None or self._ahead is None:
            return None
        credential = self.credential
        reply = await pending.wait(self._ahead.patience)
        return reply if self.credential is credential else None

    async def close(self) -> None:
        """Close every connection; a closed transport stays closed."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _opened(self) -> BackendConnection:
        if self._closed:
            raise Unavailable("The connection was closed.")
        if self._connection is None:
            async with self._opening:
                if self._connection is None:
                    self._connection = await asyncio.to_thread(self._open)
        return self._connection

    def _open(self) -> BackendConnection:
        """Load the HTTP library and the certificates; run in a thread, because both are slow."""
        # Imported with the first request: httpx takes about 60 ms, which the first frame does not wait for.
        from kraty_console.client.http_connection import BackendConnection

        return BackendConnection(
            self.base_url,
            self._settings,
            connect_timeout=self._timeouts.connect,
            answer_timeout=self._timeouts.answer,
            answered=self._answered,
        )

    def _headers(self, more: dict[str, str] | None, with_body: bool, anonymous: bool) -> dict[str, str]:
        headers = {**plain_headers(self._settings), **(more or {})}
        if with_body:
            headers["content-type"] = "application/json"
        if self.credential is not None and not anonymous:
            headers.update(credential_header(self.credential, self._settings.cookie_name))
        return headers
