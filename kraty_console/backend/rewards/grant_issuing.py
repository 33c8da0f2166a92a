"""Issue grant rows, and mark them claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kraty_console.backend.catalog import definitions
from kraty_console.backend.rewards import rolls
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import outbox
from kraty_console.backend.rules.context import Context
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.webhooks import EventName

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class GrantSource:
    """Where a grant comes from (contract/README.md#grant)."""

    kind: str
    ref_id: str | None = None
    parent_grant_id: str | None = None
    attempt_id: str | None = None


async def issue(
    tx: Transaction,
    ctx: Context,
    player: PlayerRecord,
    kind: str,
    contents: Mapping[str, Any],
    source: GrantSource,
    *,
    rolled: bool = False,
    expires_at: int | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> GrantRecord:
    """A new pending grant. Without `expires_at` the game's default time to live applies. Fires `grant.created`."""
    if expires_at is None:
        days = (await definitions.game(tx, ctx)).grant_ttl_days
        expires_at = None if days is None else ctx.now_ms + days * DAY_MS
    row = new_grant(ctx, player, kind, contents, source, rolled=rolled, expires_at=expires_at, metadata=metadata)
    grant = tx.add(tables.grants, row)
    tx.change(player, grants_pending=player.grants_pending + 1)
    outbox.emit(tx, ctx, EventName.GRANT_CREATED, player, {"grant": serialize_grant(grant)})
    return grant


def new_grant(
    ctx: Context,
    player: PlayerRecord,
    kind: str,
    contents: Mapping[str, Any],
    source: GrantSource,
    *,
    rolled: bool,
    expires_at: int | None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of a new pending grant."""
    return {
        "studio_id": player.studio_id,
        "game_id": player.game_id,
        "player_id": player.player_id,
        "grant_id": ctx.new_id(),
        "environment": player.environment,
        "kind": kind,
        "contents": dict(contents),
        "source_kind": source.kind,
        "source_ref_id": source.ref_id,
        "parent_grant_id": source.parent_grant_id,
        "attempt_id": source.attempt_id,
        "status": "pending",
        "rolled_at": ctx.now_ms if rolled else None,
        "expires_at": expires_at,
        "created_at": ctx.now_ms,
        "metadata": None if metadata is None else dict(metadata),
    }


async def issue_rolled(
    tx: Transaction, ctx: Context, player: PlayerRecord, entries: Sequence[Mapping[str, Any]], source: GrantSource
) -> list[GrantRecord]:
    """Issue the grants of a roll: one reward with everything claimable, and one for each kind of crate."""
    rewards = [entry for entry in entries if entry["type"] != "crate"]
    made = []
    if rewards:
        made.append(await issue(tx, ctx, player, "reward", {"entries": rewards}, source, rolled=True))
    crates = [entry for entry in entries if entry["type"] == "crate"]
    return made + [await issue(tx, ctx, player, "crate", crate_contents(each), source, rolled=True) for each in crates]


def crate_contents(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of an unopened crate grant."""
    return {"crateItemKey": entry["crateItemKey"], "quantity": entry["quantity"]}


async def roll_crate(tx: Transaction, ctx: Context, grant_id: str, contents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Roll the contents of a crate grant, the same each time (contract/GAME.md#rewards). Raises RollFailed."""
    key = contents.get("crateItemKey")
    quantity = contents.get("quantity", 1)
    item = await definitions.item(tx, ctx, str(key))
    if item is None or item.crate_entries is None:
        rolls.fail(f'crate "{key}" is not in the catalog')
    if item.archived_at is not None:
        rolls.fail(f'crate "{key}" was archived')
    dice = await rolls.rng_for(tx, ctx, f"crate/{grant_id}")
    return await rolls.resolve(tx, ctx, list(item.crate_entries) * quantity, dice)


def mark_claimed(tx: Transaction, ctx: Context, player: PlayerRecord, grant: GrantRecord) -> None:
    """Mark a grant claimed and update the totals."""
    pending = player.grants_pending - (1 if grant.status == "pending" else 0)
    tx.change(grant, status="claimed", claimed_at=ctx.now_ms)
    tx.change(player, grants_pending=pending, grants_claimed=player.grants_claimed + 1)
