"""The admin surface as a member's session sees it: reads are tried again for a short while, a write is sent once.

The models of an answer that a look-up does not need are imported by the call that needs them.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, urljoin

from kraty_console.client import routes
from kraty_console.client.fetched import Fetched, fetched, fetched_aside, shaped
from kraty_console.client.replies import Reply, data_of, error_of
from kraty_console.client.retries import Retries
from kraty_console.client.routes import CHANGES, Query, Route
from kraty_console.client.transport import BeforeSend, Timeouts, Transport
from kraty_console.contract.audit import AuditLink, AuditPage, AuditRow
from kraty_console.contract.calls import ActionKind, Call
from kraty_console.contract.errors import Invalid
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.players import SearchHit, SearchResult, Snapshot
from kraty_console.contract.secret import Credential
from kraty_console.contract.session import Health, Me
from kraty_console.contract.wire import Answer, Request, iso

if TYPE_CHECKING:
    from kraty_console.client.ahead import Ahead
    from kraty_console.contract.actions import Changed
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.timeline import TimelineKind, TimelinePage
    from kraty_console.contract.webhooks import DeliveryDetail, DeliveryPage, DeliveryReplayed, ReplayDelivery

A = TypeVar("A", bound=Answer)

SEARCH_LIMIT: Final = 8


@dataclass(frozen=True, slots=True)
class Delivered:
    """The answer of a change; `replayed` when the server had made it before under the same key."""

    answer: Changed
    replayed: bool
    request_id: str | None


class KratyClient:
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
        ahead: Ahead | None = None,
    ) -> None:
        """Opens nothing yet: the first call does.

        Args:
            base_url: The backend's address.
            credential: Who asks; None for what needs no session.
            studio_id: The studio turned to.
            game_id: The game turned to.
            environment: `live`, `test`, or another the studio has.
            audit_page: Where people look at an audit row, with `{studioId}`, `{gameId}`, `{auditId}` in it.
            timeout: How long an answer may take.
            sleep: Waits between tries.
            clock: Seconds that only go up.
            jitter: A number from 0 to 1, for the pause between tries.
            ahead: What was asked with this credential before the client was there.

        Raises:
            Invalid: the address is no address, or plain http to another machine.
        """
        self._transport = Transport(base_url, credential, timeouts=timeout, clock=clock, ahead=ahead)
        self._retries = Retries(sleep=sleep, clock=clock, jitter=jitter)
        self.base_url = self._transport.base_url
        self.studio_id = studio_id
        self.game_id = game_id
        self.environment = environment
        self._audit_page = audit_page
        self.last_ms: float | None = None
        """Milliseconds that the last answered call took."""

    def sign_in(self, credential: Credential) -> None:
        """Use another token from here on; calls under way keep theirs."""
        self._transport.sign_in(credential)

    def enter(self, studio_id: str, game_id: str, environment: str | None = None) -> None:
        """Turn to a game, for what is called from here on."""
        self.studio_id, self.game_id, self.environment = studio_id, game_id, environment

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def health(self) -> Health:
        """Whether the backend lives and what it keeps to; sends no token."""
        reply = await self._retries.run(lambda: self._exchange(routes.HEALTH, routes.HEALTH.target({}), anonymous=True))
        return shaped(Health, data_of(reply, write=False, enveloped=False), reply)

    async def me(self) -> Me:
        """Who the session belongs to, and where they may do what."""
        return (await self._get(Me, routes.ME, {})).value

    async def end_session(self) -> None:
        """Make the token worthless on the server."""
        reply = await self._exchange(routes.END_SESSION, routes.END_SESSION.target({}))
        if not 200 <= reply.status < 300:
            raise error_of(reply, write=True)

    async def search(self, query: str, limit: int = SEARCH_LIMIT) -> list[SearchHit]:
        """Players by id, e-mail or the beginning of an id, best first."""
        asked = {"query": query, "environment": self.environment, "limit": limit}
        return (await self._get(SearchResult, routes.SEARCH, self._game(), asked)).value.players

    async def snapshot(
        self, external_id: str, *, limit: int = DEFAULT_LIMIT, etag: str | None = None
    ) -> Fetched[Snapshot] | None:
        """Everything about a player; None when nothing changed since the answer that had this `etag`."""
        game = self._game()
        target = routes.snapshot_target(external_id, game["studio"], game["game"], self.environment, limit)
        headers = {"if-none-match": etag} if etag else None
        reply = await self._retries.run(lambda: self._exchange(routes.SNAPSHOT, target, headers=headers))
        return None if reply.status == 304 and etag else await fetched_aside(Snapshot, reply)

    async def timeline(
        self,
        external_id: str,
        *,
        kinds: Collection[TimelineKind] = (),
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> TimelinePage:
        """A page of what happened to a player, newest first; of every kind when none is named."""
        from kraty_console.contract.timeline import TimelinePage

        asked = {
            "environment": self.environment,
            "kinds": ",".join(kinds) or None,
            "cursor": cursor,
            "limit": limit,
        }
        return (await self._get(TimelinePage, routes.TIMELINE, {"player": external_id, **self._game()}, asked)).value

    async def catalog(self) -> Catalog:
        """What can be granted in this game."""
        from kraty_console.contract.catalog import Catalog

        return (await self._get(Catalog, routes.CATALOG, self._game())).value

    async def audit_log(
        self,
        *,
        player: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        ticket: str | None = None,
        outcome: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> AuditPage:
        """A page of the studio's audit log for this game, newest first."""
        game = self._game()
        asked: Query = {
            "gameId": game["game"],
            "player": player,
            "actor": actor,
            "action": action,
            "ticket": ticket,
            "outcome": outcome,
            "from": iso(since) if since else None,
            "to": iso(until) if until else None,
            "cursor": cursor,
            "limit": limit,
        }
        return (await self._get(AuditPage, routes.AUDIT_LOG, game, asked)).value

    async def audit_row(self, row_id: str) -> AuditRow:
        """One row of the audit log."""
        return (await self._get(AuditRow, routes.AUDIT_ROW, {"row": row_id, **self._game()})).value

    async def deliveries(
        self,
        *,
        player: str | None = None,
        event_name: str | None = None,
        status: str | None = None,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> DeliveryPage:
        """A page of what was sent to the game's webhook endpoints, newest first; `NotFound` where none are kept."""
        from kraty_console.contract.webhooks import DeliveryPage

        asked: Query = {
            "player": player,
            "eventName": event_name,
            "status": status,
            "environment": self.environment,
            "cursor": cursor,
            "limit": limit,
        }
        return (await self._get(DeliveryPage, routes.DELIVERIES, self._game(), asked)).value

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """One delivery, with its attempts and what it tells."""
        from kraty_console.contract.webhooks import DeliveryDetail

        return (await self._get(DeliveryDetail, routes.DELIVERY, {"delivery": delivery_id, **self._game()})).value

    async def replay(self, delivery_id: str, request: ReplayDelivery) -> DeliveryReplayed:
        """Send a delivery again: asked for once; the same id and data, at once."""
        from kraty_console.contract.webhooks import DeliveryReplayed

        route = CHANGES[ActionKind.REPLAY_DELIVERY]
        target = route.target({"target": delivery_id, **self._game()}, {"environment": self.environment})
        answer = (await self.deliver(ActionKind.REPLAY_DELIVERY, target, json_bytes(request))).answer
        assert isinstance(answer, DeliveryReplayed)
        return answer

    async def send(self, call: Call) -> Changed:
        """Make a change: sent once, never again by itself. `Writer.perform` journals it first; use that."""
        return (await self.deliver(call.kind, self.path_of(call), json_body(call))).answer

    def path_of(self, call: Call) -> str:
        """The path and query a change is posted to.

        Raises:
            Invalid: an id in it cannot be sent.
        """
        game = self._game()
        return routes.change_target(call, studio=game["studio"], game=game["game"], environment=self.environment)

    async def deliver(
        self, kind: ActionKind, path: str, body: bytes, *, before_send: BeforeSend | None = None
    ) -> Delivered:
        """Send a change as it stands; `before_send` is awaited just before its first byte leaves."""
        from kraty_console.client.answers import ANSWERS

        reply = await self._exchange(CHANGES[kind], path, body=body, before_send=before_send)
        answer = shaped(ANSWERS[kind], data_of(reply, write=True), reply, write=True)
        replayed = reply.headers.get("idempotent-replayed", "").lower() == "true"
        return Delivered(answer, replayed, reply.request_id)

    def audit_url(self, link: AuditLink | AuditRow) -> str:
        """The address of an audit row, to be pasted into a ticket: the page for people where one is known."""
        if self._audit_page is not None:
            ids = {"studioId": self.studio_id or "", "gameId": self.game_id or "", "auditId": link.id}
            return re.sub(r"\{(\w+)\}", lambda named: quote(ids[named[1]], safe=""), self._audit_page)
        said = link.url if isinstance(link, AuditLink) else ""
        if not said:
            return self.base_url + routes.AUDIT_ROW.target({"row": link.id, **self._game()})
        return urljoin(self.base_url + "/", said)

    async def _get(
        self, shape: type[A], route: Route, segments: Mapping[str, str], query: Query | None = None
    ) -> Fetched[A]:
        target = route.target(segments, query)
        reply = await self._retries.run(lambda: self._exchange(route, target))
        return fetched(shape, reply)

    async def _exchange(self, route: Route, target: str, **more: Any) -> Reply:  # noqa: ANN401
        reply = await self._transport.exchange(route.method, target, **more)
        self.last_ms = reply.elapsed_ms
        return reply

    def _game(self) -> dict[str, str]:
        if not self.studio_id or not self.game_id:
            raise Invalid("No game is chosen: name its studio and game.")
        return {"studio": self.studio_id, "game": self.game_id}


def json_body(call: Call) -> bytes:
    """The bytes of a change's body; the same call gives the same bytes, so that a resend equals the first."""
    return json_bytes(call.request)


def json_bytes(request: Request) -> bytes:
    """A request as it is sent."""
    return json.dumps(request.body(), ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
