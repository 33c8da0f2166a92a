"""What a call pays: a token before anything is looked up, one when its caller is known, the rest when its cost is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kraty_console.backend.api import refusals
from kraty_console.backend.api.callers import Caller
from kraty_console.backend.api.calls import Services
from kraty_console.backend.api.rate_limit import (
    ADDRESS_SECONDS,
    OF_ADDRESS,
    OF_BAD,
    OF_CLIENT_KEY,
    REFUSED_TOKENS,
    TOKEN_BYTES,
    TOKEN_SECONDS,
    Metered,
)
from kraty_console.backend.auth.keys import CLIENT_SDK
from kraty_console.backend.engine.errors import RuleError
from kraty_console.contract.errors import Code

TOLL: Final = "kraty.toll"
"""Where a request's scope keeps what it pays."""


class Toll:
    """The tokens of one call."""

    def __init__(self, services: Services, address: str) -> None:
        self.address = address
        self._limit = services.rate_limit
        self._refused = services.refused
        self._paying: list[tuple[str, float]] = []
        """Who pays what the call costs beyond its tokens, and the size of their buckets."""
        self._known = False
        self._waived = False
        self._bytes = 0

    def enter(self) -> None:
        """The address pays, before anything is looked up. Raises 429."""
        self._pay("address", f"address:{self.address}", OF_ADDRESS)

    def often(self) -> bool:
        """Whether the address asks for what is free more often than anybody needs to; it is answered all the same."""
        return bool(self._limit.wait(f"free:{self.address}"))

    @contextmanager
    def trying(self, *shown: str) -> Iterator[None]:
        """Look up what a caller showed: credential, and what else tells who it is.

        A credential that nobody has is counted against its address, and after many no more is tried; one that was good
        lately is looked up in any case. Whoever was here before and has no token left is refused before the look-up.
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
        """The credential is somebody's."""
        self._known = True

    def take(self, caller: Caller) -> None:
        """The caller pays, and what they belong to. Raises 429."""
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
        """The caller, not what they belong to, pays for an attempt that is refused."""
        for payer, times in self._paying:
            if times == 1.0:
                self._limit.charge(payer, REFUSED_TOKENS)

    def waive(self) -> None:
        """Charge nothing beyond the tokens: the call lasts long, and its cost is bounded otherwise."""
        self._waived = True

    def counting(self, send: Send) -> Send:
        """Pass an answer on, and count its bytes."""

        async def counted(message: Message) -> None:
            self._bytes += len(message.get("body", b""))
            await send(message)

        return counted

    def counting_read(self, receive: Receive) -> Receive:
        """Read a request, and count its bytes."""

        async def counted() -> Message:
            message = await receive()
            self._bytes += len(message.get("body", b""))
            return message

        return counted

    def settle(self, seconds: float) -> None:
        """Everybody who paid a token pays what the call cost beyond it, unless that is waived."""
        if self._waived:
            return
        for caller, times in self._paying:
            token = ADDRESS_SECONDS if times == OF_ADDRESS else TOKEN_SECONDS
            self._limit.charge(caller, seconds / token + self._bytes / TOKEN_BYTES - 1, times)

    def _pay(self, who: str, caller: str, times: float = 1.0) -> None:
        if wait := self._limit.wait(caller, times):
            self._refuse(who, wait)
        self._paying.append((caller, times))

    def _refuse(self, who: str, wait: float) -> NoReturn:
        self._refused[f"rate_{who}"] += 1
        raise refusals.too_many(wait)


def _mark(*shown: str) -> str:
    text = "\0".join(shown).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


class Gate:
    """Stands before the routes: an address pays before anything is looked for, and all who paid for what it cost.

    Whoever is refused for having paid too little hears of it after a pause: to say no costs little, and ten thousand
    times a second it would cost everybody else their turn.
    """

    def __init__(self, app: ASGIApp, services: Services, free: frozenset[str]) -> None:
        """`free` are the paths for which nothing is paid."""
        self._app = app
        self._services = services
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in; raises 429."""
        toll = scope[TOLL] = Toll(self._services, self._services.proxies.caller(scope))
        if scope["path"] in self._free:
            if toll.often():
                await asyncio.sleep(self._services.pause)
            await self._app(scope, receive, send)
            return
        try:
            toll.enter()
            work = self._app(scope, toll.counting_read(receive), toll.counting(send))
            metered = Metered(_as_coroutine(work), self._services.busy_clock)
            try:
                await metered
            finally:
                toll.settle(metered.seconds)
        except RuleError as error:
            if error.code is Code.RATE_LIMITED:
                await asyncio.sleep(self._services.pause)
            raise


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work
