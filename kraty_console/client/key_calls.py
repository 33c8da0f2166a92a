"""Calls with an API key, for programs: retried on failure, a change always with the same idempotency key.

Kraty keeps the idempotency keys of these surfaces (contract/README.md#idempotency), so an unanswered change is
sent again, byte for byte, and takes effect once.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel

from kraty_console.client.connection import ConnectionSettings
from kraty_console.client.fetched import parse_data
from kraty_console.client.replies import NOT_KRATY, HttpReply, check_refusal, error_of, parsed
from kraty_console.client.retries import RETRIED, RetryPolicy
from kraty_console.client.routes import ClientRoute, Query
from kraty_console.client.transport import Timeouts, Transport
from kraty_console.contract.errors import BadAnswer, Refused, Unavailable
from kraty_console.contract.secret import Credential, Secret

T = TypeVar("T", bound=BaseModel)

PATIENCE: Final = 45.0
"""Seconds after which no further attempt starts; the longest delays fit in
(contract/README.md#rate-limits-and-retries)."""


class KeyedCalls:
    """The calls of an API key; every call may raise a `KratyError`. Use it with `async with`, or close it."""

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        connection: ConnectionSettings | None = None,
        timeout: Timeouts | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        new_key: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """The first call opens the connection. `new_key` makes idempotency keys for callers that give none.

        `connection` has fixed headers and a client certificate.

        Raises:
            Invalid: the address is not valid.
        """
        self._transport = Transport(base_url, Credential(key), timeouts=timeout, clock=clock, connection=connection)
        self._retries = RetryPolicy(sleep=sleep, clock=clock, jitter=jitter, patience=PATIENCE)
        self._new_key = new_key
        self.base_url = self._transport.base_url
        self.server_clock = self._transport.server_clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def read(
        self,
        shape: type[T],
        route: ClientRoute,
        segments: Mapping[str, str],
        query: Query | None = None,
        *,
        headers: dict[str, str] | None = None,
        enveloped: bool = True,
    ) -> T:
        """Send a read and parse the answer."""
        target = route.target(segments, query)
        reply = await self._retries.run(lambda: self._transport.exchange(route.method, target, headers=headers))
        return _read(shape, reply, write=False, enveloped=enveloped)

    async def write(
        self,
        shape: type[T],
        route: ClientRoute,
        segments: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        query: Query | None = None,
        headers: dict[str, str] | None = None,
        nulls: bool = False,
    ) -> T:
        """Make a change that takes effect once; `key` is its idempotency key, a new one by default.

        Fields with None are left out unless `nulls` is set.

        After an `Unavailable` with `maybe_applied` the outcome is unknown; repeat the call with the same key.
        """
        target = route.target(segments, query)
        fields = {name: value for name, value in (body or {}).items() if nulls or value is not None}
        sent = json.dumps({**fields, "idempotencyKey": key or self._new_key()}, allow_nan=False).encode("ascii")

        async def once() -> HttpReply:
            reply = await self._transport.exchange(route.method, target, body=sent, headers=headers)
            try:
                check_refusal(reply, echoes=False)
            except BadAnswer as error:
                if reply.status in RETRIED:
                    raise Unavailable(error.message, status=reply.status, maybe_applied=True) from None
                raise
            return reply

        return _read(shape, await self._retries.run(once, write=True), write=True)


class CallGroup:
    """Base class of related calls."""

    def __init__(self, calls: KeyedCalls) -> None:
        self._calls = calls


def _read(shape: type[T], reply: HttpReply, *, write: bool, enveloped: bool = True) -> T:
    if not 200 <= reply.status < 300:
        raise error_of(reply, write=write)
    value = parsed(reply.content)
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        raise _waiting(reply, value["error"])
    if enveloped:
        if not isinstance(value, dict) or "data" not in value:
            raise BadAnswer(NOT_KRATY, status=reply.status, request_id=reply.request_id, maybe_applied=write)
        value = value["data"]
    return parse_data(shape, value, reply, write=write)


def _waiting(reply: HttpReply, error: Mapping[str, Any]) -> Refused:
    """The error in a 2xx answer: accepted but not ready yet, such as a forming lobby
    (contract/README.md#wire-format)."""
    details = error.get("details")
    return Refused(
        str(error.get("message") or "Not yet."),
        code=str(error.get("code") or ""),
        status=reply.status,
        details=details if isinstance(details, dict) else {},
        request_id=reply.request_id,
    )
