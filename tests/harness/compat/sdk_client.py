"""A client that behaves on the wire as the published SDKs do, and no further
(contract/SERVER.md#sdk-compatibility, contract/README.md#rate-limits-and-retries)."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.harness.compat import typed_answers

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
TRIES = 4

SERVER_NAME = "@kraty/server-sdk/0.6.0"
CLIENT_NAME = "@kraty/sdk/0.19.0"

_KEYS = count()


class ApiError(Exception):
    """A refusal, or on the surface of games a success that carries an error."""

    def __init__(self, status: int, code: str, message: str, details: Any) -> None:
        super().__init__(f"[{status}] {code}: {message}")
        self.status = status
        self.code = code
        self.details = details


@dataclass(frozen=True)
class Try:
    """One time that a call was sent."""

    body: bytes | None
    status: int | None
    """None when the answer was lost on its way."""


@dataclass
class Sdk:
    """Calls with one key, and the secret of one player once it is known."""

    port: int
    key: str
    name: str
    """`x-kraty-sdk`."""
    secret: str | None = None
    wait: Callable[[float], None] = lambda _seconds: None
    lose: int = 0
    """So many answers are lost on their way, the first ones."""
    tries: list[Try] = field(default_factory=list)
    status: int = 0
    """Of the last answer."""

    def data(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What is under `data`."""
        return self.request(method, path, body)["data"]

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The whole answer; tried again where that may help, with the same key and the same bytes."""
        sent = self._stamped(method, body)
        text = None if sent is None else json.dumps(sent).encode()
        for number in range(1, TRIES + 1):
            found = self._once(method, path, text)
            self.tries.append(Try(text, None if found is None else found.status))
            if found is not None and found.status not in RETRIED:
                told = self._told(found)
                typed_answers.check(method, path, told)
                return told
            if number < TRIES:
                after = None if found is None else found.headers.get("retry-after")
                self.wait(float(after) if after else 0.2 * 2 ** (number - 1))
        if found is None:
            raise ConnectionError(path)
        return self._told(found)

    def _stamped(self, method: str, body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Every body that is posted has a key, also where none is documented; one that is there stays."""
        if method not in ("POST", "PUT", "PATCH"):
            return body
        return {"idempotencyKey": f"made up {next(_KEYS)}", **(body or {})}

    def _once(self, method: str, path: str, text: bytes | None) -> _Found | None:
        headers = {"authorization": f"Bearer {self.key}", "accept": "application/json", "x-kraty-sdk": self.name}
        if text is not None:
            headers["content-type"] = "application/json"
        if self.secret is not None:
            headers["x-player-secret"] = self.secret
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, text, headers)
            with connection.getresponse() as answer:
                told = {name.lower(): value for name, value in answer.getheaders()}
                found = _Found(answer.status, told, answer.read())
        finally:
            connection.close()
        if self.lose:
            self.lose -= 1
            return None
        self.status = found.status
        return found

    def _told(self, found: _Found) -> Any:
        told = json.loads(found.text) if found.text else None
        error = told.get("error") if isinstance(told, dict) else None
        fails = not 200 <= found.status < 300 or (self.name == CLIENT_NAME and error is not None)
        if not fails:
            return told
        error = error or {"code": "internal_error", "message": "no envelope"}
        raise ApiError(found.status, error["code"], error["message"], error.get("details"))


@dataclass(frozen=True)
class _Found:
    status: int
    headers: Mapping[str, str]
    text: bytes


def refusal(call: Callable[[], Any]) -> ApiError:
    """The refusal of a call that must be refused."""
    try:
        told = call()
    except ApiError as error:
        return error
    raise AssertionError(f"not refused: {told}")
