"""The server surface, typed: what a studio's backend does with a `server_integration` key (kraty-api 3).

    async with ServerClient("https://api.kraty.io", key) as server:
        await server.players.merge("guest_device_abc", "auth_user_42")
        await server.grants.create("auth_user_42", [CurrencyEntry(type="currency", currency_key="gold", amount=50)])

Ids are the studio's own. Every change takes an idempotency key; a program that can be started again gives one that it
can find again, such as a receipt's number, and the change happens once whatever becomes of the program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from kraty_console.client import server_routes as routes
from kraty_console.client.keyed import KeyedCalls
from kraty_console.contract.actions import CrateEntry, CurrencyEntry, ItemEntry
from kraty_console.contract.boards import Scored
from kraty_console.contract.friends import Blocks, FriendRequests, Friends
from kraty_console.contract.holdings import BalanceAdjusted, ItemAdjusted, Pong
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.contract.play import Finished, Progressed
from kraty_console.contract.players import Grant, Lobby, Snapshot
from kraty_console.contract.server import (
    DeletePlayerResult,
    EmailSet,
    IdentitySet,
    MergePlayerResult,
    PlayerBanned,
    PlayerExport,
    PlayerUnbanned,
)
from kraty_console.contract.wire import iso

Entry = CurrencyEntry | ItemEntry | CrateEntry

ErasureReason = Literal["gdpr_erasure", "studio_request", "test"]


class ServerClient(KeyedCalls):
    """One game, as the studio's backend sees it."""

    @property
    def players(self) -> Players:
        """Looking players up, merging, erasing, banning."""
        return Players(self)

    @property
    def grants(self) -> Grants:
        """Giving."""
        return Grants(self)

    @property
    def wallet(self) -> Wallet:
        """Balances."""
        return Wallet(self)

    @property
    def inventory(self) -> Inventory:
        """Items."""
        return Inventory(self)

    @property
    def attempts(self) -> Attempts:
        """What players play."""
        return Attempts(self)

    @property
    def lobbies(self) -> Lobbies:
        """Groups that the studio makes itself."""
        return Lobbies(self)

    async def ping(self) -> Pong:
        """What the key is for."""
        return await self.read(Pong, routes.PING, {}, enveloped=False)

    async def score(
        self, board: str, external_id: str, value: float, *, segment: str | None = None, key: str | None = None
    ) -> Scored:
        """Count a score on a leaderboard of the game."""
        body = {"externalPlayerId": external_id, "value": value, "segment": segment}
        return await self.write(Scored, routes.SCORE, {"board": board}, body, key=key)


class _Family:
    """Calls that belong together."""

    def __init__(self, calls: KeyedCalls) -> None:
        self._calls = calls


class Players(_Family):
    """Players as a whole (kraty-api 3.2, 3.3)."""

    async def get(self, external_id: str, *, limit: int = DEFAULT_LIMIT) -> Snapshot:
        """The profile and the newest `limit` rows of each list."""
        return await self._calls.read(Snapshot, routes.SNAPSHOT, {"player": external_id}, {"limit": limit})

    async def export(self, external_id: str) -> PlayerExport:
        """Everything that is kept of the player; each list ends at 1,000 rows."""
        return await self._calls.read(PlayerExport, routes.EXPORT, {"player": external_id})

    async def merge(self, from_id: str, to_id: str, *, key: str | None = None) -> MergePlayerResult:
        """Merge a guest into an account; of a pair that was merged before, `status` says so and nothing happens."""
        segments = {"player": from_id, "target": to_id}
        return await self._calls.write(MergePlayerResult, routes.MERGE, segments, key=key)

    async def delete(
        self, external_id: str, *, reason: ErasureReason = "gdpr_erasure", key: str | None = None
    ) -> DeletePlayerResult:
        """Erase the player; `status` says where there was none."""
        segments = {"player": external_id}
        return await self._calls.write(DeletePlayerResult, routes.DELETE, segments, {"reason": reason}, key=key)

    async def ban(self, external_id: str, reason: str, *, key: str | None = None) -> PlayerBanned:
        """Keep the player from playing; scores and grants stay."""
        return await self._calls.write(PlayerBanned, routes.BAN, {"player": external_id}, {"reason": reason}, key=key)

    async def unban(self, external_id: str, *, key: str | None = None) -> PlayerUnbanned:
        """Let the player play again."""
        return await self._calls.write(PlayerUnbanned, routes.UNBAN, {"player": external_id}, key=key)

    async def set_identity(
        self, external_id: str, name: str, *, avatar: str | None = None, key: str | None = None
    ) -> IdentitySet:
        """Set the name that others see."""
        body = {"name": name, "avatar": avatar}
        return await self._calls.write(IdentitySet, routes.IDENTITY, {"player": external_id}, body, key=key)

    async def set_email(self, external_id: str, email: str, *, key: str | None = None) -> EmailSet:
        """Set the address that support finds the player by."""
        return await self._calls.write(EmailSet, routes.EMAIL, {"player": external_id}, {"email": email}, key=key)

    async def friends(self, external_id: str) -> Friends:
        """The player's friends."""
        return await self._calls.read(Friends, routes.FRIENDS, {"player": external_id})

    async def friend_requests(self, external_id: str) -> FriendRequests:
        """Who asked the player, and whom the player asked."""
        return await self._calls.read(FriendRequests, routes.FRIEND_REQUESTS, {"player": external_id})

    async def blocks(self, external_id: str) -> Blocks:
        """Whom the player blocks."""
        return await self._calls.read(Blocks, routes.BLOCKS, {"player": external_id})


