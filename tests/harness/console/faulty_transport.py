"""The wire between console and backend, and what can go wrong on it: answers held back, replaced, or lost."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

App = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]


@dataclass
class SentRequest:
    """One received request."""

    method: str
    target: str
    """Path and query, decoded."""
    body: dict[str, Any]
    headers: dict[str, str] = field(compare=False)
    """By name in lower case; the same request asked again is equal, though its request id is another."""


@dataclass
class Fault:
    """What happens to requests of one kind; `times` of them, or all when it is None."""

    method: str
    part: str
    """What the decoded target holds."""
    act: Callable[[App, Mapping[str, Any], Any, Any], Awaitable[None]]
    times: int | None = None
    met: int = 0

    def takes(self, asked: SentRequest) -> bool:
        fits = asked.method == self.method and self.part in asked.target
        if not fits or (self.times is not None and self.met >= self.times):
            return False
        self.met += 1
        return True

    def before(self, app: App, asked: SentRequest) -> App:
        """What happens to a request, and behind it what would have happened otherwise."""

        async def step(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            await (self.act(app, scope, receive, send) if self.takes(asked) else app(scope, receive, send))

        return step

    def mend(self) -> None:
        """From now on nothing happens any more."""
        self.times = 0


class Hold:
    """Keeps requests waiting until it is let go; they are answered then."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gone = asyncio.Event()
        self._open = False

    async def act(self, app: App, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self.arrived.set()
        if not self._open:
            await self._gone.wait()
        await app(scope, receive, send)

    def let_go(self) -> None:
        self._open = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._gone.set)


@dataclass
class FaultyTransport:
    """An ASGI layer around the backend; of several faults the last one made is met first."""

    asked: list[SentRequest] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    """What goes wrong now, the newest first."""
    _holds: list[Hold] = field(default_factory=list)

    def around(self, app: App) -> App:
        async def layer(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            scope = {**scope, "connection": receive.__self__.transport}  # uvicorn's own cycle of request and response
            body, receive = await _whole(receive)
            query = scope["query_string"].decode("ascii")
            target = unquote(scope["raw_path"].decode("ascii").partition("?")[0]) + (
                f"?{unquote(query)}" if query else ""
            )
            headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            asked = SentRequest(scope["method"], target, json.loads(body) if body else {}, headers)
            self.asked.append(asked)
            step = app
            for fault in reversed(self.faults):
                step = fault.before(step, asked)
            await step(scope, receive, send)

        return layer

    # -- what goes wrong -----------------------------------------------------------------------------------------

    def answers(
        self,
        method: str,
        part: str,
        status: int,
        code: str = "",
        message: str = "",
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        times: int | None = None,
    ) -> Fault:
        """Another answer in place of the backend's."""
        error = {"code": code, "message": message, "details": {"requestId": "req-77", **(details or {})}}
        content = json.dumps({"data": data} if data is not None else {"error": error}).encode()

        async def act(app: App, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            del app, receive
            own = {name: value for name, value in scope["headers"] if name == b"x-request-id"}
            given = {"content-type": "application/json", **(headers or {})}
            given.update({name.decode(): value.decode() for name, value in own.items()})
            listed = [(name.encode(), value.encode()) for name, value in given.items()]
            await send({"type": "http.response.start", "status": status, "headers": listed})
            await send({"type": "http.response.body", "body": content})

        return self._fault(Fault(method, part, act, times))

    def holds(self, method: str, part: str, *, times: int | None = None) -> Hold:
        """Requests wait until the hold is let go."""
        hold = Hold()
        self._holds.append(hold)
        self._fault(Fault(method, part, hold.act, times))
        return hold

    def cuts(self, method: str, part: str, *, after: bool = False, times: int | None = None) -> Fault:
        """The connection dies without an answer; `after` the backend handled the request, else before."""

        async def act(app: App, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            if after:

                async def into_nothing(message: Any) -> None:
                    del message

                await app(scope, receive, into_nothing)
            scope["connection"].abort()
            while (await receive())["type"] != "http.disconnect":
                pass

        return self._fault(Fault(method, part, act, times))

    def _fault(self, fault: Fault) -> Fault:
        self.faults.insert(0, fault)
        return fault

    def let_all_go(self) -> None:
        """At the end nothing waits."""
        for hold in self._holds:
            hold.let_go()

    def mend_all(self) -> None:
        """From now on nothing goes wrong any more."""
        self.faults.clear()
        self.let_all_go()
        self._holds.clear()

    # -- what was asked ------------------------------------------------------------------------------------------

    def count(self, method: str, part: str) -> int:
        """The number of requests of a kind."""
        return len(self.of(method, part))

    def of(self, method: str, part: str) -> list[SentRequest]:
        """The requests of a kind."""
        return [each for each in self.asked if each.method == method and part in each.target]

    @property
    def changes(self) -> list[SentRequest]:
        """Everything that was sent to change something."""
        return [each for each in self.asked if each.method != "GET"]


async def _whole(receive: Any) -> tuple[bytes, Any]:
    """The body of a request, and a `receive` that gives it once more."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = False

    async def again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, again
