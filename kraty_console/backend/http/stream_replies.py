"""Event streams as answers, with a check that the caller may still listen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from kraty_console.backend.auth.player_secrets import PLAYER_SECRET, find_secret_holder
from kraty_console.backend.http.authentication import authenticate_key, key_in_headers
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.http.event_streams import EventFeed, Gather
from kraty_console.backend.rules.errors import RuleError
from kraty_console.backend.storage.transaction import Transaction

_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Headers that keep proxies from buffering events."""


class StreamSource:
    """The feed of one stream, and whether its caller may still listen."""

    def __init__(self, call: Call, feed: EventFeed, gather: Gather) -> None:
        self._call = call
        self.feed = feed
        self.gather = gather

    async def allowed(self, tx: Transaction) -> bool:
        """Whether the key is still active and, if one was required, the secret is still the player's."""
        headers = self._call.request.headers
        try:
            caller = await authenticate_key(tx, key_in_headers(headers))
        except RuleError:
            return False
        player = self._call.caller.player
        if player is None:
            return True
        return (
            await find_secret_holder(tx, caller.the_key, player.external_player_id, headers.get(PLAYER_SECRET))
            is not None
        )


def stream_reply(call: Call, feed: EventFeed, gather: Gather) -> HandlerReply:
    """Stream the events of a feed; 503 if too many streams are open."""
    services = call.services
    services.streams.refuse_more(call.address)
    if call.request.method == "HEAD":
        return HandlerReply(stream=_empty_stream(), headers=_HEADERS)
    source = StreamSource(call, feed, gather)
    stream = services.streams.frames(services.db, services.now_ms, source, call.address)
    return HandlerReply(stream=stream, headers=_HEADERS)


async def _empty_stream() -> AsyncIterator[bytes]:
    """The answer to HEAD: an empty stream."""
    nothing: tuple[bytes, ...] = ()
    for chunk in nothing:
        yield chunk
