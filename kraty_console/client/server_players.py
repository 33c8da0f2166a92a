"""Server calls about players, and for importing players."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kraty_console.client import server_routes as routes
from kraty_console.client.key_calls import CallGroup
from kraty_console.client.routes import ClientRoute
from kraty_console.contract.friends import Blocks, FriendRequests, Friends
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.players import Snapshot
from kraty_console.contract.purchases import PlayerSpend
from kraty_console.contract.sdk import PlayerMetadata
from kraty_console.contract.server import (
    DeletePlayerResult,
    EmailSet,
    IdentitySet,
    MergePlayerResult,
    Migrated,
    PlayerBanned,
    PlayerExport,
    PlayerUnbanned,
)

ErasureReason = Literal["gdpr_erasure", "studio_request", "test"]


class Players(CallGroup):
    """Look up, merge, erase and ban players (contract/SERVER.md)."""

    async def get(self, external_id: str, *, limit: int = DEFAULT_LIMIT) -> Snapshot:
        """The profile and the newest `limit` rows of each list."""
        return await self._calls.read(Snapshot, routes.SNAPSHOT, {"externalPlayerId": external_id}, {"limit": limit})

    async def export(self, external_id: str) -> PlayerExport:
        """All data of the player; each list has at most 1,000 rows."""
        return await self._calls.read(PlayerExport, routes.EXPORT, {"externalPlayerId": external_id})

    async def merge(
        self, from_id: str, to_id: str, *, reason: str | None = None, ticket: str | None = None, key: str | None = None
    ) -> MergePlayerResult:
        """Merge a guest into an account; if they were already merged, `status` says so.

        The published call has neither `reason` nor `ticket`; other backends ignore them.
        """
        segments = {"externalPlayerId": from_id, "targetId": to_id}
        body = {"reason": reason, "ticket": ticket}
        return await self._calls.write(MergePlayerResult, routes.MERGE, segments, body, key=key)

    async def delete(
        self, external_id: str, *, reason: ErasureReason = "gdpr_erasure", key: str | None = None
    ) -> DeletePlayerResult:
        """Erase the player; `status` says if there was none."""
        segments = {"externalPlayerId": external_id}
        return await self._calls.write(DeletePlayerResult, routes.DELETE, segments, {"reason": reason}, key=key)

    async def ban(
        self, external_id: str, reason: str, *, ticket: str | None = None, key: str | None = None
    ) -> PlayerBanned:
        """Ban the player; scores and grants are kept. For `ticket` see `merge`."""
        body = {"reason": reason, "ticket": ticket}
        return await self._calls.write(PlayerBanned, routes.BAN, {"externalPlayerId": external_id}, body, key=key)

    async def unban(
        self, external_id: str, *, reason: str | None = None, ticket: str | None = None, key: str | None = None
    ) -> PlayerUnbanned:
        """Lift the player's ban. For `reason` and `ticket` see `merge`."""
        body = {"reason": reason, "ticket": ticket}
        return await self._calls.write(PlayerUnbanned, routes.UNBAN, {"externalPlayerId": external_id}, body, key=key)

    async def set_identity(
        self, external_id: str, name: str, *, avatar: str | None = None, key: str | None = None
    ) -> IdentitySet:
        """Set the display name and avatar."""
        body = {"name": name, "avatar": avatar}
        return await self._calls.write(IdentitySet, routes.IDENTITY, {"externalPlayerId": external_id}, body, key=key)

    async def set_email(self, external_id: str, email: str | None, *, key: str | None = None) -> EmailSet:
        """Set the e-mail for searches by support; None removes it."""
        segments = {"externalPlayerId": external_id}
        return await self._calls.write(EmailSet, routes.EMAIL, segments, {"email": email}, key=key, nulls=True)

    async def replace_metadata(
        self, external_id: str, metadata: Mapping[str, Any], *, key: str | None = None
    ) -> PlayerMetadata:
        """Replace the player's metadata."""
        return await self._keep(routes.REPLACE_METADATA, external_id, metadata, key)

    async def merge_metadata(
        self, external_id: str, metadata: Mapping[str, Any], *, key: str | None = None
    ) -> PlayerMetadata:
        """Merge fields into the player's metadata."""
        return await self._keep(routes.MERGE_METADATA, external_id, metadata, key)

    async def _keep(
        self, route: ClientRoute, external_id: str, metadata: Mapping[str, Any], key: str | None
    ) -> PlayerMetadata:
        return await self._calls.write(
            PlayerMetadata, route, {"externalPlayerId": external_id}, metadata, key=key, nulls=True
        )

    async def spend(self, external_id: str) -> PlayerSpend:
        """The player's spend in stores."""
        return await self._calls.read(PlayerSpend, routes.SPEND, {"externalPlayerId": external_id})

    async def friends(self, external_id: str) -> Friends:
        """The player's friends."""
        return await self._calls.read(Friends, routes.FRIENDS, {"externalPlayerId": external_id})

    async def friend_requests(self, external_id: str) -> FriendRequests:
        """Incoming and outgoing friend requests."""
        return await self._calls.read(FriendRequests, routes.FRIEND_REQUESTS, {"externalPlayerId": external_id})

    async def blocks(self, external_id: str) -> Blocks:
        """The players blocked by the player."""
        return await self._calls.read(Blocks, routes.BLOCKS, {"externalPlayerId": external_id})


class Migration(CallGroup):
    """Import of players and their holdings
    (contract/SERVER.md#migration): no webhooks, and at most 1,000 rows a call.

    Rows are JSON objects, each with its own `idempotencyKey`; an invalid row does not affect the others.
    """

    async def players(self, rows: Sequence[Mapping[str, Any]]) -> Migrated:
        """`{externalPlayerId, contextSnapshot?, email?, idempotencyKey}`."""
        return await self._bring(routes.MIGRATE_PLAYERS, rows)

    async def wallet(self, rows: Sequence[Mapping[str, Any]]) -> Migrated:
        """`{externalPlayerId, economyKey, amount, reason?, idempotencyKey}`."""
        return await self._bring(routes.MIGRATE_WALLET, rows)

    async def inventory(self, rows: Sequence[Mapping[str, Any]]) -> Migrated:
        """`{externalPlayerId, itemKey, quantity, parameters?, reason?, idempotencyKey}`."""
        return await self._bring(routes.MIGRATE_INVENTORY, rows)

    async def _bring(self, route: ClientRoute, rows: Sequence[Mapping[str, Any]]) -> Migrated:
        return await self._calls.write(Migrated, route, {}, {"rows": [dict(row) for row in rows]})
