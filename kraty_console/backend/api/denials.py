"""Refused attempts are audit rows of their own, in a transaction of their own (decisions: Roles and permissions)."""

from __future__ import annotations

from dataclasses import replace

from kraty_console.backend.api.callers import Caller
from kraty_console.backend.auth.roles import game_exists, role_in, roles_of, studio_exists
from kraty_console.backend.engine import audit
from kraty_console.backend.engine.context import Context, Tenant
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction


async def _log_of(db: Database, caller: Caller, tried: Tenant) -> Tenant | None:
    """Whose log holds a refused attempt, and under which game (empty: under none).

    That of the studio that was tried; when there is none of that id, the member's own, so that guessing is seen by
    somebody. A game that is not there is not named, for then nobody could see the row. A member of no studio who
    guesses leaves no row: there is no log to hold it.
    """
    async with db.read() as tx:
        if tried.studio_id and await studio_exists(tx, tried.studio_id):
            known = tried.game_id and await game_exists(tx, tried.studio_id, tried.game_id)
            return tried if known else Tenant(tried.studio_id, "")
        if caller.session is None:
            return None
        own = await roles_of(tx, caller.session.member_id)
    return Tenant(own[0].studio_id, "") if own else None


async def record_denial(
    db: Database,
    context: Context,
    caller: Caller,
    action: str,
    *,
    target: tuple[str, str] | None,
    external_player_id: str | None,
) -> None:
    """Write the audit row of a refused attempt; `context` names what was tried, empty where it is no id.

    Where the caller may see the game, the row is among those of the player it was about.
    """
    place = await _log_of(db, caller, context.tenant)
    if place is None:
        return
    there = replace(context, tenant=place)
    kind, target_id = target or (None, None)
    player = None
    if place.game_id:
        async with db.read() as tx:
            if await _sees(tx, caller, place):
                player = await audit.concerned(
                    tx, there, target_kind=kind, target_id=target_id, external_player_id=external_player_id
                )
    await audit.denied(
        db,
        there,
        action,
        target_kind=kind,
        target_id=target_id,
        external_player_id=external_player_id,
        player=player,
    )


async def _sees(tx: Transaction, caller: Caller, place: Tenant) -> bool:
    """Whether the game is the caller's own: a key's, or one in which the member has any role."""
    if caller.session is None:
        return True
    return await role_in(tx, caller.session.member_id, place.studio_id, place.game_id) is not None