class Grants(_Family):
    """Giving, and claiming for a player (kraty-api 3.4)."""

    async def create(
        self,
        external_id: str,
        entries: Sequence[Entry],
        *,
        key: str | None = None,
        kind: Literal["reward", "crate"] | None = None,
        expires_at: datetime | None = None,
        source_kind: Literal["api", "admin"] | None = None,
        source_ref_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Grant:
        """Give a player something to claim; a player never heard of is made."""
        body = {
            "entries": [entry.body() for entry in entries],
            "kind": kind,
            "expiresAt": None if expires_at is None else iso(expires_at),
            "sourceKind": source_kind,
            "sourceRefId": source_ref_id,
            "metadata": None if metadata is None else dict(metadata),
        }
        return await self._calls.write(Grant, routes.GRANTS, {"player": external_id}, body, key=key)

    async def ack(self, external_id: str, grant_id: str, *, key: str | None = None) -> Grant:
        """Claim a grant for its player."""
        return await self._calls.write(Grant, routes.ACK, {"player": external_id, "grant": grant_id}, key=key)


class Wallet(_Family):
    """Balances (kraty-api 3.6); `applied` is false in the answer to a call that was made before."""

    async def credit(
        self,
        external_id: str,
        economy_key: str,
        amount: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> BalanceAdjusted:
        """Add to a balance."""
        body = {"amount": amount, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"player": external_id, "economy_key": economy_key}
        return await self._calls.write(BalanceAdjusted, routes.CREDIT, segments, body, key=key)

    async def debit(
        self,
        external_id: str,
        economy_key: str,
        amount: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> BalanceAdjusted:
        """Take from a balance; `Refused` where there is less."""
        body = {"amount": amount, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"player": external_id, "economy_key": economy_key}
        return await self._calls.write(BalanceAdjusted, routes.DEBIT, segments, body, key=key)


class Inventory(_Family):
    """Items (kraty-api 3.5); `applied` is false in the answer to a call that was made before."""

    async def grant(
        self,
        external_id: str,
        item_key: str,
        quantity: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> ItemAdjusted:
        """Give so many of an item."""
        body = {"quantity": quantity, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"player": external_id, "item_key": item_key}
        return await self._calls.write(ItemAdjusted, routes.ITEM_GRANT, segments, body, key=key)

    async def revoke(
        self,
        external_id: str,
        item_key: str,
        quantity: int,
        *,
        reason: str | None = None,
        source_ref_id: str | None = None,
        key: str | None = None,
    ) -> ItemAdjusted:
        """Take so many of an item; `Refused` where there are fewer."""
        body = {"quantity": quantity, "reason": reason, "sourceRefId": source_ref_id}
        segments = {"player": external_id, "item_key": item_key}
        return await self._calls.write(ItemAdjusted, routes.ITEM_REVOKE, segments, body, key=key)


class Attempts(_Family):
    """What players play (kraty-api 3.8); a studio's backend starts none."""

    async def progress(
        self,
        external_id: str,
        event_key: str,
        attempt_id: str,
        metrics: Mapping[str, float],
        *,
        mode: Literal["set", "increment"] = "set",
        key: str | None = None,
    ) -> Progressed:
        """Report metrics."""
        segments = {"player": external_id, "event": event_key, "attempt": attempt_id}
        body = {"mode": mode, "metrics": dict(metrics)}
        return await self._calls.write(Progressed, routes.PROGRESS, segments, body, key=key)

    async def finish(self, external_id: str, event_key: str, attempt_id: str, *, key: str | None = None) -> Finished:
        """End an attempt."""
        segments = {"player": external_id, "event": event_key, "attempt": attempt_id}
        return await self._calls.write(Finished, routes.FINISH, segments, key=key)


class Lobbies(_Family):
    """Groups that the studio makes itself (kraty-api 3.7)."""

    async def push(
        self,
        game_id: str,
        event_key: str,
        lobby_key: str,
        external_ids: Sequence[str],
        *,
        capacity: int | None = None,
        fill_bots: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Lobby:
        """Make the lobby that the studio calls `lobby_key`, or give the one that is there."""
        body = {
            "key": lobby_key,
            "externalPlayerIds": list(external_ids),
            "capacity": capacity,
            "fillBots": fill_bots,
            "metadata": None if metadata is None else dict(metadata),
        }
        return await self._calls.write(Lobby, routes.PUSH_LOBBY, {"game": game_id, "event": event_key}, body)

    async def get(self, game_id: str, lobby_id: str) -> Lobby:
        """A lobby as it is now."""
        return await self._calls.read(Lobby, routes.LOBBY, {"game": game_id, "lobby": lobby_id})
