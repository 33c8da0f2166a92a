"""The client of the admin surface, for a member's session: reads are retried briefly, a write is sent once.

Four of its operations are public; whether a backend has the others is learned from its answers (`capabilities`).
The models of its answers are those of the table of operations; one is imported with the first call that needs it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urljoin

from kraty_console.client.admin_reads import AdminReads
from kraty_console.client.background_parsing import fetched_in_thread
from kraty_console.client.capabilities import REQUEST_IDS, Capabilities, Support, find_route
from kraty_console.client.change_responses import changed
from kraty_console.client.connection import BeforeSend
from kraty_console.client.detection import Detector
from kraty_console.client.fetched import Fetched, parse_data
from kraty_console.client.replies import (
    DEFAULT_RETRY_AFTER,
    HttpReply,
    check_refusal,
    data_of,
    error_of,
    not_from_kraty,
)
from kraty_console.client.retries import RetryPolicy
from kraty_console.client.routes import ClientRoute, Query, RouteTable
from kraty_console.client.transport import Timeouts, Transport
from kraty_console.contract.audit import AuditLink, AuditRow
from kraty_console.contract.calls import ChangeRequest
from kraty_console.contract.errors import BadAnswer, Invalid, KratyError, OperationMissing
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.operations import GAME_IDS, OPERATIONS, Operation, model_of
from kraty_console.contract.players import Snapshot
from kraty_console.contract.secret import Credential
from kraty_console.contract.session import Health, Me

if TYPE_CHECKING:
    from kraty_console.client.connection import ConnectionSettings
    from kraty_console.client.prefetcher import Prefetcher
    from kraty_console.client.request_pace import RequestPace
    from kraty_console.client.server_clock import ServerClock
    from kraty_console.contract.actions import Changed

KEEPS_KEYS: Final = "idempotency-keys"
"""The feature in a backend's health that promises idempotency."""


@dataclass(frozen=True, slots=True)
class ChangeResponse:
    """The answer to a change; `replayed` if it was already applied under the same key."""

    answer: Changed
    replayed: bool
    request_id: str | None


class PreparedChange(NamedTuple):
    """A change ready to be journaled and sent."""

    path: str
    """Path and query, after the method if that is not POST."""
    body: bytes
    version: str | None = None
    """The version of the row, if it is known."""


