"""Whether the backend lives, what it keeps to, and how its database and its jobs fare."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from kraty_console import __version__
from kraty_console.backend import answers
from kraty_console.backend.api.calls import Call, Services
from kraty_console.backend.api.envelope import Reply
from kraty_console.backend.engine import set_aside
from kraty_console.contract.operations import FEATURE_PREFIX, Operation

FEATURES: Final = ("idempotency-keys", *sorted(FEATURE_PREFIX + operation for operation in Operation))
"""What this backend promises beyond the published contract: what it keeps to, and every operation that it has."""

PATIENCE_SECONDS: Final = 1.0
"""How long the database may take to show that it is there."""


async def health(call: Call) -> Reply:
    """That the backend answers. When its database does not, `ok` is false; the status is 200 all the same."""
    database, set_aside_ = await _database(call.services)
    return Reply(
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
    kind = services.db.engine.dialect.name
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), services.db.read() as tx:
            aside = await set_aside.counts(tx)
    except (TimeoutError, SQLAlchemyError, OSError):
        return {"ok": False, "kind": kind}, {}
    except Exception as error:
        if getattr(error, "sqlstate", None) is None:  # what asyncpg raises while it connects is of no common kind
            raise
        return {"ok": False, "kind": kind}, {}
    return {"ok": True, "kind": kind}, dict(aside)


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
