"""A typed client of `/sdk/v1`, for a `client_sdk` key and a player's secret
(contract/SDK.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel

from kraty_console.client import sdk_routes as routes
from kraty_console.client.key_calls import KeyedCalls
from kraty_console.client.routes import ClientRoute
from kraty_console.contract.errors import Refused
from kraty_console.contract.holdings import (
    BalanceAdjusted,
    CrateOpened,
    ItemAdjusted,
    PendingGrants,
    PlayerInventory,
    PlayerWallet,
    Pong,
)
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.contract.play import AttemptProgressed, EventListing, EventListings, Finished, Started
from kraty_console.contract.players import Grant, Lobby
from kraty_console.contract.sdk import PlayerRegistration
from kraty_console.contract.secret import Secret

T = TypeVar("T", bound=BaseModel)

PLAYER_SECRET: Final = "x-player-secret"  # noqa: S105 (the name of a header)

MOST_ROUNDS: Final = 20
"""Maximum number of rounds of `collect_all`: crates may contain crates."""


@dataclass(slots=True)
class CollectResult:
    """The result of collecting."""

    claimed: list[Grant] = field(default_factory=list)
    opened: list[CrateOpened] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)
    """Ids of grants that cannot be claimed now and stay pending."""


class GameClient(KeyedCalls):
    """One game, as seen by its players' devices."""

    async def ping(self) -> Pong:
        """The facts of the key."""
        return await self.read(Pong, routes.PING, {}, enveloped=False)

    async def register(self, external_id: str, *, email: str | None = None) -> GamePlayer:
        """Register a player; the returned secret is issued only once.

        Raises:
            Refused: `player_already_registered`; only the first registration gets the secret.
        """
        registration = await self.write(PlayerRegistration, routes.REGISTER, {"player": external_id}, {"email": email})
        return self.player(external_id, Secret(registration.secret))

    def player(self, external_id: str, secret: Secret) -> GamePlayer:
        """A registered player with a known secret."""
        return GamePlayer(self, external_id, secret)

    async def lobby(self, lobby_id: str) -> Lobby:
        """The current state of a lobby."""
        return await self.read(Lobby, routes.LOBBY, {"lobby": lobby_id})


class GamePlayer:
    """One player's device."""

    def __init__(self, calls: GameClient, external_id: str, secret: Secret) -> None:
        self._calls = calls
        self._secret = secret
        self.external_id = external_id

    async def events(self) -> list[EventListing]:
        """The events that are open now."""
        return (await self._calls.read(EventListings, routes.EVENTS, self._segments())).root

    async def start(self, event_key: str, *, context: Mapping[str, Any] | None = None) -> Started:
        """Start an attempt and pay its entry cost.

        Raises:
            Refused: `lobby_forming` with the lobby's id in `details`, or the player cannot play the event now.
            RateLimited: the player's attempts are used up.
        """
        body = {"playerContext": None if context is None else dict(context)}
        return await self._calls.write(
            Started, routes.START, self._segments(event=event_key), body, headers=self._headers()
        )

    async def progress(
        self,
        event_key: str,
        attempt_id: str,
        metrics: Mapping[str, float],
        *,
        mode: Literal["set", "increment"] = "increment",
    ) -> AttemptProgressed:
        """Report metrics."""
        return await self._calls.write(
            AttemptProgressed,
            routes.PROGRESS,
            self._segments(event=event_key, attempt=attempt_id),
            {"mode": mode, "metrics": dict(metrics)},
            headers=self._headers(),
        )

    async def finish(self, event_key: str, attempt_id: str) -> Finished:
        """End an attempt."""
        segments = self._segments(event=event_key, attempt=attempt_id)
        return await self._calls.write(Finished, routes.FINISH, segments, headers=self._headers())

    async def pending_grants(self, *, limit: int = MAX_LIMIT) -> list[Grant]:
        """The grants to be claimed or opened."""
        return (await self._get(PendingGrants, routes.PENDING, {"limit": limit})).root

    async def claim(self, grant_id: str) -> Grant:
        """Claim a reward; idempotent."""
        return await self._calls.write(Grant, routes.CLAIM, self._segments(grant=grant_id), headers=self._headers())

    async def open_crate(self, grant_id: str) -> CrateOpened:
        """Open a crate; its contents become a pending grant."""
        return await self._calls.write(
            CrateOpened, routes.OPEN, self._segments(grant=grant_id), headers=self._headers()
        )

    async def collect_all(self) -> CollectResult:
        """Claim and open all pending grants, including the contents of crates (contract/SDK.md#collecting)."""
        got = CollectResult()
        for _ in range(MOST_ROUNDS):
            waiting = [grant for grant in await self.pending_grants() if grant.id not in got.refused]
            if not waiting:
                break
            for grant in waiting:
                await self._collect(grant, got)
        return got

    async def _collect(self, grant: Grant, got: CollectResult) -> None:
        try:
            if grant.kind == "crate":
                got.opened.append(await self.open_crate(grant.id))
            else:
                got.claimed.append(await self.claim(grant.id))
        except Refused as refusal:
            got.refused[grant.id] = refusal

    async def inventory(self) -> PlayerInventory:
        """The player's items."""
        return await self._get(PlayerInventory, routes.INVENTORY)

    async def wallet(self) -> PlayerWallet:
        """The player's balances."""
        return await self._get(PlayerWallet, routes.WALLET)

    async def consume(self, item_key: str, quantity: int, *, reason: str | None = None) -> ItemAdjusted:
        """Consume items."""
        return await self._calls.write(
            ItemAdjusted,
            routes.CONSUME,
            self._segments(item_key=item_key),
            {"quantity": quantity, "reason": reason},
            headers=self._headers(),
        )

    async def debit(self, economy_key: str, amount: int, *, reason: str | None = None) -> BalanceAdjusted:
        """Take an amount from a balance."""
        return await self._calls.write(
            BalanceAdjusted,
            routes.DEBIT,
            self._segments(economy_key=economy_key),
            {"amount": amount, "reason": reason},
            headers=self._headers(),
        )

    async def _get(self, shape: type[T], route: ClientRoute, query: Mapping[str, int] | None = None) -> T:
        return await self._calls.read(shape, route, self._segments(), query, headers=self._headers())

    def _segments(self, **more: str) -> dict[str, str]:
        return {"player": self.external_id, **more}

    def _headers(self) -> dict[str, str]:
        return {PLAYER_SECRET: self._secret.reveal()}
