"""Charge requests to the rate limit: before the look-up, when the caller is known, and when they end."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kraty_console.backend.auth.api_keys import CLIENT_SDK
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.authentication import Caller
from kraty_console.backend.http.call import Services
from kraty_console.backend.http.rate_limit import (
    ADDRESS_SECONDS,
    OF_ADDRESS,
    OF_BAD,
    OF_CLIENT_KEY,
    REFUSED_TOKENS,
    TOKEN_BYTES,
    TOKEN_SECONDS,
    TimedCoroutine,
)
from kraty_console.backend.rules.errors import RuleError
from kraty_console.contract.errors import Code

CALL_COST: Final = "kraty.call_cost"
"""The key of a request's scope that holds its `CallCost`."""


class CallCost:
    """The tokens of one call, and the buckets they come from."""

    def __init__(self, services: Services, address: str) -> None:
        self.address = address
        self._limit = services.rate_limit
        self._refused = services.refused
        self._paying: list[tuple[str, float]] = []
        """The buckets that gave a token and pay the rest, with their multiples of the rate."""
        self._known = False
        self._waived = False
        self._bytes = 0

    def enter(self) -> None:
        """Take a token of the address, before any look-up. Raises 429."""
        self._pay("address", f"address:{self.address}", OF_ADDRESS)

    def often(self) -> bool:
        """Whether the address calls a free path more often than its rate; the call is answered all the same."""
        return bool(self._limit.wait(f"free:{self.address}"))

    @contextmanager
    def trying(self, *shown: str) -> Iterator[None]:
        """Guard the look-up of a credential and of what else identifies the caller (`shown`).

        An unknown credential counts against its address; after many the address is refused before the look-up, except
        for credentials that were valid recently. A known caller without a token is refused before the look-up, too.
        Raises 429.
        """
        mark, bad = _mark(*shown), f"bad:{self.address}"
        payers = self._limit.payers(mark)
        if payers is None and (wait := self._limit.wait(bad, OF_BAD, cost=0)):
            self._refuse("bad_credentials", wait)
        for payer, times in payers or ():
            if wait := self._limit.wait(payer, times, cost=0):
                self._refuse("caller", wait)
        entered = len(self._paying)
        try:
            yield
        except RuleError as error:
            if not self._known and error.status == 401:
                self._refused["bad_credential"] += 1
                self._limit.charge(bad, 1, OF_BAD)
                self._limit.forget(mark)
            raise
        finally:
            if self._known and len(self._paying) > entered:
                self._limit.know(mark, self._paying[entered:])

    def known(self) -> None:
        """The credential is valid."""
        self._known = True

    def take(self, caller: Caller) -> None:
        """Take a token of the caller, and of the client key the caller uses. Raises 429."""
        key = caller.key
        if key is None or key.permission_set != CLIENT_SDK:
            self._pay("caller", caller.name)
            return
        if caller.player is not None:
            self._pay("player", f"{caller.name}/player:{caller.player.player_id}")
        else:
            self._pay("stranger", f"{caller.name}/address:{self.address}")
        self._pay("client_key", caller.name, OF_CLIENT_KEY)

    def refused(self) -> None:
        """Charge the caller, not the client key or the address, for an attempt that is refused."""
        for payer, times in self._paying:
            if times == 1.0:
                self._limit.charge(payer, REFUSED_TOKENS)

    def waive(self) -> None:
        """Charge nothing beyond the tokens: the call lasts long, and its cost is bounded otherwise."""
        self._waived = True

    def counting(self, send: Send) -> Send:
        """`send`, counting the bytes of the answer."""

        async def counted(message: Message) -> None:
            self._bytes += len(message.get("body", b""))
            await send(message)

        return counted

    def counting_read(self, receive: Receive) -> Receive:
        """`receive`, counting the bytes of the request."""

        async def counted() -> Message:
            message = await receive()
            self._bytes += len(message.get("body", b""))
            return message

        return counted

    def settle(self, seconds: float) -> None:
        """Charge each bucket that gave a token what the call cost beyond it, unless that is waived; busy seconds."""
        if self._waived:
            return
        for caller, times in self._paying:
            token = ADDRESS_SECONDS if times == OF_ADDRESS else TOKEN_SECONDS
            self._limit.charge(caller, seconds / token + self._bytes / TOKEN_BYTES - 1, times)

    def _pay(self, kind: str, caller: str, times: float = 1.0) -> None:
        if wait := self._limit.wait(caller, times):
            self._refuse(kind, wait)
        self._paying.append((caller, times))

    def _refuse(self, kind: str, wait: float) -> NoReturn:
        self._refused[f"rate_{kind}"] += 1
        raise api_errors.too_many(wait)


def _mark(*shown: str) -> str:
    text = "\0".join(shown).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


class RateLimitGate:
    """Takes a token of the address before the routes, and charges the cost of the call after them.

    A 429 is sent after a pause, because ten thousand per second would slow down all other callers.
    """

    def __init__(self, app: ASGIApp, services: Services, free: frozenset[str]) -> None:
        """`free` are the paths that take no token."""
        self._app = app
        self._services = services
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in; raises 429."""
        cost = scope[CALL_COST] = CallCost(self._services, self._services.proxies.caller(scope))
        if scope["path"] in self._free:
            if cost.often():
                await asyncio.sleep(self._services.pause)
            await self._app(scope, receive, send)
            return
        try:
            cost.enter()
            work = self._app(scope, cost.counting_read(receive), cost.counting(send))
            metered = TimedCoroutine(_as_coroutine(work), self._services.busy_clock)
            try:
                await metered
            finally:
                cost.settle(metered.seconds)
        except RuleError as error:
            if error.code is Code.RATE_LIMITED:
                await asyncio.sleep(self._services.pause)
            raise


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work
