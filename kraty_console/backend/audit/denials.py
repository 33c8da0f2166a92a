"""Record refused attempts: one audit row for each actor, route and hour.

Attempts of outsiders are only counted in the metrics: anyone with an account could otherwise fill another studio's log,
which cannot be deleted.
"""

from __future__ import annotations

from dataclasses import replace

from kraty_console.backend.audit import denial_counts, trail
from kraty_console.backend.auth.roles import game_exists, role_in, roles_of
from kraty_console.backend.http.authentication import Caller
from kraty_console.backend.http.call import Services
from kraty_console.backend.rules.context import Context, Tenant
from kraty_console.backend.rules.ids import is_id
from kraty_console.backend.storage.transaction import Transaction

OUTSIDER = "outsider"
"""Why an attempt is only counted: the caller has no role in the studio, or the studio does not exist."""


async def record_denial(
    services: Services,
    context: Context,
    caller: Caller,
    route: str,
    action: str,
    *,
    target: tuple[str, str] | None,
    external_player_id: str | None,
) -> None:
    """Record a refused attempt; `context` names its studio and game, empty if they are not ids.

    If the caller may see the game, the row belongs to the player concerned.
    """
    kind, target_id = target or (None, None)
    async with services.db.read() as tx:
        tenant = await _log_of(tx, caller, context.tenant)
        if tenant is None:
            services.refused[OUTSIDER] += 1
            return
        refused_context = replace(context, tenant=tenant)
        player = None
        if tenant.game_id and await _sees(tx, caller, tenant):
            player = await trail.player_concerned(
                tx, refused_context, target_kind=kind, target_id=target_id, external_player_id=external_player_id
            )

    async def work(tx: Transaction) -> None:
        audit_id = refused_context.new_id()
        if await denial_counts.is_first(tx, refused_context, route, audit_id):
            trail.record_denied(
                tx,
                refused_context,
                action,
                audit_id,
                target_kind=kind,
                target_id=target_id,
                external_player_id=external_player_id,
                player=player,
            )

    await services.db.run(work)


async def _log_of(tx: Transaction, caller: Caller, tried: Tenant) -> Tenant | None:
    """The studio and game (empty for none) whose log gets a refused attempt; None for an outsider's.

    A game that does not exist is left out, because the row would be visible to no one.
    """
    if caller.session is None:
        return tried
    if not is_id(tried.studio_id) or not await roles_of(tx, caller.session.member_id, tried.studio_id):
        return None
    known = tried.game_id and await game_exists(tx, tried.studio_id, tried.game_id)
    return tried if known else Tenant(tried.studio_id, "")


async def _sees(tx: Transaction, caller: Caller, tenant: Tenant) -> bool:
    """Whether the game is the caller's own: a key's, or one in which the member has any role."""
    if caller.session is None:
        return True
    return await role_in(tx, caller.session.member_id, tenant.studio_id, tenant.game_id) is not None
