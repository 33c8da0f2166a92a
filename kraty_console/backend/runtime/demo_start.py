"""A start with the demo world, from a copy of an earlier start or newly made."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kraty_console.backend.demo.cache import DemoCache
from kraty_console.backend.demo.directory import holds_world, issue_access
from kraty_console.backend.runtime.settings import Settings
from kraty_console.backend.runtime.startup import CannotServe
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.urls import UnknownDatabase, engine_url
from kraty_console.private_files import write_private


def restore_copy(settings: Settings, now_ms: int) -> None:
    """Create the database from the kept copy of the demo world, if there is a copy and no database."""
    file = _database_file(settings)
    if file is not None and settings.demo_cache is not None and not file.exists():
        DemoCache(settings.demo_cache).restore(file, now_ms)


async def load_demo(settings: Settings, url: str, now_ms: int) -> None:
    """Make the demo world unless the database holds it, and write the credentials of this start.

    Raises CannotServe if they cannot be written.
    """
    db = Database.open(settings.database_url, settings.limits)
    try:
        made = False
        if not await holds_world(db):
            from kraty_console.backend.demo.world import make  # saves 90 ms of a start from a copy

            made = await make(db, now_ms)
        if made:
            await db.analyze()
            file = _database_file(settings)
            if file is not None and settings.demo_cache is not None:
                DemoCache(settings.demo_cache).keep(file, now_ms)
        world = await issue_access(db, now_ms, loaded_now=made)
    finally:
        await db.close()
    if settings.credentials_out is None:
        return
    try:
        write_private(settings.credentials_out, json.dumps(world.credentials(url), indent=2) + "\n")
    except OSError as error:
        raise CannotServe(f"cannot write {settings.credentials_out}: {error.strerror}") from None


def _database_file(settings: Settings) -> Path | None:
    """The database's file, of SQLite."""
    try:
        parsed = engine_url(settings.database_url)
    except UnknownDatabase:  # reported when it is prepared
        return None
    return Path(os.path.realpath(parsed.database or "")) if parsed.drivername.startswith("sqlite") else None
