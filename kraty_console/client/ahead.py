"""Questions asked while the program is still loading, each answered later to the first that asks the same.

A look-up given at launch goes out before the HTTP library and the console are there; what comes back, or does not, is
kept until somebody wants it. Only reads are asked so: when one fails, it is asked again in the usual way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kraty_console.client.replies import MAX_ANSWER, Reply

if TYPE_CHECKING:
    from http.client import HTTPConnection

PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""Where the environment names a proxy; the HTTP library knows how to ask one, and this does not."""


class Asked:
    """One question on its way, in a thread of its own that nobody has to wait for."""

    def __init__(self, question: Callable[[], Reply | None]) -> None:
        self._question = question
        self._reply: Reply | None = None
        self._thread = threading.Thread(target=self._run, name="asked-ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._reply = self._question()

    def reply(self, patience: float | None = None) -> Reply | None:
        """The answer, waited for at most so many seconds; None when there is none, or none yet."""
        self._thread.join(patience)
        return self._reply


class Ahead:
    """Asks a backend ahead, each question on a connection of its own."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Asks nothing yet.

        Args:
            base_url: The backend's address, as `address.base_url` gives it.
            headers: What every question carries, the credential too.
            timeout: Seconds without a byte after which a question is given up, to be asked again in the usual way.
            clock: Seconds that only go up.
        """
        self._base = urlsplit(base_url)
        self._headers = dict(headers)
        self._timeout = timeout
        self._clock = clock
        self._asked: dict[str, Asked] = {}

    def ask(self, target: str) -> Asked:
        """Ask for a target: path and query as they are sent."""
        asked = self._asked[target] = Asked(lambda: self._exchange(target))
        return asked

    def take(self, target: str) -> Asked | None:
        """The question for a target, once: whoever asks it again wants to know what is so by then."""
        return self._asked.pop(target, None)

    def forget(self) -> None:
        """Whoever asks from now on is somebody else."""
        self._asked.clear()

    def _exchange(self, target: str) -> Reply | None:
        """The answer to a question; None for whatever goes wrong, which the usual way puts in words."""
        from http.client import HTTPException

        started = self._clock()
        try:
            connection = self._connection()
            try:
                connection.putrequest("GET", self._base.path + target, skip_accept_encoding=True)
                for name, value in self._headers.items():
                    connection.putheader(name, value)
                connection.endheaders()
                response = connection.getresponse()
                headers = {name.lower(): value for name, value in response.getheaders()}
                content = response.read(MAX_ANSWER + 1)
                if response.length:  # so much more was promised
                    return None
                content = _unpacked(content, headers.get("content-encoding", ""))
            finally:
                connection.close()
        except (OSError, HTTPException, ValueError):
            return None
        return Reply(response.status, headers, content, (self._clock() - started) * 1000)

    def _connection(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection

        host = self._base.hostname or ""
        if self._base.scheme == "http":
            return HTTPConnection(host, self._base.port, timeout=self._timeout)
        from kraty_console.client.trust import secure_context

        return HTTPSConnection(host, self._base.port, timeout=self._timeout, context=secure_context())


def can_ask_ahead(base_url: str, environ: Mapping[str, str]) -> bool:
    """Whether questions to this address may go out directly, not through a proxy."""
    return base_url.startswith("http:") or not any(environ.get(name) for name in PROXIES)


def _unpacked(content: bytes, encoding: str) -> bytes:
    """An answer as it was before it was compressed.

    Raises:
        ValueError: it is no gzip, cut short, or larger than any answer of Kraty's.
    """
    if encoding == "gzip":
        import zlib

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
