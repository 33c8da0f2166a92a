"""HTTP connections to one backend, and the only user of httpx.

The first request imports this module: httpx takes longer to import than the console takes to its first frame.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from kraty_console.client.certificates import secure_context
from kraty_console.client.connection import BeforeSend, ConnectionSettings
from kraty_console.client.headers import USER_AGENT
from kraty_console.client.proxies import Proxy, proxy_of
from kraty_console.client.replies import MAX_ANSWER
from kraty_console.contract.errors import BadAnswer, Invalid, KratyError, Unavailable


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """Make a module look as if it were not installed."""
    known = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
        if known is not None:
            sys.modules[module] = known


# httpx imports its command line if click and rich are installed. That makes the import half as slow again and costs
# two MiB for unused features; httpx works without it.
with _hidden("httpx._main"):
    import httpx

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
"""OpenSSL's reasons, old and new, for an answer that is not TLS."""

_PAST_PROXY: Final = frozenset({"proxy.start_tls.started", "socks.start_tls.started"})
"""Trace events after which a proxy has connected to the server."""


class HttpResponse(NamedTuple):
    """A complete answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass(slots=True)
class _Departure:
    """Tracks whether the first byte of a request may have been sent."""

    before: BeforeSend | None
    changes: bool
    """Whether the request is a write."""
    began: bool = field(default=False)
    abandoned: bool = field(default=False)
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
            if self.abandoned:
                raise asyncio.CancelledError
            if self.before is not None:
                await self.before()
            self.began = self.past_proxy = True

    async def close(self) -> None:
        """Close the connection to a SOCKS proxy that failed."""
        if self.to_socks is not None and not self.past_proxy:
            await self.to_socks.aclose()


class BackendConnection:
    """Persistent connections to one backend, directly or through a proxy."""

    def __init__(
        self,
        base_url: str,
        settings: ConnectionSettings,
        *,
        connect_timeout: float,
        answer_timeout: float,
        answered: Callable[[httpx.Response], None],
    ) -> None:
        """Load the certificates, which is slow; no connection is opened yet.

        Args:
            base_url: The backend's address, as `address.base_url` gives it.
            settings: Its client certificate is presented to the backend.
            connect_timeout: Maximum time to connect, in seconds.
            answer_timeout: Maximum time until the next byte of an answer, in seconds.
            answered: Called with every answer before its body is read.

        Raises:
            Unavailable: the certificates cannot be read.
            Invalid: the client certificate or the configured proxy is unusable.
        """
        self._base_url = base_url
        self._answered = answered
        self._abandoned: set[asyncio.Task[Any]] = set()
        secure = base_url.startswith("https:")
        try:
            context = secure_context(settings) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        except OSError as error:
            words = f"The certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read ({error.strerror or error})."
            raise Unavailable(words) from error
        self._proxy = proxy_of(base_url, os.environ)
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"user-agent": USER_AGENT},
            verify=context,
            trust_env=False,  # `proxies` reads the environment, with better error messages
            proxy=None if self._proxy is None else _httpx_proxy(self._proxy),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(answer_timeout, connect=connect_timeout),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30.0),
        )

    async def send(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes | None,
        *,
        before_send: BeforeSend | None,
        time_limit: float,
    ) -> HttpResponse:
        """Send one request and read the whole answer, within `time_limit` seconds.

        Raises:
            Unavailable: no answer; `maybe_applied` says whether a byte of a change may have been sent.
            BadAnswer: the answer cannot be decompressed, or is too large.
            Invalid: the request cannot be sent as it is.
        """
        departure = _Departure(before_send, changes=method != "GET")
        request = self._request(method, target, body, headers)
        request.extensions["trace"] = departure.trace
        try:
            response, content = await self._until_cancelled(request, departure, time_limit)
        except httpx.DecodingError as error:
            raise BadAnswer("The answer cannot be decompressed.", maybe_applied=departure.maybe_applied) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(self._why(error, departure), maybe_applied=departure.maybe_applied) from error
        except Exception as error:
            if self._proxy is None or departure.past_proxy or isinstance(error, KratyError):
                raise
            # The library does not handle invalid answers of a SOCKS proxy.
            raise Unavailable(_proxy_failure(self._proxy, error)) from error
        finally:
            await departure.close()
        fields = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status_code, fields, content)

    async def close(self) -> None:
        """Close every connection and stop abandoned requests."""
        for task in self._abandoned:
            task.cancel()
        await self._client.aclose()

    async def _until_cancelled(
        self, request: httpx.Request, departure: _Departure, time_limit: float
    ) -> tuple[httpx.Response, bytes]:
        """Await the answer; if the caller is cancelled, abandon the request instead of cancelling it.

        The HTTP library's pool never frees the connection of a cancelled request. After eight of them, for example
        searches while typing, no request could be sent any more.
        """
        task = asyncio.ensure_future(self._whole_answer(request, departure, time_limit))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            departure.abandoned = True
            self._abandoned.add(task)
            task.add_done_callback(self._forget)
            raise

    async def _whole_answer(
        self, request: httpx.Request, departure: _Departure, time_limit: float
    ) -> tuple[httpx.Response, bytes]:
        async with asyncio.timeout(time_limit):
            response = await self._client.send(request, stream=True)
            try:
                self._answered(response)
                return response, b"" if departure.abandoned else await _content(response, departure)
            finally:
                await response.aclose()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, because it is not awaited

    def _request(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> httpx.Request:
        url = self._base_url + target
        try:
            request = self._client.build_request(method, url, content=body, headers=headers)
        except httpx.InvalidURL as error:
            raise Invalid(f"The request cannot be sent: {error}") from error
        if request.url.raw_path != (urlsplit(self._base_url).path + target).encode("ascii"):
            raise Invalid("The request cannot be sent: the address would be changed.")
        return request

    def _why(self, error: BaseException, departure: _Departure) -> str:
        """Why there is no complete answer: an error of the server or of the proxy."""
        if self._proxy is not None and not departure.past_proxy:
            return _proxy_failure(self._proxy, error)
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            began = departure.began
            return "The server did not answer in time." if began else "The server could not be reached in time."
        if isinstance(error, httpx.RemoteProtocolError):
            return f"The connection broke before the answer was complete ({error})."
        words = "The connection broke" if departure.began else f"The server at {self._base_url} could not be reached"
        return f"{words} ({_cause(error)})."


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
    auth = None
    if proxy.user is not None:
        auth = (proxy.user.reveal(), proxy.password.reveal() if proxy.password is not None else "")
    try:
        return httpx.Proxy(proxy.url, auth=auth, ssl_context=secure_context() if proxy.scheme == "https" else None)
    except (httpx.InvalidURL, ValueError) as error:
        raise Invalid(f"{proxy.variable} does not name a proxy that can be used: check its host") from error


def _proxy_failure(proxy: Proxy, error: BaseException) -> str:
    """Why a proxy failed; never in its own words, which might contain what was sent to it."""
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


def _refusal(proxy: Proxy, message: str) -> str:
    """Why a proxy refused: its HTTP status, or the library's message for a SOCKS answer."""
    status = message.partition(" ")[0]
    if status == "407" or "username/password" in message.lower() or message.startswith("Requested"):
        wants = "does not take its name and password" if proxy.user is not None else "asks for a name and a password"
        return f"{wants}: they are written {proxy.scheme}://NAME:PASSWORD@{proxy.where}"
    reason = f"it answered {status}" if status.isdigit() else message.rstrip(".").removeprefix("Proxy Server ")
    return f"did not open the way to the server ({reason})"
