"""Shared by commands on the backend's database: one transaction, and lists as text or JSON."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from kraty_console.backend.admin_cli.admin_session import AdminSession, Declined, NoSuch
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.runtime.startup import CannotServe, prepare
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.engine import Limits
from kraty_console.backend.storage.faults import BEHIND_A_POOLER, StorageFault, fault_of
from kraty_console.cli.database_url import database_url
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.config.actor import user_name
from kraty_console.present.safe import safe
from kraty_console.present.width import cells, pad

T = TypeVar("T")


class RecordNotFound(click.ClickException):
    """A named object does not exist; with a message."""

    exit_code = Exit.NOT_FOUND


class DatabaseUnavailable(click.ClickException):
    """The database does not answer; with a message."""

    exit_code = Exit.UNREACHABLE


def run_in_transaction(database: str | None, work: Callable[[AdminSession], Awaitable[T]]) -> T:
    """Migrate the database and run `work` in one transaction.

    Raises click.ClickException: refused, a named object does not exist, or the database does not answer.
    """
    try:
        return asyncio.run(_on(database_url(database), work))
    except NoSuch as error:
        raise RecordNotFound(str(error)) from None
    except Declined as error:
        raise click.ClickException(str(error)) from None
    except CannotServe as error:
        raise (click.UsageError if error.usage else DatabaseUnavailable)(str(error)) from None
    except (DBAPIError, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:  # a file, not a connection
            raise click.ClickException(f"cannot open {error.filename}: {error.strerror}") from None
        if fault_of(error) is StorageFault.POOLED:
            raise click.ClickException(BEHIND_A_POOLER) from None
        raise DatabaseUnavailable(f"the database did not answer ({type(error).__name__}); try again") from None


async def _on(url: str, work: Callable[[AdminSession], Awaitable[T]]) -> T:
    def now_ms() -> int:
        return time.time_ns() // 1_000_000

    await prepare(url)
    new_id = IdSource(now_ms, secrets.randbits)
    operator = f"command line ({user_name()})"
    db = Database.open(url, Limits(pool=1))
    try:
        return await db.run(lambda tx: work(AdminSession(tx, now_ms(), new_id, secrets.token_bytes, operator)))
    finally:
        await db.close()


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, as_json: bool, none: str) -> int:
    """Print a list as JSON or as a table of the columns (field → title); the exit code says whether it has rows."""
    if as_json:
        emit_json(list(rows))
    elif rows:
        lines = [[safe(title) for title in columns.values()]]
        lines += [[safe(_text(row[field]), limit=200) for field in columns] for row in rows]
        widths = [max(cells(line[place]) for line in lines) for place in range(len(columns))]
        emit("\n".join("  ".join(map(pad, line, widths)).rstrip() for line in lines))
    if not rows:
        print_message(none)
    return Exit.FOUND if rows else Exit.NOT_FOUND


def _text(value: object) -> str:
    return "—" if value is None else str(value)
