"""The HTTP protocol of one connection, with limits on the size and time of head and body.

Uvicorn's protocol on httptools parses, this one adds limits: a head of 32 KiB at most, and deadlines for head, body and
callers who read no answer.

`Upgrade` is ignored (RFC 9110, 7.8): nothing but HTTP/1.1 is spoken here. The parser takes what follows such a head for
another protocol, so the head is given to it again without the offer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, ClassVar, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from kraty_console.backend.http.connections import Connections, address_group
from kraty_console.backend.rules.errors import RuleError
from kraty_console.contract.errors import Code

MAX_HEAD: Final = 32 * 1024
"""Bytes of the request line and all headers."""

MAX_WIRE: Final = 8 * 1024 * 1024
"""Bytes of a body with its chunk framing; the application limits its content."""

_DISCARDED: Final = 2 * 1024 * 1024
"""Bytes read and dropped after a refusal, so that a caller who sent an ordinary body can read the answer."""
_LINGER_SECONDS: Final = 1.0

_IGNORED: Final = 64 * 1024
"""Bytes of a body that are read and dropped after the answer; with more, the connection is closed."""

_OFFER: Final = (b"upgrade", b"http2-settings")
"""Headers, and tokens of `Connection`, that offer another protocol."""


class RequestStage(Enum):
    """What a connection waits for."""

    REST = auto()
    """A next request."""
    HEAD = auto()
    BODY = auto()
    """The rest of a body."""
    REFUSED = auto()
    """Nothing: the request was refused, and the connection ends."""


class HttpConnection(HttpToolsProtocol):
    """One connection within the limits."""

    all_connections: ClassVar[Connections]

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (uvicorn's own)
        super().__init__(*arguments, **named)
        self.address = ""
        self._answers, self.app = self.app, self._answer
        self._stage = RequestStage.HEAD
        self._timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._timed: RequestStage | None = None
        self._head = 0
        """Bytes of the head so far, as the parser counts them."""
        self._read = 0
        """Bytes read since the head, or the body, began."""
        self._again: bytes | None = None
        """The head without its offer to upgrade, to be parsed again."""
        self._ended = False
        """A message ended in what is being parsed."""
        self._left = 0
        """Bytes of the body that were announced and not received yet."""
        self._ignored = 0

    @property
    def idle(self) -> bool:
        """Whether no call is under way here: it waits for a request, or for the end of a head."""
        return self.has_no_call and self._stage in (RequestStage.REST, RequestStage.HEAD)

    @property
    def has_no_call(self) -> bool:
        """Whether no call is under way here."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def end(self) -> None:
        """Close the connection."""
        self.transport.abort()
        self.all_connections.left(self)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection, or refuse it."""
        super().connection_made(transport)
        self.address = address_group(self.client[0]) if self.client else ""
        if self.all_connections.admit(self):
            self._set_deadline()
        else:
            self._refuse("connections", RuleError(Code.UNAVAILABLE, "too many connections from this address"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Unregister the connection."""
        self.all_connections.left(self)
        self._stage = RequestStage.REFUSED
        for timer in (self._timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse received bytes within the limits."""
        if self._stage is RequestStage.REFUSED:
            self._read += len(data)
            if self._read > _DISCARDED:
                self.transport.abort()
            return
        self._unset_keepalive_if_required()
        self.all_connections.busy(self)
        began = self._stage
        self._ended = False
        if not self._parse(data):
            return
        if self._ended or self._stage is not began:
            self._read = 0
        else:
            self._read += len(data)
            if self._stage is RequestStage.HEAD and self._read > MAX_HEAD:
                self._refuse_head()
                return
            if self._stage is RequestStage.BODY and self._read > MAX_WIRE:
                self._refuse("body", RuleError(Code.PAYLOAD_TOO_LARGE, "the body is too large"))
                return
        self._set_deadline()

    def _parse(self, data: bytes) -> bool:
        """False when it was refused."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offered:
                again, self._again = self._again, None
                if again is None:
                    self._refuse("malformed", RuleError(Code.METHOD_NOT_ALLOWED, "CONNECT is not for this server"))
                    return False
                self._head = 0
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                data = again + data[offered.args[0] :]
            except httptools.HttpParserError:
                if self._ignored > _IGNORED:
                    self._linger()
                elif self._head > MAX_HEAD:
                    self._refuse_head()
                else:
                    self._refuse("malformed", RuleError(Code.VALIDATION_FAILED, "this is not a request in HTTP/1.1"))
                return False
            else:
                return True

    # Callbacks of the parser

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._stage = RequestStage.HEAD
        self._head = 0

    def on_url(self, url: bytes) -> None:
        """A part of the request's target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; trailers are counted and dropped."""
        self._count(len(name) + len(value) + 4)
        if self._stage is RequestStage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete: the call begins, unless an offer to upgrade has to be removed first."""
        if self.parser.should_upgrade():
            if self.parser.get_method() != b"CONNECT":
                self._again = b"".join(self._without_offer())
            return
        self._stage = RequestStage.BODY
        lengths = [value for name, value in self.headers if name == b"content-length"]
        self._left = int(lengths[0]) if lengths and lengths[0].isdigit() else 0
        self._ignored = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._again is not None:
            return
        self._left -= len(body)
        if self.cycle.response_complete:
            self._ignored += len(body)
            if self._ignored > _IGNORED:
                raise _Unwanted
        super().on_body(body)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 (uvicorn's own)
        """Answer the call, with `Connection: close` when the caller has more body to send than is read."""
        cycle: RequestResponseCycle = send.__self__

        async def send_closing(message: Any) -> None:  # noqa: ANN401 (uvicorn's own)
            starts = message["type"] == "http.response.start"
            ends = starts and cycle is self.cycle and self._stage is RequestStage.BODY and self._left > _IGNORED
            if ends:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)
            if ends:
                cycle.keep_alive = True  # if closed at once, incoming bytes would keep the answer from being read

        await self._answers(scope, receive, send_closing)

    def on_response_complete(self) -> None:
        """The answer is sent; the connection ends when the caller has more body to send than is read."""
        super().on_response_complete()
        if self._stage is RequestStage.BODY and self._left > _IGNORED and not self.transport.is_closing():
            self._linger()

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self.parser.should_upgrade():
            return
        self._stage = RequestStage.REST
        self._ended = True
        super().on_message_complete()

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > MAX_HEAD:
            raise _TooLong

    def _without_offer(self) -> Iterator[bytes]:
        yield b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        for name, value in self.headers:
            if name == b"connection":
                kept = [each for each in value.split(b",") if each.strip().lower() not in _OFFER]
                if kept:
                    yield b"%s: %s\r\n" % (name, b",".join(kept))
            elif name not in _OFFER:
                yield b"%s: %s\r\n" % (name, value)
        yield b"\r\n"

    # Deadlines

    def pause_writing(self) -> None:
        """The caller does not read; the connection ends after `write_seconds`."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.all_connections.limits.write_seconds, self._not_read)

    def resume_writing(self) -> None:
        """The caller reads."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _not_read(self) -> None:
        self.all_connections.refused["slow_reader"] += 1
        self.transport.abort()

    def _set_deadline(self) -> None:
        """Start the deadline of a stage when the stage begins."""
        if self._timed is self._stage and not self._ended:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timed = self._stage
        limits = self.all_connections.limits
        if self._stage is RequestStage.HEAD:
            self._timer = self.loop.call_later(limits.head_seconds, self._late)
        elif self._stage is RequestStage.BODY:
            self._timer = self.loop.call_later(limits.body_seconds, self._late)

    def _late(self) -> None:
        self._timed = None
        if self.flow.read_paused:  # the caller is not late
            self._set_deadline()
            return
        what = "head" if self._stage is RequestStage.HEAD else "body"
        self._refuse(f"slow_{what}", RuleError(Code.VALIDATION_FAILED, f"the {what} took too long", status=408))

    # Refusals

    def _refuse_head(self) -> None:
        words = f"the request line and headers are longer than {MAX_HEAD} bytes"
        self._refuse("head", RuleError(Code.PAYLOAD_TOO_LARGE, words, {"limit": MAX_HEAD}, status=431))

    def _refuse(self, reason: str, error: RuleError) -> None:
        """Answer an invalid request, unless another answer is in progress, and end the connection."""
        self.all_connections.refused[reason] += 1
        stage, self._stage = self._stage, RequestStage.REFUSED
        self._read = 0
        for timer in (self._timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        if not self.has_no_call:
            cycle = self.cycle
            if stage is not RequestStage.BODY:  # the error is after the current call, which still gets its answer
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self.pipeline:
                self.transport.abort()
                return
        self.transport.write(_answer(error, self.all_connections.new_id()))
        self._linger()

    def _linger(self) -> None:
        """Close the sending side, give the caller time to read the answer, and close the connection."""
        self._stage = RequestStage.REFUSED
        self._read = 0
        if self._timer is not None:
            self._timer.cancel()
        self._unset_keepalive_if_required()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
        self.flow.resume_reading()


class _TooLong(Exception):
    """Stops the parser at a head that is too long."""


class _Unwanted(Exception):
    """Stops the parser in a body that is not read."""


_WORDS: Final = {
    400: b"Bad Request",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


def _answer(error: RuleError, request_id: str) -> bytes:
    """The raw response to an invalid request, with the usual error envelope."""
    payload = {"code": str(error.code), "message": error.message, "details": {**error.details, "requestId": request_id}}
    body = json.dumps({"error": payload}, separators=(",", ":")).encode()
    lines = [
        b"HTTP/1.1 %d %s" % (error.status, _WORDS[error.status]),
        b"content-type: application/json",
        b"content-length: %d" % len(body),
        b"cache-control: no-store",
        b"x-request-id: " + request_id.encode(),
        b"connection: close",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def protocol_of(connections: Connections) -> type[asyncio.Protocol]:
    """The protocol class that uvicorn instantiates for each connection."""

    class Counted(HttpConnection):
        all_connections = connections

    return Counted
