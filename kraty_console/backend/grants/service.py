"""Grants: create, claim, open, expire, force-claim, revoke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kraty_console.backend.audit import trail
from kraty_console.backend.catalog import definitions
from kraty_console.backend.grants import depositing
from kraty_console.backend.players import service as players
from kraty_console.backend.players.owned_rows import locate_grant
from kraty_console.backend.rewards import grant_entries, grant_issuing
from kraty_console.backend.rewards.grant_issuing import GrantSource
from kraty_console.backend.rewards.rolls import RollFailed
from kraty_console.backend.rewards.serializers import serialize_grant
from kraty_console.backend.rules import formats, idempotency, outbox
from kraty_console.backend.rules.context import Context, RuleResult
from kraty_console.backend.rules.errors import RuleError, conflict, not_found
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.rules.versions import is_stale, refuse_stale, with_version
from kraty_console.backend.storage import tables
from kraty_console.backend.storage.tables import GrantRecord, PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.webhooks import EventName

CREATE = "grant.create"
"""One operation for both surfaces, because a key names one grant in the whole game (contract/SERVER.md#grants)."""

FORCE_CLAIM = "grant.manual_force_claim"
REVOKE = "grant.revoke"

_SOURCES = {"admin": "admin", "sdk": "client"}
"""The source of a grant by surface (contract/README.md#grant)."""


async def create(
    tx: Transaction,
    ctx: Context,
    external_id: str,
    wanted: Sequence[Mapping[str, Any]],
    *,
    kind: str | None = None,
    expires_at: int | None = None,
    source_kind: str | None = None,
    source_ref_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> RuleResult:
    """Give a player something (contract/README.md#manual-grant, contract/SERVER.md#grants).

    On the admin surface an unknown player is 404 and the source is `admin`; on the server surface the player is created
    on first contact; a player's own game may only if the game is permissive (403 `inventory_not_permissive`), and the
    grant is claimed at once (contract/README.md#grant). `expires_at` is in milliseconds, UTC.
    """
    request = {
        "surface": ctx.surface if ctx.surface in ("admin", "sdk") else "server",
        "player": external_id,
        "entries": [dict(entry) for entry in wanted],
        "kind": kind,
        "expiresAt": expires_at,
        "sourceKind": source_kind,
        "sourceRefId": source_ref_id,
        "metadata": metadata,
    }
    earlier = await idempotency.replay(tx, ctx, CREATE, request)
    if earlier is not None:
        return earlier
    if ctx.surface == "sdk":
        await _refuse_unless_permissive(tx, ctx)
    if expires_at is not None and not ctx.now_ms < expires_at <= formats.LAST_MOMENT:
        raise RuleError(
            Code.VALIDATION_FAILED,
            "expiresAt must be in the future, and in the year 9999 at the latest",
            {"fields": [{"field": "expiresAt", "message": "a moment in the future, in the year 9999 at the latest"}]},
        )
    checked = await grant_entries.check_entries(tx, ctx, wanted)
    contents: dict[str, Any] = {"entries": checked}
    if kind == "crate":
        if len(checked) != 1 or checked[0]["type"] != "crate":
            raise RuleError(
                Code.VALIDATION_FAILED,
                "a grant of kind crate holds exactly one crate entry",
                {"fields": [{"field": "entries", "message": "exactly one crate entry"}]},
            )
        contents = grant_issuing.crate_contents(checked[0])
    if ctx.surface in ("admin", "sdk"):
        player = await players.lock(tx, ctx, external_id)
        players.refuse_stale(ctx, player)
        players.refuse_banned_caller(ctx, player)
    else:
        player = await players.upsert(tx, ctx, external_id)
    source = GrantSource(_SOURCES.get(ctx.surface) or source_kind or "api", source_ref_id)
    grant = await grant_issuing.issue(
        tx, ctx, player, kind or "reward", contents, source, expires_at=expires_at, metadata=metadata
    )
    if ctx.surface == "sdk":
        if grant.kind == "reward":
            grant_issuing.mark_claimed(tx, ctx, player, grant)
            await depositing.deposit(tx, ctx, player, grant)
        return await idempotency.keep(tx, ctx, CREATE, 201, serialize_grant(grant))
    shown = serialize_grant(grant)
    if ctx.surface == "engine":
        return await idempotency.keep(tx, ctx, CREATE, 201, {"grant": shown})
    audit_id = trail.record(
        tx,
        ctx,
        "grant.manual_create" if ctx.surface == "admin" else CREATE,
        target_kind="grant",
        target_id=grant.grant_id,
        player=player,
        metadata={"reason": ctx.reason, "externalPlayerId": external_id},
        after=shown,
    )
    if ctx.surface != "admin":
        return await idempotency.keep(tx, ctx, CREATE, 201, shown)
    data = {"grant": with_version(shown, grant), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, CREATE, 201, data)


async def force_claim(tx: Transaction, ctx: Context, grant_id: str) -> RuleResult:
    """Mark a grant claimed whatever its status, and deliver it (contract/README.md#force-claim).

    It is delivered at most once; a crate is opened and its contents are claimed. Already claimed: nothing changes.
    """
    earlier = await idempotency.replay(tx, ctx, FORCE_CLAIM, {"grantId": grant_id})
    if earlier is not None:
        return earlier
    player, grant = await locate_grant(tx, ctx, grant_id)
    if is_stale(ctx, grant):
        refuse_stale("grant", grant, serialize_grant(grant))
    before = serialize_grant(grant)
    deposits: list[dict[str, Any]] = []
    opened: GrantRecord | None = None
    if grant.status != "claimed":
        if grant.kind == "crate":
            opened = await _open(tx, ctx, player, grant)
            grant_issuing.mark_claimed(tx, ctx, player, opened)
            deposits = await depositing.deposit(tx, ctx, player, opened)
        else:
            grant_issuing.mark_claimed(tx, ctx, player, grant)
            deposits = await depositing.deposit(tx, ctx, player, grant)
    after = serialize_grant(grant)
    audit_id = trail.record(
        tx,
        ctx,
        FORCE_CLAIM,
        target_kind="grant",
        target_id=grant_id,
        player=player,
        metadata={"reason": ctx.reason, "before": before, "after": after, "deposits": len(deposits)},
        before=before,
        after=after,
    )
    data: dict[str, Any] = {
        "grant": with_version(after, grant),
        "deposits": deposits,
        "audit": trail.audit_link(ctx, audit_id),
    }
    if opened is not None:
        data["contents"] = with_version(serialize_grant(opened), opened)
    return await idempotency.keep(tx, ctx, FORCE_CLAIM, 200, data)


async def revoke(tx: Transaction, ctx: Context, grant_id: str) -> RuleResult:
    """Revoke a pending grant, so that it cannot be claimed or opened (contract/README.md#revoke).

    Already claimed, expired or revoked: 409. Fires `grant.revoked`.
    """
    earlier = await idempotency.replay(tx, ctx, REVOKE, {"grantId": grant_id})
    if earlier is not None:
        return earlier
    player, grant = await locate_grant(tx, ctx, grant_id)
    if is_stale(ctx, grant):
        refuse_stale("grant", grant, serialize_grant(grant))
    over = grant.expires_at is not None and grant.expires_at <= ctx.now_ms
    status = "expired" if grant.status == "pending" and over else grant.status
    if status != "pending":
        conflict(f"Grant '{grant_id}' is {status}, and only a pending one can be revoked", status=status)
    before = serialize_grant(grant)
    tx.change(grant, status="revoked")
    tx.change(player, grants_pending=player.grants_pending - 1)
    after = serialize_grant(grant)
    outbox.emit(tx, ctx, EventName.GRANT_REVOKED, player, {"grant": after})
    audit_id = trail.record(
        tx,
        ctx,
        REVOKE,
        target_kind="grant",
        target_id=grant_id,
        player=player,
        metadata={"reason": ctx.reason, "before": before, "after": after},
        before=before,
        after=after,
    )
    data = {"grant": with_version(after, grant), "audit": trail.audit_link(ctx, audit_id)}
    return await idempotency.keep(tx, ctx, REVOKE, 200, data)


async def claim(tx: Transaction, ctx: Context, external_id: str, grant_id: str) -> RuleResult:
    """Claim a reward grant as its player's game does, or acknowledge it as the studio's backend does
    (contract/SERVER.md#grants).

    Already claimed: 200, the same row. Expired or revoked: 409; to a game 404, as its SDKs expect
    (contract/README.md#grant). Games and studios get the grant itself as the answer.
    """
    player, grant = await _lock_grant(tx, ctx, external_id, grant_id)
    if grant.status == "claimed":
        return _claimed(ctx, serialize_grant(grant), [])
    _refuse_ended(ctx, grant)
    if grant.kind == "crate":
        conflict(f"Grant '{grant_id}' is a crate: open it", kind="crate")
    before = serialize_grant(grant)
    grant_issuing.mark_claimed(tx, ctx, player, grant)
    deposits = await depositing.deposit(tx, ctx, player, grant)
    after = serialize_grant(grant)
    if ctx.surface == "server":
        trail.record(
            tx,
            ctx,
            "grant.ack",
            target_kind="grant",
            target_id=grant_id,
            player=player,
            metadata={"ackedBy": "server_api"},
            before=before,
            after=after,
        )
    return _claimed(ctx, after, deposits)


def _claimed(ctx: Context, shown: dict[str, Any], deposits: list[dict[str, Any]]) -> RuleResult:
    return RuleResult(200, {"grant": shown, "deposits": deposits} if ctx.surface == "engine" else shown)


async def open_crate(tx: Transaction, ctx: Context, external_id: str, grant_id: str) -> RuleResult:
    """Open a crate: it is claimed, and its contents become a pending grant; repeated calls return the same contents
    (contract/SDK.md#collecting)."""
    player, crate = await _lock_grant(tx, ctx, external_id, grant_id)
    if crate.kind != "crate":
        conflict(f"Grant '{grant_id}' is not a crate", kind=crate.kind)
    if crate.status == "claimed":
        contents = await _contents(tx, crate)
    else:
        _refuse_ended(ctx, crate)
        contents = await _open(tx, ctx, player, crate)
    return RuleResult(200, {"crate": serialize_grant(crate), "contents": serialize_grant(contents)})


async def expire(tx: Transaction, ctx: Context, external_id: str, grant_id: str) -> RuleResult:
    """Expire a pending grant whose time is over; any other stays as it is (contract/README.md#grant)."""
    player, grant = await _lock_grant(tx, ctx, external_id, grant_id, banned_too=True)
    expire_locked(tx, ctx, player, grant)
    return RuleResult(200, {"grant": serialize_grant(grant)})


def expire_locked(tx: Transaction, ctx: Context, player: PlayerRecord, grant: GrantRecord) -> bool:
    """Expire a grant of a locked player if it is pending and its time is over; True if it was."""
    if grant.status != "pending" or grant.expires_at is None or grant.expires_at > ctx.now_ms:
        return False
    tx.change(grant, status="expired")
    tx.change(player, grants_pending=player.grants_pending - 1)
    return True


async def _refuse_unless_permissive(tx: Transaction, ctx: Context) -> None:
    if (await definitions.game(tx, ctx)).inventory_management != "permissive":
        raise RuleError(
            Code.INVENTORY_NOT_PERMISSIVE, "players of this game may not give themselves anything; ask the studio"
        )


def _refuse_ended(ctx: Context, grant: GrantRecord) -> None:
    """Refuse to claim a grant that is revoked or past its time, whether or not the sweep has run
    (contract/README.md#grant)."""
    over = grant.expires_at is not None and grant.expires_at <= ctx.now_ms
    status = "revoked" if grant.status == "revoked" else "expired"
    if grant.status not in ("expired", "revoked") and not over:
        return
    words = f"Grant '{grant.grant_id}' {'was revoked' if status == 'revoked' else 'has expired'}"
    if ctx.surface == "sdk":
        raise RuleError(Code.NOT_FOUND, words, {"status": status})
    conflict(words, status=status)


async def _open(tx: Transaction, ctx: Context, player: PlayerRecord, crate: GrantRecord) -> GrantRecord:
    try:
        rolled = await grant_issuing.roll_crate(tx, ctx, crate.grant_id, crate.contents)
    except RollFailed as failure:
        conflict(f"The crate could not be opened: {failure}", rollError=str(failure))
    grant_issuing.mark_claimed(tx, ctx, player, crate)
    source = GrantSource("crate", crate.grant_id, crate.grant_id)
    return await grant_issuing.issue(tx, ctx, player, "reward", {"entries": rolled}, source, rolled=True)


async def _contents(tx: Transaction, crate: GrantRecord) -> GrantRecord:
    column = tables.grants.c
    studio_id, game_id, player_id, grant_id = crate.primary_key()
    row = await tx.find(
        tables.grants,
        column.studio_id == studio_id,
        column.game_id == game_id,
        column.player_id == player_id,
        column.parent_grant_id == grant_id,
        column.kind == "reward",
    )
    assert row is not None, "an opened crate has contents"
    return row


async def _lock_grant(
    tx: Transaction, ctx: Context, external_id: str, grant_id: str, *, banned_too: bool = False
) -> tuple[PlayerRecord, GrantRecord]:
    player = await players.lock(tx, ctx, external_id)
    if ctx.surface in ("sdk", "engine") and not banned_too:
        players.refuse_banned(player)
    grant = await tx.get(tables.grants, *player.primary_key(), grant_id) if is_id(grant_id) else None
    if grant is None:
        not_found("Grant", grant_id)
    return player, grant
