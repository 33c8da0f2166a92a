"""Whether the backend lives, what it keeps to, and how its database and its jobs fare."""

from __future__ import annotations

from typing import Any, Final

from kraty_console import __version__
from kraty_console.backend import answers
from kraty_console.backend.api.calls import Call, Services
from kraty_console.backend.api.envelope import HandlerReply
from kraty_console.backend.engine import set_aside
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
            {"name": name, "lastRunAt": answers.moment(state.last_run_ms), "failing": state.failing, "done": state.done}
            for name, state in worker.states.items()
        ],
    }
