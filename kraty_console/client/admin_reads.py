"""The reads of the admin surface, as methods of its client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kraty_console.client.routes import Query
from kraty_console.contract.audit import AuditPage, AuditRow
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.operations import PLAYER_LISTS, Operation, PlayerListName
from kraty_console.contract.players import SearchHit, SearchResult
from kraty_console.contract.wire import iso

if TYPE_CHECKING:
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.fault_kinds import FaultKind
    from kraty_console.contract.faults import FaultPage
    from kraty_console.contract.notes import NotePage
    from kraty_console.contract.player_lists import ListOrder, PlayerListPage
    from kraty_console.contract.resolve import Resolved
    from kraty_console.contract.timeline import TimelinePage
    from kraty_console.contract.timeline_kinds import TimelineKind
    from kraty_console.contract.webhooks import DeliveryDetail, DeliveryPage


class AdminReads(ABC):
    """The reads of one game; every call may raise a `KratyError`.

    `OperationMissing` says that the backend has no such route; it is then remembered (`capabilities`).
    """

    environment: str | None

    @abstractmethod
    def game_ids(self) -> dict[str, str]:
        """The ids of studio and game, for routes."""

    @abstractmethod
    async def get(self, operation: Operation, segments: Mapping[str, str], query: Query | None = None) -> Any:  # noqa: ANN401 (the operation's answer)
        """Send a read and parse the answer into the model of the operation."""

    async def search(self, query: str, limit: int = 8) -> list[SearchHit]:
        """Search players by id, e-mail or id prefix, best match first."""
        parameters = {"query": query, "environment": self.environment, "limit": limit}
        result: SearchResult = await self.get(Operation.SEARCH, self.game_ids(), parameters)
        return result.players

    async def resolve(self, *texts: str, limit: int = DEFAULT_LIMIT) -> Resolved:
        """What texts may mean: ids of any kind, an e-mail, a link; the first also the beginning of an id or a name.

        Nothing is chosen: each match says how it matched and which text, the surest comes first, and `nearest` has ids
        like the first word if nothing matched. One request, of at most `MAX_TEXTS` texts.
        """
        parameters: Query = {"q": texts, "environment": self.environment, "limit": limit}
        resolved: Resolved = await self.get(Operation.RESOLVE, self.game_ids(), parameters)
        return resolved

    async def timeline(
        self,
        external_id: str,
        *,
        kinds: Collection[TimelineKind] = (),
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> TimelinePage:
        """A page of a player's timeline, newest first; all kinds by default."""
        parameters = {
            "environment": self.environment,
            "kinds": ",".join(kinds) or None,
            "cursor": cursor,
            "limit": limit,
        }
        segments = {"externalPlayerId": external_id, **self.game_ids()}
        page: TimelinePage = await self.get(Operation.TIMELINE, segments, parameters)
        return page

    async def catalog(self) -> Catalog:
        """The catalog of the game."""
        catalog: Catalog = await self.get(Operation.CATALOG, self.game_ids())
        return catalog

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
        game = self.game_ids()
        parameters: Query = {
            "gameId": game["gameId"],
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
        page: AuditPage = await self.get(Operation.AUDIT_LOG, game, parameters)
        return page

    async def audit_row(self, row_id: str) -> AuditRow:
        """One row of the audit log."""
        row: AuditRow = await self.get(Operation.AUDIT_ROW, {"auditId": row_id, **self.game_ids()})
        return row

    async def deliveries(
        self,
        *,
        player: str | None = None,
        event_name: str | None = None,
        status: str | None = None,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> DeliveryPage:
        """A page of webhook deliveries of the game, newest first."""
        parameters: Query = {
            "player": player,
            "eventName": event_name,
            "status": status,
            "environment": self.environment,
            "cursor": cursor,
            "limit": limit,
        }
        page: DeliveryPage = await self.get(Operation.DELIVERIES, self.game_ids(), parameters)
        return page

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """One delivery, with its attempts and payload."""
        segments = {"deliveryId": delivery_id, **self.game_ids()}
        delivery: DeliveryDetail = await self.get(Operation.DELIVERY, segments)
        return delivery

    async def notes(self, external_id: str, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> NotePage:
        """A page of the support staff's notes on a player, newest first."""
        segments = {"externalPlayerId": external_id, **self.game_ids()}
        parameters: Query = {"environment": self.environment, "cursor": cursor, "limit": limit}
        page: NotePage = await self.get(Operation.NOTES, segments, parameters)
        return page

    async def player_list(
        self,
        name: PlayerListName,
        external_id: str,
        *,
        order: ListOrder = "newest",
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> PlayerListPage:
        """A page of one list of a player, named as in a look-up, with rows as a look-up has them.

        The last rows of a list of any length are the first page with `order="oldest"`. `client.paging.pages` reads a
        list to its end.
        """
        segments = {"externalPlayerId": external_id, **self.game_ids()}
        parameters: Query = {
            "environment": self.environment,
            "order": None if order == "newest" else order,
            "cursor": cursor,
            "limit": limit,
        }
        page: PlayerListPage = await self.get(PLAYER_LISTS[name], segments, parameters)
        return page

    async def faults(
        self,
        *,
        kind: FaultKind | None = None,
        event_key: str | None = None,
        since: datetime | None = None,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> FaultPage:
        """A page of the faults of all players, most urgent kind first, within a kind newest first.

        The first page has counts. A page may be short or empty although there is a next one; `client.paging.pages`
        reads to the end.
        """
        parameters: Query = {
            "kind": kind,
            "eventKey": event_key,
            "since": iso(since) if since else None,
            "environment": self.environment,
            "cursor": cursor,
            "limit": limit,
        }
        page: FaultPage = await self.get(Operation.FAULTS, self.game_ids(), parameters)
        return page
