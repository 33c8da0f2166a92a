"""Refused attempts are audit rows of their own, in a transaction of their own (decisions: Roles and permissions)."""

from __future__ import annotations

from kraty_console.backend.api.callers import Caller
from kraty_console.backend.auth.roles import roles_of, studio_exists
from kraty_console.backend.engine import audit
from kraty_console.backend.engine.context import Context, Tenant
from kraty_console.backend.storage.database import Database


async def log_of(db: Database, caller: Caller, studio_id: str | None) -> str | None:
    """Whose log holds a refused attempt at a studio.

    That of the studio itself; when there is none of that id, the member's own, so that guessing is seen by somebody. A
    member of no studio who guesses leaves no row: there is no log to hold it.
    """
    async with db.read() as tx:
        if studio_id is not None and await studio_exists(tx, studio_id):
            return studio_id
        if caller.session is None:
            return None
        own = await roles_of(tx, caller.session.member_id)
    return own[0].studio_id if own else None


async def record_denial(
    db: Database,
    context: Context,
    caller: Caller,
    action: str,
    *,
    target: tuple[str, str] | None,
    external_player_id: str | None,
) -> None:
    """Write the audit row of a refused attempt; `context` names what was tried, empty where it is no id."""
    tried = context.tenant
    studio_id = await log_of(db, caller, tried.studio_id or None)
    if studio_id is None:
        return
    game_id = tried.game_id if studio_id == tried.studio_id else ""
    kind, target_id = target or (None, None)
    await audit.denied(
        db,
        Context(
            tenant=Tenant(studio_id, game_id),
            environment=context.environment,
            actor=context.actor,
            request_id=context.request_id,
            now_ms=context.now_ms,
            new_id=context.new_id,
            surface=context.surface,
        ),
        action,
        target_kind=kind,
        target_id=target_id,
        external_player_id=external_player_id,
    )
