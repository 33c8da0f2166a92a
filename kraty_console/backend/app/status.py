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
"""What this backend offers beyond the published contract: guarantees, and every operation."""


async def health(call: Call) -> HandlerReply:
    """Health of the backend. The status is always 200; `ok` is false if the database does not answer."""
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
    """Whether the database answers, and how many rows each job has set aside."""
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
    """Information about the key (contract/README.md#api-keys); the answer has no envelope."""
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
    """The backend's clock, in the zone of `?timezone=`, by default UTC. 400 for an unknown zone."""
    name = call.query("timezone") or "UTC"
    local_time = datetime.fromtimestamp(call.now_ms // 1000, UTC)
    if name != "UTC":
        local_time = local_time.astimezone(_zone(name))
    offset = local_time.utcoffset() or timedelta()
    return HandlerReply(
        {
            "epochMs": call.now_ms,
            "iso": formats.timestamp(call.now_ms),
            "timezone": name,
            "offsetMinutes": round(offset / timedelta(minutes=1)),
            "local": f"{local_time:%Y-%m-%dT%H:%M:%S}",
        }
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # An unknown name may be a folder of the time zone data, or an invalid path.
        raise invalid("timezone", "must be a time zone of the IANA list, such as Europe/Lisbon") from None
