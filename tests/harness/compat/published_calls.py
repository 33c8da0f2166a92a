"""Every call that Kraty publishes, by surface and path
(contract/README.md#admin-surface, contract/SERVER.md, contract/SDK.md), and how one of them is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.harness.compat.call_stage import CallStage

ADMIN = """
GET    /admin/v1/health
GET    /admin/v1/studios/:studioId/games/:gameId/players/:externalId
POST   /admin/v1/studios/:studioId/games/:gameId/grants
POST   /admin/v1/studios/:studioId/games/:gameId/grants/:id/force-claim
"""

SERVER = """
GET    /server/v1/ping
GET    /server/v1/players/:p
GET    /server/v1/players/:p/export
GET    /server/v1/players/:p/friends
GET    /server/v1/players/:p/friends/requests
GET    /server/v1/players/:p/blocks
GET    /server/v1/players/:p/spend
PUT    /server/v1/players/:p/identity
PUT    /server/v1/players/:p/metadata
POST   /server/v1/players/:p/delete
POST   /server/v1/players/:p/ban
POST   /server/v1/players/:p/unban
POST   /server/v1/players/:p/merge-into/:to
POST   /server/v1/players/:p/grants
POST   /server/v1/players/:p/grants/:grantId/ack
POST   /server/v1/players/:p/inventory/:itemKey/grant
POST   /server/v1/players/:p/inventory/:itemKey/revoke
POST   /server/v1/players/:p/wallet/:economyKey/credit
POST   /server/v1/players/:p/wallet/:economyKey/debit
POST   /server/v1/games/:gameId/events/:eventKey/lobbies
GET    /server/v1/games/:gameId/lobbies/:lobbyId
POST   /server/v1/leaderboards/:key/score
POST   /server/v1/players/:p/events/:eventKey/attempts/:attemptId/progress
POST   /server/v1/players/:p/events/:eventKey/attempts/:attemptId/finish
POST   /server/v1/migrate/players
POST   /server/v1/migrate/wallet
POST   /server/v1/migrate/inventory
"""

GAME = """
GET    /sdk/v1/ping
GET    /sdk/v1/time
GET    /sdk/v1/catalog
POST   /sdk/v1/players/:p/register
GET    /sdk/v1/players/:p/identity
PUT    /sdk/v1/players/:p/identity
PUT    /sdk/v1/players/:p/metadata
PATCH  /sdk/v1/players/:p/metadata
GET    /sdk/v1/players/:p/events
POST   /sdk/v1/players/:p/events/:eventKey/start
POST   /sdk/v1/players/:p/events/:eventKey/attempts/:attemptId/progress
POST   /sdk/v1/players/:p/events/:eventKey/attempts/:attemptId/finish
GET    /sdk/v1/players/:p/pending-grants
POST   /sdk/v1/players/:p/grants
POST   /sdk/v1/players/:p/grants/:grantId/claim
POST   /sdk/v1/players/:p/crates/:grantId/open
GET    /sdk/v1/players/:p/inventory
POST   /sdk/v1/players/:p/inventory/:itemKey/consume
GET    /sdk/v1/players/:p/inventory/stream
GET    /sdk/v1/players/:p/wallet
POST   /sdk/v1/players/:p/wallet/:economyKey/debit
POST   /sdk/v1/players/:p/wallet/:economyKey/progress
POST   /sdk/v1/players/:p/purchases
GET    /sdk/v1/lobbies/:lobbyId
GET    /sdk/v1/event-leaderboards/:leaderboardId
GET    /sdk/v1/event-leaderboards/:leaderboardId/stream
POST   /sdk/v1/players/:p/event-leaderboards/:leaderboardId/join
GET    /sdk/v1/leaderboards/:key
GET    /sdk/v1/leaderboards/:key/standings
GET    /sdk/v1/leaderboards/:key/periods
POST   /sdk/v1/players/:p/leaderboards/:key/join
POST   /sdk/v1/players/:p/leaderboards/:key/score
GET    /sdk/v1/players/:p/friend-code
POST   /sdk/v1/players/:p/presence
GET    /sdk/v1/players/:p/friends
GET    /sdk/v1/players/:p/friends/search
GET    /sdk/v1/players/:p/friends/suggestions
GET    /sdk/v1/players/:p/friends/requests
POST   /sdk/v1/players/:p/friends/requests
POST   /sdk/v1/players/:p/friends/requests/:id/accept
POST   /sdk/v1/players/:p/friends/requests/:id/decline
DELETE /sdk/v1/players/:p/friends/requests/:id
DELETE /sdk/v1/players/:p/friends/:id
GET    /sdk/v1/players/:p/blocks
POST   /sdk/v1/players/:p/blocks
DELETE /sdk/v1/players/:p/blocks/:id
GET    /sdk/v1/players/:p/friends/gifts/catalog
POST   /sdk/v1/players/:p/friends/gifts
GET    /sdk/v1/players/:p/friends/gifts
GET    /sdk/v1/players/:p/friends/gifts/sent
POST   /sdk/v1/players/:p/friends/gifts/:giftId/claim
"""


def calls(table: str) -> list[tuple[str, str]]:
    """Method and path of each line."""
    return [(method, path) for method, path in (line.split() for line in table.strip().splitlines())]


Scene = Callable[["CallStage", str], Mapping[str, str]]
"""What has to be there before the call, for this player; what fills the path."""


@dataclass(frozen=True)
class Call:
    """One published call, and its expected result.

    `again` is what the very same call answers when it is sent once more: `same` (the first answer), `unapplied`
    (the same with `applied: false`), `done` (a success); None for reads, where nothing can go twice. `other` is another
    body, which is refused when it comes with the key of the first (`idempotency_conflict`).
    """

    method: str
    path: str
    shape: Any
    body: Mapping[str, Any] | None = None
    scene: Scene | None = None
    status: int = 200
    query: str = ""
    again: str | None = None
    other: Mapping[str, Any] | None = None
    under: str = ""
    """Where in `data` the shape is, as the SDK unwraps it."""
    key_only: bool = False
    """Whether the player's secret is not asked for."""

    @property
    def name(self) -> str:
        """For the report of the tests."""
        return f"{self.method} {self.path}"
