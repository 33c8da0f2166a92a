"""Requests sent while the program is still loading; the first caller that makes the same request gets the answer.

The look-up named at launch is sent before the HTTP library and the console are imported. Only reads are sent this way;
one that fails is sent again by the client.
"""

from __future__ import annotations

import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraty_console.client.proxies import proxy_of
from kraty_console.client.replies import MAX_ANSWER, HttpReply
from kraty_console.contract.errors import Invalid

if TYPE_CHECKING:
    from http.client import HTTPConnection


class PendingRequest:
    """One request in progress, in a daemon thread."""

    def __init__(self, question: Callable[[], HttpReply], at: float) -> None:
        self._question = question
        self._reply: HttpReply | None = None
        self._over = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._callbacks_lock = threading.Lock()
        self.at = at
        """When it was sent, by the clock of `Prefetcher`."""
        threading.Thread(target=self._run, name="prefetch", daemon=True).start()

    def _run(self) -> None:
        # The client repeats a failed request and reports its error.
        with suppress(Exception):
            self._reply = self._question()
        with self._callbacks_lock:
            self._over.set()
        for callback in self._callbacks:
            callback()

    def reply(self, patience: float | None = None) -> HttpReply | None:
        """Wait up to `patience` seconds for the answer; None without one."""
        self._over.wait(patience)
        return self._reply

    async def wait(self, patience: float) -> HttpReply | None:
        """The same for an event loop; the wait can be cancelled."""
        # The prefetched player is drawn before the event loop is imported, which takes about 30 ms.
        import asyncio

        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def callback() -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(news.set)

        with self._callbacks_lock:
            if self._over.is_set():
                return self._reply
            self._callbacks.append(callback)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await news.wait()
        return self._reply


class Prefetcher:
    """Sends requests ahead of the client, each on its own connection."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        patience: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        on_answer: Callable[[HttpReply], None] = lambda _: None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            base_url: The backend's address, as `address.base_url` gives it.
            headers: The headers of every request, including the credential.
            patience: Timeout in seconds; after it the client sends the request itself.
            clock: A monotonic clock, in seconds.
            on_answer: Called with each answer, in the thread of its request.
        """
        self._on_answer = on_answer
        self._base = urlsplit(base_url)
        self._headers = dict(headers)
        self.patience = patience
        self._clock = clock
        self._requests: dict[str, PendingRequest] = {}

    def ask(self, target: str) -> PendingRequest:
        """Send a GET request for a target (path and query)."""
        request = self._requests[target] = PendingRequest(lambda: self._exchange(target), self._clock())
        return request

    def take(self, target: str) -> PendingRequest | None:
        """The request for a target, once, while its answer is fresh."""
        request = self._requests.pop(target, None)
        return request if request is not None and self._clock() - request.at < self.patience else None

    def forget(self) -> None:
        """Drop all answers: later requests are sent by the client."""
        self._requests.clear()

    def _exchange(self, target: str) -> HttpReply:
        connection = self._connection()
        started = self._clock()
        try:
            connection.putrequest("GET", self._base.path + target, skip_accept_encoding=True)
            for name, value in self._headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            content = response.read(MAX_ANSWER + 1)
        finally:
            connection.close()
        if response.length:
            raise ValueError("fewer bytes than announced")
        content = _unpacked(content, headers.get("content-encoding", ""))
        reply = HttpReply(response.status, headers, content, (self._clock() - started) * 1000)
        self._on_answer(reply)
        return reply

    def _connection(self) -> HTTPConnection:
        # Imported in the thread of the request, about 25 ms, while the caller imports what draws the answer.
        from http.client import HTTPConnection, HTTPSConnection

        host = self._base.hostname or ""
        if self._base.scheme == "http":
            return HTTPConnection(host, self._base.port, timeout=self.patience)
        # `ssl` takes about 10 ms, which plain http to this machine does not need.
        from kraty_console.client.certificates import secure_context

        return HTTPSConnection(host, self._base.port, timeout=self.patience, context=secure_context())


def can_prefetch(base_url: str, environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether requests to this address may be sent directly: to the host itself, and not past a proxy.

    A non-ASCII host name is left to the HTTP library, which encodes it. So is macOS, whose settings may name a proxy
    too.
    """
    if not base_url.isascii():
        return False
    if base_url.startswith("http:"):
        return True
    try:
        return platform != "darwin" and proxy_of(base_url, environ, platform) is None
    except Invalid:  # the client reports it
        return False


def _unpacked(content: bytes, encoding: str) -> bytes:
    """Decompress an answer.

    Raises:
        ValueError: it is not gzip, truncated, or too large.
    """
    if encoding == "gzip":
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            content = unpacking.decompress(content, MAX_ANSWER)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if not unpacking.eof:
            raise ValueError("cut short, or too large")
    elif encoding not in ("", "identity"):
        raise ValueError(f"compressed by {encoding}")
    if len(content) > MAX_ANSWER:
        raise ValueError("too large")
    return content
