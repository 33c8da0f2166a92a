"""A player's name, metadata, e-mail and presence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kraty_console.backend.players import names
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import formats, idempotency, player_refs
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import invalid
from kraty_console.backend.storage.engine import dump_json
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction

MAX_METADATA: Final = 16 * 1024
"""Bytes of a player's metadata, as JSON, after the write."""

Write = Callable[[PlayerRecord], dict[str, Any]]


async def set_identity(
    tx: Transaction, ctx: Context, external_id: str, name: str, avatar: str | None = None
) -> RuleResult:
    """Set the name that others see; the name from the pool stays. 404 for an unknown player."""

    def write(player: PlayerRecord) -> dict[str, Any]:
        chosen = {"name": name} if avatar is None else {"name": name, "avatar": avatar}
        tx.change(player, **players.identity_columns(chosen), updated_at=ctx.now_ms)
        data: dict[str, Any] = {"externalPlayerId": external_id}
        data["displayIdentity"] = names.display(player)
        data["anonymizedIdentity"] = names.anonymized(player)
        if ctx.surface == "server":
            data["syntheticIdentity"] = names.synthetic(chosen)
        return data

    return await _write_once(tx, ctx, "player.identity", external_id, {"name": name, "avatar": avatar}, write)


async def set_metadata(
    tx: Transaction, ctx: Context, external_id: str, given: Mapping[str, Any], *, merge: bool
) -> RuleResult:
    """Replace the player's metadata, or merge into its top-level keys. 404 for an unknown player."""

    def write(player: PlayerRecord) -> dict[str, Any]:
        kept = {**(player.metadata or {}), **given} if merge else dict(given)
        if len(dump_json(kept).encode()) > MAX_METADATA:
            raise invalid("metadata", f"must be {MAX_METADATA} bytes or less as JSON, all keys together")
        tx.change(player, metadata=kept, updated_at=ctx.now_ms)
        return {"externalPlayerId": external_id, "metadata": kept}

    request = {"metadata": dict(given), "merge": merge}
    return await _write_once(tx, ctx, "player.metadata", external_id, request, write)


async def set_email(tx: Transaction, ctx: Context, external_id: str, email: str | None) -> RuleResult:
    """Set the e-mail that support finds the player by, or remove it (None). 404 for an unknown player."""

    def write(player: PlayerRecord) -> dict[str, Any]:
        folded = None if email is None else player_refs.fold_email(email)
        tx.change(player, email=email, email_folded=folded, updated_at=ctx.now_ms)
        return {"externalPlayerId": external_id, "email": email}

    return await _write_once(tx, ctx, "player.email", external_id, {"email": email}, write)


async def heartbeat(
    tx: Transaction, ctx: Context, external_id: str, status: str | None, *, keep_status: bool
) -> RuleResult:
    """Record that the player is online; games repeat it every 30 seconds, and friends see the status meanwhile.

    No key is kept, because heartbeats are frequent and repeating one changes nothing.
    """
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned(player)
    shown = player.presence_status if keep_status else status
    tx.change(player, last_active_at=ctx.now_ms, presence_status=shown)
    players.mark_seen(tx, ctx, player)
    return RuleResult(200, {"online": True, "lastActiveAt": formats.timestamp(ctx.now_ms), "status": shown})


async def _write_once(
    tx: Transaction, ctx: Context, operation: str, external_id: str, request: Mapping[str, Any], write: Write
) -> RuleResult:
    """Write once per key; the game of a banned player is refused."""
    earlier = await idempotency.replay(tx, ctx, operation, {"player": external_id, **request})
    if earlier is not None:
        return earlier
    player = await players.lock(tx, ctx, external_id)
    players.refuse_banned_caller(ctx, player)
    return await idempotency.keep(tx, ctx, operation, 200, write(player))
