"""Register a player: create a secret that is shown once and stored as a hash."""

from __future__ import annotations

from typing import Any, Final

from kraty_console.backend.auth.tokens import digest, new_player_secret, secret_prefix
from kraty_console.backend.players import names
from kraty_console.backend.players import service as players
from kraty_console.backend.rules import formats, idempotency, outbox
from kraty_console.backend.rules.context import LIVE, Context, RuleResult
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage.tables import PlayerRecord
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.contract.errors import Code
from kraty_console.contract.webhooks import EventName

LOST_ANSWER_MS: Final = 10 * 60_000
"""How long a repeated call gets a new secret, in case its first answer was lost."""


async def register(
    tx: Transaction, ctx: Context, external_id: str, *, email: str | None = None, force: bool = False
) -> RuleResult:
    """Create the player's secret; an unknown player is created. Fires `player.registered` the first time.

    403 `player_banned`; 409 `player_already_registered` unless `force`, which rotates the secret and is ignored with
    a live key: SDKs try it after a 409, and report the result of the second try.

    The secret is only in this answer and cannot be repeated: for ten minutes the same call with the same idempotency
    key creates another, in case the answer was lost, and invalidates the first.
    """
    force = force and ctx.environment != LIVE
    operation = f"player.register/{ctx.environment}/{external_id}"
    earlier = await idempotency.replay(tx, ctx, operation, {"email": email, "force": force})
    player = await players.upsert(tx, ctx, external_id, email=email)
    players.refuse_banned(player)
    first = player.registered_at is None
    if not first and not force and not (earlier and _just_minted(ctx, player)):
        raise RuleError(
            Code.PLAYER_ALREADY_REGISTERED,
            f"Player '{external_id}' is registered already",
            {"registeredAt": formats.timestamp(player.registered_at), "secretPrefix": player.secret_prefix},
        )
    secret = _mint(tx, ctx, player)
    data = _registration(player)
    if first:
        outbox.emit(tx, ctx, EventName.PLAYER_REGISTERED, player, data)
    if earlier is None:
        await idempotency.keep(tx, ctx, operation, 201, data)
    return RuleResult(201, {**data, "secret": secret})


def _just_minted(ctx: Context, player: PlayerRecord) -> bool:
    minted = player.secret_rotated_at or player.registered_at
    return minted is not None and ctx.now_ms - minted <= LOST_ANSWER_MS


def _mint(tx: Transaction, ctx: Context, player: PlayerRecord) -> str:
    secret = new_player_secret(ctx.random_bytes)
    kept = {"secret_hash": digest(secret), "secret_prefix": secret_prefix(secret), "updated_at": ctx.now_ms}
    if player.registered_at is None:
        tx.change(player, registered_at=ctx.now_ms, **kept)
    else:
        tx.change(player, secret_rotated_at=ctx.now_ms, **kept)
    players.mark_seen(tx, ctx, player)
    return secret


def _registration(player: PlayerRecord) -> dict[str, Any]:
    """The answer to a registration without the secret; the country is null if the backend does not know it."""
    return {
        "playerId": player.player_id,
        "externalPlayerId": player.external_player_id,
        "secretPrefix": player.secret_prefix,
        "registeredAt": formats.timestamp(player.registered_at),
        "createdAt": formats.timestamp(player.created_at),
        "country": player.country,
        "syntheticIdentity": names.synthetic(player.anonymized_identity),
        "displayIdentity": names.display(player),
        "anonymizedIdentity": names.anonymized(player),
    }
