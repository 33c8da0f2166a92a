"""What a game asks before it knows its player: the time, and what there is to have (kraty-api 4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kraty_console.backend.catalog.queries import read_catalog
from kraty_console.backend.http import api_errors
from kraty_console.backend.http.call import Call
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.rules import formats


async def time(call: Call) -> HandlerReply:
    """The backend's clock; `?timezone=` says where it is read, UTC when nothing does. 400 for an unknown zone."""
    name = call.query("timezone") or "UTC"
    here = datetime.fromtimestamp(call.now_ms // 1000, UTC)
    if name != "UTC":
        here = here.astimezone(_zone(name))
    offset = here.utcoffset() or timedelta()
    return HandlerReply(
        {
            "epochMs": call.now_ms,
            "iso": formats.timestamp(call.now_ms),
            "timezone": name,
            "offsetMinutes": round(offset / timedelta(minutes=1)),
            "local": f"{here:%Y-%m-%dT%H:%M:%S}",
        }
    )


async def catalog(call: Call) -> HandlerReply:
    """Items and currencies; how rewards are put together is not a player's to see."""
    async with call.services.db.read() as tx:
        found = await read_catalog(tx, call.game)
    return HandlerReply({name: found[name] for name in ("items", "currencies")}, tagged=True)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # What is no name of a zone may be the name of a folder, or no path at all.
        raise api_errors.invalid("timezone", "must be a time zone of the IANA list, such as Europe/Lisbon") from None
