"""The signed-in member, and signing out."""

from __future__ import annotations

from itertools import groupby

from kraty_console.backend.audit import trail
from kraty_console.backend.auth.member_sessions import revoke_session
from kraty_console.backend.auth.roles import GameRole, roles_of
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.rules import formats
from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.storage.transaction import Transaction


async def me(call: Call) -> HandlerReply:
    """The member, the session, and the games with the role in each."""
    session = call.caller.the_session
    async with call.services.db.read() as tx:
        roles = await roles_of(tx, session.member_id)
    studios = [
        {"id": studio_id, "name": studio_name, "games": [_game(role) for role in games]}
        for (studio_id, studio_name), games in groupby(roles, key=lambda role: (role.studio_id, role.studio_name))
    ]
    return HandlerReply(
        {
            "member": {"id": session.member_id, "email": session.email, "name": session.name},
            "session": {"expiresAt": formats.timestamp(session.expires_at)},
            "studios": studios,
        }
    )


async def end_session(call: Call) -> HandlerReply:
    """End the session; the audit log of each studio of the member records it."""
    session = call.caller.the_session

    async def end(tx: Transaction) -> None:
        await revoke_session(tx, session, call.now_ms)
        for studio_id in dict.fromkeys(role.studio_id for role in await roles_of(tx, session.member_id)):
            call.tenant = Tenant(studio_id, "")
            trail.record(
                tx, call.context(), "session.revoke", target_kind="session", target_id=session.session_id, player=None
            )

    await call.services.db.run(end)
    call.services.credentials.forget()
    return HandlerReply(status=204)


def _game(role: GameRole) -> dict[str, object]:
    return {
        "id": role.game_id,
        "slug": role.slug,
        "name": role.name,
        "role": role.role,
        "permissions": sorted(role.permissions),
    }
