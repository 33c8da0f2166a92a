"""One request in progress: what a handler may ask of the request, the caller and the backend."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.requests import Request

from kraty_console.backend.auth.kept_credentials import KeptCredentials
from kraty_console.backend.auth.roles import GameRole
from kraty_console.backend.http.authentication import Caller
from kraty_console.backend.http.client_address import Proxies
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.event_streams import Streams
from kraty_console.backend.http.paths import decode_segment
from kraty_console.backend.http.rate_limit import RateLimit
from kraty_console.backend.http.request_body import MAX_BODY, MAX_CLIENT_BODY, read_body, read_fields
from kraty_console.backend.http.strict_json import text_fault
from kraty_console.backend.observability.call_events import Watch
from kraty_console.backend.observability.job_state import ScheduledJobs
from kraty_console.backend.rules.context import LIVE, Context, RuleResult, Surface, Tenant
from kraty_console.backend.rules.errors import invalid, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.rules.versions import named_versions
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

WEBHOOKS: Final = "webhooks"
"""The job that has something to look at after each change."""

_MOST_PARAMETERS: Final = 50
_LONGEST_PARAMETER: Final = 1024

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Services:
    """What a running backend has; time and ids come from here alone."""

    db: Database
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    rate_limit: RateLimit
    public_url: str = ""
    """The prefix of links in answers; if empty, links are relative to the backend."""
    own_origins: frozenset[str] = frozenset()
    """The origins whose pages may make changes by cookie: the backend's own address and the portal's."""
    proxies: Proxies = field(default_factory=Proxies)
    """The trusted proxies, whose `X-Forwarded-For` is read."""
    refused: Counter[str] = field(default_factory=Counter)
    """The number of calls refused without a log entry, by reason."""
    busy_clock: Callable[[], float] = time.thread_time
    """CPU seconds of the loop's thread; a call is charged for them."""
    pause: float = 0.25
    """Seconds by which the answer to a rate-limited call is delayed."""
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """For what would hold up the loop, and is done in a thread."""
    worker: ScheduledJobs | None = None
    """What runs beside HTTP; None where nothing does."""
    webhooks_to_private: bool = False
    """Let webhooks go to any address, and over plain http (development)."""
    watch: Watch | None = None
    """The listeners to calls, if any."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    """So many random bytes, for secrets of players and names from the pool."""
    streams: Streams = field(default_factory=Streams)
    """The streams of events that are open."""
    credentials: KeptCredentials = field(default_factory=KeptCredentials)
    """The credentials that were valid a moment ago."""


class ChangeBody(Protocol):
    """What every change says of itself."""

    @property
    def ticket(self) -> str | None: ...

    @property
    def idempotency_key(self) -> str | None: ...

    @property
    def reason(self) -> str | None: ...


@dataclass(slots=True)
class Call:
    """One request, after its caller is known and allowed."""

    services: Services
    request: Request
    request_id: str
    """The backend's own id; one that the caller chose is only repeated in the answer."""
    now_ms: int
    """Milliseconds since the epoch; one time for the whole call."""
    caller: Caller
    tenant: Tenant | None = None
    """The game the call is about; None where it is about none."""
    roles: list[GameRole] = field(default_factory=list)
    """The member's games in the studio of the path, on routes about a studio."""
    surface: Surface = "admin"
    address: str = ""
    """Where the call comes from."""
    repeatable: tuple[str, ...] = ()
    """The query parameters that may be given several times."""
    _query: Mapping[str, str] | None = None
    _repeated: Mapping[str, list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A segment of the path, decoded."""
        return decode_segment(self.request.path_params[name], name)

    def id(self, name: str, what: str) -> str:
        """A segment that is an internal id; anything else names nothing (404)."""
        text = decode_segment(self.request.path_params[name], name)
        if not is_id(text):
            not_found(what, text)
        return text

    def query(self, name: str) -> str | None:
        """A parameter of the query, None when it is not there or empty."""
        return self._parameters().get(name) or None

    def queries(self, name: str, most: int) -> tuple[str, ...]:
        """The values of a parameter that may be given several times, at most so often; empty ones are left out."""
        self._parameters()
        values = tuple(filter(None, self._repeated.get(name, ())))
        if len(values) > most:
            raise invalid(name, f"is given more than {most} times")
        return values

    def _parameters(self) -> Mapping[str, str]:
        if self._query is None:
            self._repeated = _parameters(self.request.scope["query_string"], self.repeatable)
            self._query = {name: values[0] for name, values in self._repeated.items()}
        return self._query

    def limit(self, default: int = DEFAULT_LIMIT) -> int:
        """`?limit=`, 1 to 200 (contract/README.md#limits)."""
        text = self._parameters().get("limit")
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
            raise invalid("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
        return int(text)

    @property
    def environment(self) -> str:
        """The environment of the call: that of the key, or the one that a member names."""
        if self.caller.key is not None:
            return self.caller.key.environment
        return self.query("environment") or LIVE

    @property
    def game(self) -> Tenant:
        """The game, on routes about one."""
        assert self.tenant is not None
        return self.tenant

    async def body(self, model: type[Model]) -> Model:
        """The request in the body; raises 400, 413 or 415 naming what is wrong."""
        headers = self.request.headers
        most = MAX_CLIENT_BODY if self.surface == "sdk" else MAX_BODY
        length, encoding = headers.get("content-length"), headers.get("content-encoding")
        body = await read_body(length, encoding, self.request.stream(), most)
        if len(body) <= MAX_CLIENT_BODY:
            return read_fields(body, model)
        async with self.services.heavy:  # one at a time in a thread, while the loop answers others
            return await asyncio.to_thread(read_fields, body, model)

    def context(self, body: ChangeBody | None = None, *, environment: str | None = None) -> Context:
        """The context of the rules."""
        return Context(
            tenant=self.game,
            environment=environment or self.environment,
            actor=self.caller.actor,
            request_id=self.request_id,
            now_ms=self.now_ms,
            new_id=self.services.new_id,
            reason=body.reason if body else None,
            ticket=body.ticket if body else None,
            idempotency_key=body.idempotency_key if body else None,
            surface=self.surface,
            public_url=self.services.public_url,
            random_bytes=self.services.random_bytes,
        )

    async def change(
        self, body: ChangeBody, rule: Callable[[Transaction, Context], Awaitable[RuleResult]]
    ) -> HandlerReply:
        """Run a rule in its own transaction and return its answer."""
        context = self.context(body)
        if self.surface == "admin":
            context = replace(context, versions=named_versions(self.request.headers.get("if-match")))
        answer = await self.services.db.run(lambda tx: rule(tx, context))
        if (worker := self.services.worker) is not None:
            worker.wake(WEBHOOKS)
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        return HandlerReply(answer.data, answer.status, headers=headers)


def _parameters(query_string: bytes, repeatable: Collection[str]) -> Mapping[str, list[str]]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise invalid("query", "is not UTF-8, percent-encoded") from None
    except ValueError:
        raise invalid("query", f"has more than {_MOST_PARAMETERS} parameters") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in values and name not in repeatable:
            raise invalid(name[:60], "is given twice")
        if fault := text_fault(name + value):
            raise invalid(name[:60], fault)
        if len(value) > _LONGEST_PARAMETER:
            raise invalid(name[:60], f"is longer than {_LONGEST_PARAMETER} characters")
        values.setdefault(name, []).append(value)
    return values
