"""HTTP transport, and the only user of the HTTP library, which is imported with the first call.

A request is sent once, with its exact target, and redirects are not followed. A failed write may have taken effect only
if its first byte may have been sent (client/README.md#exactly-once).
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import os
import ssl
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kraty_console.client.address import base_url
from kraty_console.client.certificates import secure_context
from kraty_console.client.connection import ConnectionSettings
from kraty_console.client.headers import USER_AGENT, credential_header, plain_headers
from kraty_console.client.proxies import Proxy, proxy_of
from kraty_console.client.redaction import redacted
from kraty_console.client.replies import MAX_ANSWER, HttpReply
from kraty_console.client.server_clock import ServerClock
from kraty_console.contract.errors import BadAnswer, Invalid, KratyError, Unavailable
from kraty_console.contract.secret import Credential, Secret

if TYPE_CHECKING:
    import httpx

    from kraty_console.client.prefetcher import Prefetcher

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
"""OpenSSL's reasons, old and new, for an answer that is not TLS."""

_PAST_PROXY: Final = frozenset({"proxy.start_tls.started", "socks.start_tls.started"})
"""Trace events after which a proxy has connected to the server."""

BeforeSend = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds (15 s for an answer, like the SDKs)."""

    connect: float = 5.0
    answer: float = 15.0
    """Maximum time until the next byte of the answer."""
    whole: float = 30.0
    """Maximum time from the start to the last byte."""


@dataclass(slots=True)
class _Departure:
    """Tracks whether the first byte of a request may have been sent."""

    before: BeforeSend | None
    changes: bool
    """Whether the request is a write."""
    began: bool = field(default=False)
    given_up: bool = field(default=False)
    """The caller was cancelled: the request is not sent, and its answer is not read."""
    past_proxy: bool = field(default=False)
    """The proxy, if any, has connected to the server."""
    to_socks: Any = field(default=None)
    """The connection to a SOCKS proxy, which the library leaves open if the proxy fails."""

    @property
    def maybe_applied(self) -> bool:
        """Whether the request may have taken effect."""
        return self.began and self.changes

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Trace hook of the HTTP library; opening a proxy tunnel does not count as sending the request."""
        self.past_proxy |= event in _PAST_PROXY
        if event == "socks.connect_tcp.complete":
            self.to_socks = info.get("return_value")
        if self.began or not event.endswith("send_request_headers.started"):
            return
        if getattr(info.get("request"), "method", b"") != b"CONNECT":
            if self.given_up:
                raise asyncio.CancelledError
            if self.before is not None:
                await self.before()
            self.began = self.past_proxy = True

    async def close(self) -> None:
        """Close the connection to a SOCKS proxy that failed."""
        if self.to_socks is not None and not self.past_proxy:
            await self.to_socks.aclose()


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
        self._connection = connection or ConnectionSettings()
        self._ahead = ahead
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._proxy: Proxy | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self._given_up: set[asyncio.Task[Any]] = set()

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
        """Send one request and read the whole answer, whatever its status; a prefetched answer is used if there is one.

        `before_send` is awaited on an open connection, before the first byte; if it raises, nothing is sent.

        Raises:
            Unavailable: no answer; `maybe_applied` says whether a byte of a change may have been sent.
            BadAnswer: the answer cannot be decompressed, or is too large.
            Invalid: the token or the target cannot be sent, or the configured proxy is unusable.
        """
        if method == "GET" and not headers and not anonymous and not self._closed:
            reply = await self._asked_ahead(target)
            if reply is not None:
                return redacted(reply, self._secrets())
        client = await self._opened()
        import httpx

        departure, sent_id = _Departure(before_send, changes=method != "GET"), uuid.uuid4().hex
        all_headers = {**self._headers(headers, body is not None, anonymous), "x-request-id": sent_id}
        request = self._request(client, method, target, body, all_headers)
        request.extensions["trace"] = departure.trace
        started = self._clock()
        try:
            response, content = await self._until_cancelled(client, request, departure)
        except httpx.DecodingError as error:
            raise BadAnswer("The answer cannot be decompressed.", maybe_applied=departure.maybe_applied) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(self._why(error, departure), maybe_applied=departure.maybe_applied) from error
        except Exception as error:
            if self._proxy is None or departure.past_proxy or isinstance(error, KratyError):
                raise
            raise Unavailable(
                _proxys_words(self._proxy, error)
            ) from error  # the library does not handle invalid answers of a SOCKS proxy
        finally:
            await departure.close()
        reply = HttpReply(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            content=content,
            elapsed_ms=(self._clock() - started) * 1000,
            sent_id=sent_id,
        )
        self.server_clock.observe(reply)
        return redacted(reply, self._secrets())

    async def _whole_answer(
        self, client: httpx.AsyncClient, request: httpx.Request, departure: _Departure
    ) -> tuple[httpx.Response, bytes]:
        async with asyncio.timeout(self._timeouts.whole):
            response = await client.send(request, stream=True)
            try:
                self._answered(response)
                return response, b"" if departure.given_up else await self._content(response, departure)
            finally:
                await response.aclose()

    async def _until_cancelled(
        self, client: httpx.AsyncClient, request: httpx.Request, departure: _Departure
    ) -> tuple[httpx.Response, bytes]:
        """Await the answer; if the caller is cancelled, abandon the request instead of cancelling it.

        The HTTP library's pool never frees the connection of a cancelled request. After eight of them, for example
        searches while typing, no request could be sent any more.
        """
        task = asyncio.ensure_future(self._whole_answer(client, request, departure))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            departure.given_up = True
            self._given_up.add(task)
            task.add_done_callback(self._forget)
            raise

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved: nobody awaits it

    def _secrets(self) -> list[Secret]:
        """Secrets of requests, to be redacted from answers."""
        own = [self.credential.token] if self.credential is not None else []
        return [*own, *(value for _, value in self._connection.headers)]

    def _answered(self, response: httpx.Response) -> None:
        """Hook for subclasses: called with every answer before its body is read."""

    def _why(self, error: BaseException, departure: _Departure) -> str:
        """Why there is no complete answer: an error of the server or of the proxy."""
        import httpx

        if self._proxy is not None and not departure.past_proxy:
            return _proxys_words(self._proxy, error)
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            began = departure.began
            return "The server did not answer in time." if began else "The server could not be reached in time."
        if isinstance(error, httpx.RemoteProtocolError):
            return f"The connection broke before the answer was complete ({error})."
        words = "The connection broke" if departure.began else f"The server at {self.base_url} could not be reached"
        return f"{words} ({_cause(error)})."

    def sign_in(self, credential: Credential) -> None:
        """Use another token from now on."""
        self.credential = credential
        if self._ahead is not None:
            self._ahead.forget()

    async def _asked_ahead(self, target: str) -> HttpReply | None:
        """The prefetched answer; None without one."""
        asked = self._ahead.take(target) if self._ahead is not None else None
        if asked is None or self._ahead is None:
            return None
        credential = self.credential
        reply = await asked.wait(self._ahead.patience)
        return reply if self.credential is credential else None

    async def close(self) -> None:
        """Close every connection; a closed transport stays closed."""
        self._closed = True
        client, self._client = self._client, None
        for task in self._given_up:
            task.cancel()
        if client is not None:
            await client.aclose()

    async def _opened(self) -> httpx.AsyncClient:
        if self._closed:
            raise Unavailable("The connection was closed.")
        if self._client is None:
            async with self._opening:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> httpx.AsyncClient:
        """Load the library and the certificates; run in a thread, because both are slow."""
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        _load_httpx()
        import httpx

        secure = self.base_url.startswith("https:")
        try:
            context = secure_context(self._connection) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        except OSError as error:
            words = f"The certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read ({error.strerror or error})."
            raise Unavailable(words) from error
        self._proxy = proxy_of(self.base_url, os.environ)
        return httpx.AsyncClient(
            base_url=self.base_url,
            headers={"user-agent": USER_AGENT},
            verify=context,
            trust_env=False,  # `proxies` reads the environment, with better error messages
            proxy=None if self._proxy is None else _httpx_proxy(self._proxy),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._timeouts.answer, connect=self._timeouts.connect),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30.0),
        )

    def _request(
        self, client: httpx.AsyncClient, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> httpx.Request:
        import httpx

        url = self.base_url + target
        try:
            request = client.build_request(method, url, content=body, headers=headers)
        except httpx.InvalidURL as error:
            raise Invalid(f"The request cannot be sent: {error}") from error
        if request.url.raw_path != (urlsplit(self.base_url).path + target).encode("ascii"):
            raise Invalid("The request cannot be sent: the address would be changed.")
        return request

    def _headers(self, more: dict[str, str] | None, with_body: bool, anonymous: bool) -> dict[str, str]:
        headers = {**plain_headers(self._connection), **(more or {})}
        if with_body:
            headers["content-type"] = "application/json"
        if self.credential is not None and not anonymous:
            headers.update(credential_header(self.credential, self._connection.cookie_name))
        return headers

    @staticmethod
    async def _content(response: httpx.Response, departure: _Departure) -> bytes:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > MAX_ANSWER:
                words = "The answer is larger than any answer of Kraty."
                raise BadAnswer(words, maybe_applied=departure.maybe_applied)
        return bytes(content)


def _cause(error: BaseException) -> str:
    """The operating system's message, if a library wrapped it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {seen.verify_message}"
        if isinstance(seen, ssl.SSLError) and seen.reason in _NO_TLS:
            return "what answers there does not speak https: check the port"
        if isinstance(seen, OSError) and seen.strerror:
            return os.strerror(seen.errno) if seen.errno and seen.errno > 0 else seen.strerror
        seen = seen.__cause__ or seen.__context__
    return str(error) or type(error).__name__


def _httpx_proxy(proxy: Proxy) -> httpx.Proxy:
    """The proxy for the HTTP library.

    Raises:
        Invalid: its host name is invalid.
    """
    import httpx

    auth = None
    if proxy.user is not None:
        auth = (proxy.user.reveal(), proxy.password.reveal() if proxy.password is not None else "")
    try:
        return httpx.Proxy(proxy.url, auth=auth, ssl_context=secure_context() if proxy.scheme == "https" else None)
    except (httpx.InvalidURL, ValueError) as error:
        raise Invalid(f"{proxy.variable} does not name a proxy that can be used: check its host") from error


def _proxys_words(proxy: Proxy, error: BaseException) -> str:
    """Why a proxy failed; never in its own words, which might contain what was sent to it."""
    import httpx

    name = f"{proxy.words[0].upper()}{proxy.words[1:]}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"{name} did not answer in time."
    if isinstance(error, httpx.ProxyError):
        return f"{name} {_refusal(proxy, str(error))}."
    if not isinstance(error, httpx.HTTPError) or isinstance(error, httpx.RemoteProtocolError):
        return f"{name} does not answer like a proxy: check its kind and its port."
    cause = _cause(error)
    if cause == os.strerror(errno.ECONNREFUSED):
        return f"{name} refused the connection."
    return f"{name} could not be reached ({cause})."


def _refusal(proxy: Proxy, said: str) -> str:
    """Why a proxy refused: its HTTP status, or the library's message for a SOCKS answer."""
    status = said.partition(" ")[0]
    if status == "407" or "username/password" in said.lower() or said.startswith("Requested"):
        wants = "does not take its name and password" if proxy.user is not None else "asks for a name and a password"
        return f"{wants}: they are written {proxy.scheme}://NAME:PASSWORD@{proxy.where}"
    reason = f"it answered {status}" if status.isdigit() else said.rstrip(".").removeprefix("Proxy Server ")
    return f"did not open the way to the server ({reason})"


def _load_httpx() -> None:
    """Import httpx without its command line, which it imports if click and rich are installed.

    That would make the import half as slow again and cost two MiB for unused features; httpx works without it if the
    import fails.
    """
    if "httpx" in sys.modules:
        return
    command_line = "httpx._main"
    sys.modules[command_line] = None  # type: ignore[assignment]
    try:
        importlib.import_module("httpx")
    finally:
        del sys.modules[command_line]
