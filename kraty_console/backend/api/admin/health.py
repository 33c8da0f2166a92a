"""Whether the backend lives, what it keeps to, and how its database and its jobs fare."""

from __future__ import annotations

from typing import Any, Final

from kraty_console import __version__
from kraty_console.backend import answers
from kraty_console.backend.api.calls import Call, Services
from kraty_console.backend.api.envelope import Reply

FEATURES: Final = ("idempotency-keys",)
"""What this backend promises beyond the published contract."""


async def health(call: Call) -> Reply:
    """That the backend answers. When its database does not, `ok` is false; the status is 200 all the same."""
    database = await _database(call.services)
    return Reply(
        {
            "ok": database["ok"],
            "version": __version__,
            "features": list(FEATURES),
            "database": database,
            "worker": _worker(call.services),
        },
        bare=True,
    )


async def _database(services: Services) -> dict[str, Any]:
    kind = services.db.engine.dialect.name
    trouble = await services.db.probe.trouble()
    return {"ok": trouble is None, "kind": kind, "trouble": trouble}


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
