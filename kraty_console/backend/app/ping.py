"""What the key in use is for."""

from __future__ import annotations

from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply


async def ping(call: Call) -> HandlerReply:
    """The facts of the key (kraty-api 3.1); this answer stands alone, without an envelope."""
    key = call.caller.the_key
    facts = {
        "id": key.key_id,
        "prefix": key.prefix,
        "permissionSet": key.permission_set,
        "environment": key.environment,
        "studioId": key.studio_id,
        "gameId": key.game_id,
    }
    return HandlerReply({"ok": True, "apiKey": facts}, bare=True)
