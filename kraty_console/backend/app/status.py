"""Health, the server's time, and what the API key in use is for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kraty_console import __version__
from kraty_console.backend.http.call import Call, Services
from kraty_console.backend.http.envelope import HandlerReply
from kraty_console.backend.rules import formats, set_aside
from kraty_console.backend.rules.errors import invalid
from kraty_console.contract.operations import ADMIN_OPERATIONS, FEATURE_PREFIX

FEATURES: Final = ("idempotency-keys", *sorted(FEATURE_PREFIX + operation for operation in ADMIN_OPERATIONS))
"""What this backend promises beyond the published contract: what it keeps to, and every operation that it has."""


async def health(call: Call) -> HandlerReply:
    """That the backend answers. When its database does not, `ok` is false; the status is 200 all the same."""
    database, set_aside_ = await _database(call.services)
    return HandlerReply(
        {
            "ok": database["ok"],
            "version": __version__,
            "features": list(FEATURES),
            "database": database,
            "worker": {**_worker(call.services), "setAside": set_aside_},
        },
        bare=True,
    )


async def _database(services: Services) -> tuple[dict[str, Any], dict[str, int]]:
    """Whether the database answers, and how many rows jobs have set aside, by job."""
    kind, probe = services.db.engine.dialect.name, services.db.probe
    probe.also = set_aside.COUNTS
    trouble = await probe.trouble()
    aside = {} if trouble else {str(job): int(count) for job, count in probe.rows}
    return {"ok": trouble is None, "kind": kind, "trouble": trouble}, aside


def _worker(services: Services) -> dict[str, Any]:
    worker = services.worker
    if worker is None:
        return {"running": False, "jobs": []}
    return {
        "running": worker.running,
        "jobs": [
            {
                "name": name,
                "lastRunAt": formats.timestamp(state.last_run_ms),
                "failing": state.failing,
                "done": state.done,
            }
            for name, state in worker.states.items()
        ],
    }


async def ping(call: Call) -> HandlerReply:
    """The facts of the key (contract/README.md#api-keys); this answer stands alone, without an envelope."""
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


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # What is no name of a zone may be the name of a folder, or no path at all.
        raise invalid("timezone", "must be a time zone of the IANA list, such as Europe/Lisbon") from None
