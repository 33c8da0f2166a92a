"""The journal's file: private, checked on opening, moved aside if damaged."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kraty_console.private_files import PRIVATE_FILE, create_private, private_dir

VERSION: Final = 3
"""The version of the file's layout (`PRAGMA user_version`)."""

BUSY_MS: Final = 5_000
"""Seconds to wait for another console that is writing."""

_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS entries (
    id TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    profile TEXT NOT NULL,
    base_url TEXT NOT NULL,
    studio TEXT NOT NULL,
    game TEXT NOT NULL,
    environment TEXT,
    member TEXT,
    ticket TEXT,
    kind TEXT NOT NULL,
    player TEXT NOT NULL,
    path TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    applied INTEGER,
    outcome TEXT,
    audit_id TEXT,
    audit_url TEXT,
    request_id TEXT,
    error TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_key ON entries (base_url, studio, game, kind, idempotency_key);
CREATE INDEX IF NOT EXISTS entries_by_time ON entries (created_ms);
"""

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class NewerLayout(Exception):
    """The file was written by a later version."""


def connected(path: Path) -> sqlite3.Connection:
    """Open a connection whose commits are durable.

    Raises:
        NewerLayout: the file is of a later version.
        OSError, sqlite3.Error: the file cannot be opened, is a link, or is damaged (`is_damage`).
    """
    _private_file(path)
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        connection.execute("PRAGMA synchronous = FULL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise NewerLayout("it was written by a newer kraty-console")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _Damaged("the check of its pages failed")
        if version < VERSION:
            _bring_up_to_date(connection)
        on_failure.pop_all()
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Create or upgrade the layout; another console may be doing the same."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for statement in _LAYOUT.split(";") if version < 1 else ():
            connection.execute(statement)
        if version < 2:
            connection.execute("ALTER TABLE entries ADD COLUMN owner TEXT")
        if version < 3:
            connection.execute("ALTER TABLE entries ADD COLUMN version TEXT")
        connection.execute(f"PRAGMA user_version = {max(version, VERSION)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _private_file(path: Path) -> None:
    private_dir(path.parent)
    try:
        os.close(create_private(path))
    except FileExistsError:
        # Not opened here: closing it would drop the locks of another connection of this process.
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "it is a link, or belongs to another user", str(path)) from None
        if status.st_mode & 0o077:
            path.chmod(PRIVATE_FILE)


class _Damaged(sqlite3.DatabaseError):
    """The file opens, but its pages are corrupt."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is corrupt, rather than busy, full or not permitted."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, _Damaged) or (code is not None and code & 0xFF in _DAMAGED)


def move_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged journal, together with SQLite's extra files."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    for ending in ("", "-journal", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside
