"""HTTP, and the only place that knows the HTTP library: it is imported with the first call, never before.

A request goes out once, exactly as its target is written, and is followed nowhere. What a failure means for a write is
told by whether its first byte may have left (client/README.md#exactly-once).
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
"""OpenSSL's reasons, old and new, for an answer that is no TLS at all."""

_PAST_PROXY: Final = frozenset({"proxy.start_tls.started", "socks.start_tls.started"})
"""Steps of the HTTP library with which a proxy has opened the way: from there on it speaks with the server."""

BeforeSend = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds (15 s for an answer, as SDKs have it)."""

    connect: float = 5.0
    answer: float = 15.0
    """Until the next byte of the answer."""
    whole: float = 30.0
    """From the start to the last byte."""


@dataclass(slots=True)
class _Departure:
    """Knows whether the first byte of a request may have left, and is told just before it does."""

    before: BeforeSend | None
    changes: bool
    """Whether what was asked for may change something; a read never does."""
    began: bool = field(default=False)
    given_up: bool = field(default=False)
    """Nobody waits for the answer any more: the request does not leave, and its answer is not read."""
    past_proxy: bool = field(default=False)
    """A proxy between has opened the way."""
    to_socks: Any = field(default=None)
    """The library's connection to a SOCKS proxy, which it leaves open when that opens no way."""

    @property
    def maybe_applied(self) -> bool:
        """Whether the request may have taken effect."""
        return self.began and self.changes

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hears of every step of the HTTP library; asking a proxy for a tunnel is not yet the request."""
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
        """Close the connection to a SOCKS proxy that opened no way."""
        if self.to_socks is not None and not self.past_proxy:
            await self.to_socks.aclose()


class Transport:
    """Keeps connections to one backend alive and carries single requests over them."""

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
        """Opens nothing yet; `ahead` holds what this credential has asked for already; answers set `server_clock`."""
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
        """Send one request and read the whole answer, whatever its status; what was asked ahead is not sent again.

        `before_send` is awaited when the connection stands and no byte has left yet; if it raises, none leaves.

        Raises:
            Unavailable: no answer; `maybe_applied` tells whether a byte of a change may have left.
            BadAnswer: what came back cannot be decompressed, or is larger than any answer.
            Invalid: the token or the target cannot be sent as it stands, or the proxy that is named cannot be used.
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
            ) from error  # the library trusts what a SOCKS proxy says
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
        """Await the answer; when the caller is cancelled, the request itself is given up, not cancelled.

        The HTTP library's pool counts the connection of a cancelled request as used for good. After eight such
        requests, as many as searches while somebody types, nothing could be asked any more.
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
            task.exception()  # seen: nobody waits for it

    def _secrets(self) -> list[Secret]:
        """What goes along with requests and must not be shown or kept when a server sends it back."""
        own = [self.credential.token] if self.credential is not None else []
        return [*own, *(value for _, value in self._connection.headers)]

    def _answered(self, response: httpx.Response) -> None:
        """Hears of every answer before it is read: for who looks at the connection itself."""

    def _why(self, error: BaseException, departure: _Departure) -> str:
        """Why there is no whole answer: the server's trouble, or that of the proxy before it."""
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
        """Use another token from here on."""
        self.credential = credential
        if self._ahead is not None:
            self._ahead.forget()

    async def _asked_ahead(self, target: str) -> HttpReply | None:
        """The answer to what was asked before the program was loaded; None where it was not, or there is none."""
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
        """Load the library and the certificates; in a thread, because both take a while."""
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
            trust_env=False,  # what the environment names is read by `proxies`, which has words for what is wrong
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
            raise Invalid(f"This cannot be asked for: {error}") from error
        if request.url.raw_path != (urlsplit(self.base_url).path + target).encode("ascii"):
            raise Invalid("This cannot be asked for: the address would be changed on its way.")
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
                words = "The answer is larger than any a Kraty backend gives."
                raise BadAnswer(words, maybe_applied=departure.maybe_applied)
        return bytes(content)


def _cause(error: BaseException) -> str:
    """The operating system's own words, where a library wrapped them."""
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
    """A proxy as the HTTP library takes it.

    Raises:
        Invalid: its name cannot be asked for.
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
    """What kept a proxy from opening the way; never in its own words, which might hold what was sent to it."""
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
    """Why a proxy opened no way: the status of HTTP, or the library's own words for an answer of SOCKS."""
    status = said.partition(" ")[0]
    if status == "407" or "username/password" in said.lower() or said.startswith("Requested"):
        wants = "does not take its name and password" if proxy.user is not None else "asks for a name and a password"
        return f"{wants}: they are written {proxy.scheme}://NAME:PASSWORD@{proxy.where}"
    reason = f"it answered {status}" if status.isdigit() else said.rstrip(".").removeprefix("Proxy Server ")
    return f"did not open the way to the server ({reason})"


def _load_httpx() -> None:
    """Import httpx without its command line, which it brings along where click and rich are installed.

    That would cost a start half as much again, and two MiB, for tables and highlighting that nothing here needs; httpx
    does without when the import fails.
    """
    if "httpx" in sys.modules:
        return
    command_line = "httpx._main"
    sys.modules[command_line] = None  # type: ignore[assignment]
    try:
        importlib.import_module("httpx")
    finally:
        del sys.modules[command_line]
