"""A copy of the demo world on disk, from which later demos start: its timestamps are moved to the present.

Making the world takes seconds, copying it and moving it in time takes a fraction of one. Only SQLite files are kept. A
copy that cannot be used is not an error: the world is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from kraty_console.backend.storage.tables import metadata
from kraty_console.backend.storage.tables.columns import MOMENT
from kraty_console.backend.storage.vault import SECRET_VARIABLE
from kraty_console.private_files import create_private, private_dir

LOG: Final = logging.getLogger("kraty.demo")

_SOURCES: Final = Path(__file__).parents[1]
_TIMESTAMP: Final = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z"')
"""A whole JSON string that is a timestamp of the API."""
_DATED: Final = {"audit": ("metadata", "before", "after"), "outbox": ("payload",)}
"""JSON columns that hold timestamps of the API, by table."""


class DemoCache:
    """The copies in one folder; at most one is kept, that of the present sources."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"world-{_fingerprint()}"

    def restore(self, database: Path, now_ms: int) -> bool:
        """Create the database file from the copy, with its timestamps moved to now; returns False if there is no copy.

        The file must not be in use; an existing one is replaced.
        """
        kept = self._kept()
        if kept is None:
            return False
        file, made_ms = kept
        try:
            _copy(_key_of(file), _key_of(database))
            _copy(file, database)
            move_in_time(database, now_ms - made_ms)
        except (OSError, sqlite3.Error) as error:
            LOG.warning("the copy of the demo world in %s cannot be used: %s", file, error)
            for path in (database, _key_of(database)):
                path.unlink(missing_ok=True)
            return False
        return True

    def keep(self, database: Path, made_ms: int) -> None:
        """Keep a copy of a database file that contains only the world; nothing may write to it meanwhile."""
        if os.environ.get(SECRET_VARIABLE):  # sealed columns could not be read without it
            return
        try:
            private_dir(self._folder)
            with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
                if _holds_periods(connection):
                    return
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            file = self._folder / f"{self._name}-{made_ms}.db"
            before = set(self._folder.glob("world-*"))
            _copy(_key_of(database), _key_of(file))
            _copy(database, file)
        except (OSError, sqlite3.Error) as error:
            LOG.warning("no copy of the demo world is kept in %s: %s", self._folder, error)
            return
        for old in before - {file, _key_of(file)}:
            old.unlink(missing_ok=True)

    def _kept(self) -> tuple[Path, int] | None:
        """The copy, and when its world was created (ms)."""
        for file in self._folder.glob(f"{self._name}-*.db"):
            made = file.stem.rpartition("-")[2]
            if made.isdigit():
                return file, int(made)
        return None


def move_in_time(database: Path, by_ms: int) -> None:
    """Move every timestamp of a SQLite database by milliseconds, in columns and in JSON. Raises sqlite3.Error."""
    by = timedelta(milliseconds=by_ms)

    def moved(text: str | None) -> str | None:
        return None if text is None else _TIMESTAMP.sub(lambda match: f'"{_moved(match[1], by)}Z"', text)

    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # a copy that an outage breaks is not used by anyone
        connection.create_function("moved", 1, moved, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        with _without_triggers(connection):
            for table in metadata.sorted_tables:
                changes = [f'"{name}" = "{name}" + {by_ms:d}' for name in _moments(table)]
                changes += [f'"{name}" = moved("{name}")' for name in _DATED.get(table.name, ())]
                if changes:
                    connection.execute(f'UPDATE "{table.name}" SET {", ".join(changes)}')  # noqa: S608 (names of ours)
        connection.execute("COMMIT")


def _moved(timestamp: str, by: timedelta) -> str:
    return (datetime.fromisoformat(timestamp).replace(tzinfo=UTC) + by).isoformat(timespec="milliseconds")[:-6]


def _moments(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns if column.type is MOMENT and not column.primary_key]


def _holds_periods(connection: sqlite3.Connection) -> bool:
    """Whether there are rows of a period of days or weeks, which cannot be moved by hours."""
    tables = [table.name for table in metadata.sorted_tables for column in table.primary_key if column.type is MOMENT]
    return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in tables)  # noqa: S608 (ours)


@contextlib.contextmanager
def _without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    """Drop the triggers that protect rows, and restore them at the end."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in triggers:
        connection.execute(definition)


def _copy(source: Path, target: Path) -> None:
    """Copy a file into a private one atomically. Raises OSError."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with source.open("rb") as whence, open(create_private(partial), "wb") as file:  # noqa: PTH123 (a descriptor has no path)
            shutil.copyfileobj(whence, file, 1 << 20)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _key_of(database: Path) -> Path:
    """The file with the key for the sealed columns of a database file."""
    return Path(f"{database}.key")


def _fingerprint() -> str:
    """A hash of names, sizes and times of the backend's source files, so that changed rules invalidate the copy."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(_SOURCES.rglob("*.py")):
        known = path.stat()
        digest.update(f"{path.relative_to(_SOURCES)}:{known.st_size}:{known.st_mtime_ns}\n".encode())
    return digest.hexdigest()
