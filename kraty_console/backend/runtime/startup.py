"""Prepare a start: migrate the database, and open the listening socket."""

from __future__ import annotations

import errno
import logging
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.engine import Limits
from kraty_console.backend.storage.faults import StorageFault, driver_errors, fault_of, words_of
from kraty_console.backend.storage.migrate import LONGEST_WAIT_MS, UnknownShape, migrate
from kraty_console.backend.storage.private_files import keep_database_private
from kraty_console.backend.storage.urls import UnknownDatabase, engine_url, shown
from kraty_console.backend.storage.vault import SECRET_VARIABLE, NoKey
from kraty_console.backend.webhooks.endpoint_secrets import seal_all

LOG: Final = logging.getLogger("kraty.backend")


class CannotServe(Exception):
    """The backend cannot start; the message says why, and `usage` marks wrong options."""

    def __init__(self, message: str, *, usage: bool = False) -> None:
        super().__init__(message)
        self.usage = usage


async def prepare(url: str, *, wait_ms: int = LONGEST_WAIT_MS) -> None:
    """Create or upgrade the tables of the database at the URL, waiting for locks (milliseconds).

    Raises CannotServe for an unsupported database, one that does not answer, or one newer than this backend.
    """
    try:
        parsed = engine_url(url)
    except UnknownDatabase as error:
        raise CannotServe(str(error), usage=True) from None
    faults: tuple[type[Exception], ...] = (DBAPIError, OSError)
    if parsed.drivername.startswith("sqlite"):
        _open_file(parsed.database or "")
    else:
        faults = (*faults, driver_errors()[0])
    try:
        await migrate(url, wait_ms=wait_ms)
        await _seal(url)
    except NoKey as error:
        raise CannotServe(str(error), usage=True) from None
    except UnknownShape as error:
        raise CannotServe(f"the database was made by a newer version of this backend: {error}") from None
    except faults as error:
        if fault_of(error) is StorageFault.LOCKED:
            words = "is locked by another process, so its tables cannot be migrated; end that process and try again"
            raise CannotServe(f"the database {shown(url)} {words}") from None
        if fault_of(error) is StorageFault.UNWRITABLE:
            raise CannotServe(f"the database {shown(url)} takes no changes: {words_of(error, parsed)}") from None
        if fault_of(error) is StorageFault.POOLED:
            raise CannotServe(f"the database {shown(url)}: {words_of(error, parsed)}") from None
        raise CannotServe(f"the database {shown(url)} does not answer: {_cause(error)}") from None


async def _seal(url: str) -> None:
    """Seal secrets that an older version stored unsealed, and warn if the key for sealed ones is missing."""
    db = Database.open(url, Limits(pool=1))
    try:
        if not await db.run_alone(seal_all):
            LOG.error(
                "some webhook secrets were sealed with another key, and nothing is sent to their endpoints: set %s as"
                " it was, bring %s back, or create the endpoints again",
                SECRET_VARIABLE,
                db.vault.file,
            )
    finally:
        await db.close()


def _open_file(path: str) -> None:
    """Refuse a file that is not a database or cannot be written, before connections are bound to the loop."""
    keep_database_private(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute(
                f"PRAGMA user_version={version}"
            )  # changes nothing, and proves that the file is writable
    except sqlite3.Error as error:
        if fault_of(error) is StorageFault.UNWRITABLE and Path(path).exists():
            raise CannotServe(f"the database file {path} cannot be written: {error}") from None
        raise CannotServe(f"the database {path} does not answer: {error}") from None


def _cause(error: Exception) -> str:
    """The message of the database, on one line."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(inner).partition("\n")[0] or type(inner).__name__


BACKLOG: Final = 512

EVERYWHERE: Final = "*"
"""The host that means every address of the machine."""


def listen(host: str, port: int, option: str = "--listen") -> socket.socket:
    """A socket bound to the address; connections are accepted once a server runs.

    Raises CannotServe if it cannot be bound; `option` names the option for another address.
    """
    try:
        info = _every(port) if host == EVERYWHERE else socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        family, kind, protocol, _, address = info
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        words = getattr(error, "strerror", None) or "not a valid address"
        raise CannotServe(f"cannot listen on {host}: {words}", usage=True) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == EVERYWHERE and family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"{host}:{port} is in use; choose another with {option}") from None
        raise CannotServe(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener


def _every(port: int) -> tuple[int, int, int, str, Any]:
    """A socket on all addresses of the machine, IPv6 and IPv4 if possible."""
    if socket.has_dualstack_ipv6():
        return socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::", port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", ("0.0.0.0", port)  # noqa: S104 (as configured)


def base_url(host: str, port: int) -> str:
    """The URL of the backend for callers on this machine."""
    reached = {"0.0.0.0": "127.0.0.1", EVERYWHERE: "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
