"""Copy a SQLite database while it is in use: one consistent, checked state, readable by its owner only."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kraty_console.backend.admin_cli.admin_session import Declined
from kraty_console.backend.storage.urls import engine_url
from kraty_console.backend.storage.vault import Vault
from kraty_console.private_files import create_private


def back_up(url: str, target: Path) -> int:
    """Copy the database at the URL to a new file, check the copy, and return its size in bytes.

    The file (mode 0600) appears under its name only when it is complete; an existing file is not overwritten.
    """
    parsed = engine_url(url)
    if not parsed.drivername.startswith("sqlite"):
        raise Declined("this copies SQLite files; copy PostgreSQL with its own pg_dump --format=custom")
    source = Path(parsed.database or "")
    if not source.is_file():
        raise Declined(f"there is no database {source}")
    if target.exists():
        raise Declined(f"{target} is there already; name a new file")
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(create_private(partial))
        _copy(source, partial)
        os.link(partial, target)  # unlike a rename, it never replaces a file that was created meanwhile
    except FileExistsError:
        raise Declined(f"{target} is there already; name a new file") from None
    except (OSError, sqlite3.Error) as error:
        words = error.strerror if isinstance(error, OSError) else str(error)
        raise Declined(f"cannot copy to {target}: {words}") from None
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def key_file(url: str) -> Path | None:
    """The file with the key for the sealed columns of the database; None if there is no such file."""
    path = Vault(engine_url(url)).file
    return path if path.is_file() else None


def _copy(source: Path, partial: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(partial)) as copy,
    ):
        live.backup(copy)  # all pages in one step: a consistent state despite concurrent writes
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the copy is a single file
        result = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if result != "ok":
            raise Declined(f"the copy is not sound ({result}); the database itself may be damaged")
    with partial.open("rb") as written:
        os.fsync(written.fileno())
