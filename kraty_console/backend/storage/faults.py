"""Classify database errors: retry, wait, or report."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StorageFault(Enum):
    """Kinds of temporary database errors."""

    COLLISION = auto()
    """Two transactions got in each other's way (40001, 40P01) or the file was busy; trying again helps at once."""
    LOCKED = auto()
    """Somebody held a row or the file for longer than one may wait (55P03)."""
    TOO_SLOW = auto()
    """A statement took longer than it may (57014)."""
    CROWDED = auto()
    """No connection was free in time, here or at the server (53300)."""
    AWAY = auto()
    """The server does not answer, is starting, or hung up."""
    UNWRITABLE = auto()
    """It can be read at best: its file is read-only, its disk full or broken (53100), or it is a copy (25006)."""
    POOLED = auto()
    """A pooler gives each transaction another connection, and prepared statements are kept for one (26000, 42P05)."""


_STATES: Final = {
    "40001": StorageFault.COLLISION,
    "40P01": StorageFault.COLLISION,
    "55P03": StorageFault.LOCKED,
    "57014": StorageFault.TOO_SLOW,
    "53300": StorageFault.CROWDED,
    "53100": StorageFault.UNWRITABLE,
    "25006": StorageFault.UNWRITABLE,
    "26000": StorageFault.POOLED,
    "42P05": StorageFault.POOLED,
}
_AWAY: Final = ("08", "57P", "25P03", "25P04")
"""SQLSTATEs that begin so: connection lost, shutting down or starting, ended for resting too long."""

_BUSY: Final = ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED")


_UNWRITABLE: Final = ("SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_CORRUPT")
"""Names of SQLite's errors that begin so."""

BEHIND_A_POOLER: Final = (
    "a pooler gives each transaction another connection, so prepared statements cannot be kept: add"
    " ?statement_cache_size=0 to the database URL, or let the pooler keep connections for whole sessions"
)
"""What has to be configured when statements are missing (26000) or there already (42P05)."""


def fault_of(error: BaseException) -> StorageFault | None:
    """The kind of fault behind an error; None when it is a programming error."""
    if isinstance(error, PoolTimeout):
        return StorageFault.CROWDED
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        if state in _STATES:
            return _STATES[state]
        if state.startswith(_AWAY):
            return StorageFault.AWAY
    named = getattr(original, "sqlite_errorname", None) or ""
    if named in _BUSY:
        return StorageFault.COLLISION
    if named.startswith(_UNWRITABLE):
        return StorageFault.UNWRITABLE
    if isinstance(error, InterfaceError | OSError) or getattr(error, "connection_invalidated", False):
        return StorageFault.AWAY
    return StorageFault.AWAY if _is_confused(original) else None


def words_of(error: BaseException, url: URL) -> str:
    """Why a database takes no changes, with the path of its file, for the operator."""
    original: BaseException = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    message = str(original).partition("\n")[0] or type(original).__name__
    if fault_of(error) is StorageFault.POOLED:
        return BEHIND_A_POOLER
    if url.drivername.startswith("sqlite"):
        return f"the file {url.database} cannot be written: {message}"
    return f"it takes no changes: {message}"


def driver_errors() -> tuple[type[Exception], type[Exception]]:
    """What asyncpg raises by itself: the server's errors, and its own. Only PostgreSQL needs asyncpg (36 ms)."""
    from asyncpg import InternalClientError, PostgresError

    return PostgresError, InternalClientError


def _is_confused(error: BaseException) -> bool:
    """Whether asyncpg is out of sync: the server's last message came between two queries, its disconnection not yet."""
    _, confusion = driver_errors()
    return isinstance(error, confusion) or isinstance(error.__cause__, confusion)