class KratyClient(AdminReads):
    """One member's view of one game; every call may raise a `KratyError`."""

    def __init__(
        self,
        base_url: str,
        credential: Credential | None,
        *,
        studio_id: str | None = None,
        game_id: str | None = None,
        environment: str | None = None,
        audit_page: str | None = None,
        timeout: Timeouts | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        ahead: Prefetcher | None = None,
        routes: RouteTable | None = None,
        capabilities: Capabilities | None = None,
        connection: ConnectionSettings | None = None,
        server_clock: ServerClock | None = None,
    ) -> None:
        """The connection is opened by the first call.

        Args:
            base_url: The backend's address.
            credential: The session; None for calls that need none.
            studio_id: The selected studio.
            game_id: The selected game.
            environment: `live`, `test`, or another of the studio.
            audit_page: The portal's URL of an audit row, with `{studioId}`, `{gameId}`, `{auditId}` in it.
            timeout: The time limit for an answer, in seconds.
            sleep: Waits between attempts.
            clock: A monotonic clock, in seconds.
            jitter: Returns a random number from 0 to 1, for the delay between attempts.
            ahead: Requests that were already sent with this credential.
            routes: The routes of the operations; the contract's by default.
            capabilities: What is known about the backend; updated by every answer.
            connection: Fixed headers, cookie name and client certificate.
            server_clock: Updated by every answer.

        Raises:
            Invalid: the address is not valid.
        """
        self._transport = Transport(
            base_url, credential, server_clock, timeouts=timeout, clock=clock, ahead=ahead, connection=connection
        )
        self._retries = RetryPolicy(sleep=sleep, clock=clock, jitter=jitter)
        self._routes = routes or RouteTable()
        self.capabilities = capabilities or Capabilities()
        self.base_url = self._transport.base_url
        self.studio_id = studio_id
        self.game_id = game_id
        self.environment = environment
        self._audit_page = audit_page
        self._detector = Detector(self, self._routes, self.capabilities)
        self.pace: RequestPace | None = None
        """Holds back the requests of many tasks at a rate limit; None if only a person asks."""
        self.last_ms: float | None = None
        """Duration of the last answered call, in milliseconds."""

    def sign_in(self, credential: Credential) -> None:
        """Use another token from now on; calls in progress keep theirs."""
        self._transport.sign_in(credential)

    def enter(self, studio_id: str, game_id: str, environment: str | None = None) -> None:
        """Select a game for later calls."""
        self.studio_id, self.game_id, self.environment = studio_id, game_id, environment

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def health(self) -> Health:
        """The backend's health and features; sends no token."""
        route = self._routes.route(Operation.HEALTH)
        reply = await self._retries.run(lambda: self._exchange(route, route.target({}), anonymous=True))
        health = parse_data(Health, data_of(reply, write=False, enveloped=False), reply)
        self.capabilities.answers_as_kraty = True
        return health

    async def me(self) -> Me:
        """The member of the session, with games and roles.

        Raises:
            OperationMissing: the backend has no such route.
        """
        me: Me = await self.get(Operation.ME, {})
        return me

    async def end_session(self) -> None:
        """Revoke the session on the server."""
        route = self.route_of(Operation.END_SESSION)
        reply = await self._exchange(route, route.target({}))
        if not 200 <= reply.status < 300:
            raise error_of(reply, write=True)

    async def snapshot(
        self, external_id: str, *, limit: int = DEFAULT_LIMIT, etag: str | None = None
    ) -> Fetched[Snapshot] | None:
        """The snapshot of a player; None if it is unchanged since the answer with this `etag`."""
        target = self.snapshot_target(external_id, limit)
        headers = {"if-none-match": etag} if etag else None
        route = self.route_of(Operation.PLAYER)
        reply = await self._retries.run(lambda: self._exchange(route, target, headers=headers))
        await self._detector.learn(Operation.PLAYER, reply, [external_id])
        return None if reply.status == 304 and etag else await fetched_in_thread(Snapshot, reply)

    def snapshot_target(self, external_id: str, limit: int = DEFAULT_LIMIT) -> str:
        """The path and query of a look-up; equal arguments give equal text.

        Raises:
            Invalid: an id in it cannot be sent, or no game is chosen.
        """
        return self._routes.player_target(external_id, self.game_ids(), self.environment, limit)

    async def send(self, call: ChangeRequest) -> Changed:
        """Send a change once, without retries. Use `Writer.perform` instead, which journals it first."""
        return (await self.deliver(call.operation, *self.prepare(call))).answer

    def prepare(self, call: ChangeRequest) -> PreparedChange:
        """Prepare a change for journal and server; equal calls give equal bytes, as a resend requires.

        Raises:
            Invalid: an id in it cannot be sent, or no game is chosen.
            OperationMissing: this backend is known to have no route for it.
        """
        if self.capabilities.of(call.operation) is Support.MISSING:
            self.route_of(call.operation)
        game = self.game_ids()
        route, target, body = self._routes.change(
            call, studio=game["studioId"], game=game["gameId"], environment=self.environment
        )
        path = target if route.method == "POST" else f"{route.method} {target}"
        return PreparedChange(path, json_bytes(body), None if call.version is None else str(call.version))

    async def deliver(
        self,
        operation: Operation,
        path: str,
        body: bytes,
        version: str | None = None,
        *,
        before_send: BeforeSend | None = None,
    ) -> ChangeResponse:
        """Send a prepared change; `before_send` is awaited just before the first byte is sent."""
        method, _, target = path.rpartition(" ")
        route, headers = ClientRoute(method or "POST", ""), version_header(version)
        reply = await self._exchange(route, target, body=body, headers=headers, before_send=before_send)
        echoes = self.capabilities.of(REQUEST_IDS) is Support.AVAILABLE
        check_refusal(reply, echoes=echoes)
        if reply.status < 300 and echoes and not reply.echoes_id:
            raise BadAnswer(not_from_kraty(reply.status), status=reply.status, maybe_applied=True)
        if reply.status < 500:
            self._detector.learn_change(operation, reply)
        answer = changed(operation, data_of(reply, write=True), reply)
        replayed = reply.headers.get("idempotent-replayed", "").lower() == "true"
        return ChangeResponse(answer, replayed, reply.request_id)

    async def keeps_keys(self, operation: Operation, age_seconds: float) -> bool:
        """Whether the server still keeps the key of a change sent `age_seconds` ago, so that a resend is safe."""
        del operation, age_seconds
        return KEEPS_KEYS in (await self.health()).features

    # -- capabilities of the backend -----------------------------------------------------------------------------------

    def route_of(self, operation: Operation) -> ClientRoute:
        """The route of an operation.

        Raises:
            OperationMissing: the backend is known not to have it.
        """
        return find_route(operation, self._routes, self.capabilities)

    async def detect(self) -> None:
        """Detect which operations the backend has, without sending a write."""
        await self._detector.detect()

    async def explain_missing(
        self, operation: Operation, path: str, player: str, error: KratyError
    ) -> OperationMissing | None:
        """Whether a change got a 404 because its route is missing, although its object exists."""
        return await self._detector.explain_missing(operation, path, player, error)

    async def ask(self, route: ClientRoute, target: str, **more: Any) -> HttpReply:  # noqa: ANN401 (the options of a transport)
        """Send one GET and return the answer, with any status."""
        return await self._exchange(route, target, **more)

    def audit_url(self, link: AuditLink | AuditRow) -> str:
        """The URL of an audit row for a ticket: the portal's page, if configured."""
        if self._audit_page is not None:
            ids = {"studioId": self.studio_id or "", "gameId": self.game_id or "", "auditId": link.id}
            return re.sub(r"\{(\w+)\}", lambda named: quote(ids[named[1]], safe=""), self._audit_page)
        url = link.url if isinstance(link, AuditLink) else ""
        if not url:
            return self.base_url + self._routes.route(Operation.AUDIT_ROW).target(
                {"auditId": link.id, **self.game_ids()}
            )
        return urljoin(self.base_url + "/", url)

    async def get(self, operation: Operation, segments: Mapping[str, str], query: Query | None = None) -> Any:  # noqa: ANN401 (the operation's answer)
        """Send a read and parse the answer into the model of the operation."""
        route = self.route_of(operation)
        target = route.target(segments, query)
        reply = await self._retries.run(lambda: self._exchange(route, target))
        named = [value for name, value in segments.items() if name not in GAME_IDS]
        await self._detector.learn(operation, reply, named)
        return (await fetched_in_thread(model_of(OPERATIONS[operation].answer), reply)).value

    async def _exchange(self, route: ClientRoute, target: str, **more: Any) -> HttpReply:  # noqa: ANN401
        if self.pace is not None:
            await self.pace.passed()
        reply = await self._transport.exchange(route.method, target, **more)
        if self.pace is not None and reply.status == 429:
            self.pace.hold(DEFAULT_RETRY_AFTER if reply.retry_after is None else reply.retry_after)
        if reply.echoes_id:
            self.capabilities.learn(REQUEST_IDS, Support.AVAILABLE)
        self.last_ms = reply.elapsed_ms
        return reply

    def game_ids(self) -> dict[str, str]:
        """The ids of studio and game, for routes.

        Raises:
            Invalid: no game is selected.
        """
        if not self.studio_id or not self.game_id:
            raise Invalid("No game is selected: give studio and game.")
        return {"studioId": self.studio_id, "gameId": self.game_id}


def version_header(version: str | None) -> dict[str, str]:
    """`If-Match` with the version of a row (contract/README.md#versions); none if it is unknown or cannot be sent.

    Whatever a backend sends as a version goes back to it unchanged; only what no header can hold is left out.
    """
    if version is None or not re.fullmatch(r"[\x21\x23-\x7e]+", version):
        return {}
    return {"if-match": f'"{version}"'}


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """The JSON bytes of a request."""
    return json.dumps(body, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
