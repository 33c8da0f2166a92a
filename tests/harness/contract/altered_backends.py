"""Kraties that differ from the embedded one, as ASGI layers around it: other routes and fields, no memory for keys."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from kraty_console.config.profiles import Profile
from kraty_console.contract.operations import OPERATIONS, Operation

App = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]


@dataclass
class Sent:
    """A received request, undecoded."""

    method: str
    target: str
    body: bytes


@dataclass
class Moved:
    """A Kraty whose changes are where a profile says, with fields of other names; at their usual places is nothing."""

    profile: Profile
    place: dict[str, str] = field(default_factory=dict)
    """The ids of studio and game, which its paths need not name."""
    sent: list[Sent] = field(default_factory=list)
    """Every change that was asked for."""

    def around(self, app: App) -> App:
        async def layer(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            body, path = await whole(receive), scope["raw_path"].decode("ascii").partition("?")[0]
            if scope["method"] != "GET":
                query = scope["query_string"].decode("ascii")
                self.sent.append(Sent(scope["method"], f"{path}?{query}" if query else path, body))
            for operation, setting in self.profile.routes.items():
                usual = OPERATIONS[Operation(operation)]
                if scope["method"] == usual.method and _names(usual.path, path) is not None:
                    return await _nothing_here(scope, send)
                if scope["method"] == setting.method and (names := _names(setting.path, path)) is not None:
                    return await app(*self._usual(scope, operation, names, body), send)
            return await app(scope, again(body), send)

        return layer

    def _usual(
        self, scope: Mapping[str, Any], operation: str, names: Mapping[str, str], body: bytes
    ) -> tuple[Mapping[str, Any], Any]:
        """The request as the contract has it."""
        usual = OPERATIONS[Operation(operation)]
        called = {own: name for name, own in self.profile.fields.of(operation).items()}
        plain: dict[str, Any] = json.loads(body)
        assert not set(plain) & set(called.values()), "a field under its usual name"
        said = {called.get(name, name): value for name, value in plain.items()}
        ids = {**self.place, **names}
        ids |= {name: said.pop(name) for name in re.findall(r"\{(\w+)\}", usual.path) if name not in ids}
        if operation == Operation.MANUAL_GRANT:
            said["externalPlayerId"] = said.get("externalPlayerId", ids.get("externalPlayerId"))
        path = usual.path.format_map({name: quote(value, safe="") for name, value in ids.items()})
        return with_body({**scope, "method": usual.method, "path": unquote(path), "raw_path": path.encode()}, said)


@dataclass
class Forgetful:
    """A Kraty that keeps no idempotency keys and does not say that it does."""

    records_keys: bool
    """Whether its records still show the key that was sent; else they show one that nobody sent."""

    def around(self, app: App) -> App:
        async def layer(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
            body = await whole(receive)
            if scope["path"] == "/admin/v1/health":
                return await app(scope, again(body), _without_features(send))
            if scope["method"] == "POST" and not self.records_keys:
                said = {**json.loads(body), "idempotencyKey": str(uuid.uuid4())}
                return await app(*with_body(scope, said), send)
            return await app(scope, again(body), send)

        return layer


def _names(template: str, path: str) -> dict[str, str] | None:
    """What a path names, where it is one of a template."""
    found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
    return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


async def whole(receive: Any) -> bytes:
    """The body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def again(body: bytes) -> Any:
    """A `receive` that gives a body, once."""

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    return receive


def with_body(scope: Mapping[str, Any], said: object) -> tuple[Mapping[str, Any], Any]:
    """The request with another body."""
    body = json.dumps(said).encode()
    headers = [each for each in scope["headers"] if each[0] != b"content-length"]
    return {**scope, "headers": [*headers, (b"content-length", b"%d" % len(body))]}, again(body)


def _without_features(send: Any) -> Any:
    start: dict[str, Any] = {}

    async def step(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        told = json.loads(message["body"])
        del told["features"]
        body = json.dumps(told).encode()
        headers = [each for each in start["headers"] if each[0] != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
        await send({**message, "body": body})

    return step


async def _nothing_here(scope: Mapping[str, Any], send: Any) -> None:
    content = b'{"error": {"code": "not_found", "message": "nothing here"}}'
    headers = [each for each in scope["headers"] if each[0] == b"x-request-id"]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": content})
