"""What a call pays: a token before anything is looked up, one when its caller is known, the rest when its cost is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Message, Receive, Send

from kraty_console.backend.api import refusals
from kraty_console.backend.api.callers import Caller
from kraty_console.backend.api.calls import Services
from kraty_console.backend.api.rate_limit import (
    ADDRESS_SECONDS,
    OF_ADDRESS,
    OF_BAD,
    OF_CLIENT_KEY,
    TOKEN_BYTES,
    TOKEN_SECONDS,
)
from kraty_console.backend.auth.keys import CLIENT_SDK
from kraty_console.backend.engine.errors import RuleError


class Toll:
    """The tokens of one call."""

    def __init__(self, services: Services, address: str) -> None:
        self.address = address
        self._limit = services.rate_limit
        self._refused = services.refused
        self._paying: list[tuple[str, float]] = []
        """Who pays what the call costs beyond its tokens, and the size of their buckets."""
        self._known = False
        self._bytes = 0

    def enter(self) -> None:
        """The address pays, before anything is looked up. Raises 429."""
        self._pay("address", f"address:{self.address}", OF_ADDRESS)

    @contextmanager
    def trying(self, credential: str) -> Iterator[None]:
        """Look a credential up: one that nobody has is counted against its address, and after many no more is tried.

        One that was good lately is looked up in any case. Raises 429.
        """
        bad, mark = f"bad:{self.address}", _mark(credential)
        known = self._limit.knows(mark)
        if not known and (wait := self._limit.wait(bad, OF_BAD, cost=0)):
            self._refused["rate_bad_credentials"] += 1
            raise refusals.too_many(wait)
        try:
            yield
        except RuleError as error:
            if not self._known and error.status == 401:
                self._refused["bad_credential"] += 1
                self._limit.charge(bad, 1, OF_BAD)
                self._limit.forget(mark)
            raise
        finally:
            if self._known and not known:
                self._limit.know(mark)

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
        """Everybody who paid a token pays what the call cost beyond it."""
        for caller, times in self._paying:
            token = ADDRESS_SECONDS if times == OF_ADDRESS else TOKEN_SECONDS
            self._limit.charge(caller, seconds / token + self._bytes / TOKEN_BYTES - 1, times)

    def _pay(self, who: str, caller: str, times: float = 1.0) -> None:
        if wait := self._limit.wait(caller, times):
            self._refused[f"rate_{who}"] += 1
            raise refusals.too_many(wait)
        self._paying.append((caller, times))


def _mark(credential: str) -> str:
    return hashlib.blake2b(credential.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
