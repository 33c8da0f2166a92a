"""Shared by commands on the backend's database: its URL, one transaction, lists as text or JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, emit_json, say

if TYPE_CHECKING:
    from kraty_console.backend.admin_cli.admin_session import AdminSession

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class RecordNotFound(click.ClickException):
    """A named object does not exist; with a message."""

    exit_code = Exit.NOT_FOUND


class DatabaseUnavailable(click.ClickException):
    """The database does not answer; with a message."""

    exit_code = Exit.UNREACHABLE


def database_option(function: F) -> F:
    """Add `--database`."""
    option = click.option(
        "--database",
        envvar="KRATY_BACKEND_DATABASE",
        metavar="URL",
        help="sqlite:///PATH or postgresql://…; by default KRATY_BACKEND_DATABASE, or a file in your data folder.",
    )
    return option(function)


def json_option(function: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="JSON, in ASCII alone.")(function)


def game_option(function: F) -> F:
    """Add `--game`."""
    return click.option("--game", metavar="ID", help="The game, by id or slug; by default the only one.")(function)


def database_url(named: str | None) -> str:
    """The given URL, or that of a file in the user's data folder, which is created if needed.

    It is stripped, because variables filled from files end in a newline.
    """
    if named and (url := named.strip()):
        return url
    from kraty_console.backend.storage.private_files import NoFolder, data_folder

    try:
        folder = data_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except NoFolder as error:
        raise click.UsageError(f"{error}, or name a database with --database") from None
    except OSError as error:
        raise click.ClickException(f"cannot make {folder}: {error.strerror}; name a database with --database") from None
    return f"sqlite:///{folder / 'backend.sqlite'}"


def not_installed(missing: ModuleNotFoundError) -> click.ClickException:
    """The error for missing backend dependencies, with how to install them."""
    words = f"the backend is not installed ({missing.name} is missing): pip install 'kraty-console[backend]'"
    return click.ClickException(words)


def run_in_transaction(database: str | None, work: Callable[[AdminSession], Awaitable[T]]) -> T:
    """Migrate the database and run `work` in one transaction.

    Raises click.ClickException: refused, a named object does not exist, or the database does not answer.
    """
    import asyncio

    try:
        from sqlalchemy.exc import DBAPIError

        from kraty_console.backend.admin_cli.admin_session import Declined, NoSuch
        from kraty_console.backend.runtime.startup import CannotServe
        from kraty_console.backend.storage.faults import BEHIND_A_POOLER, StorageFault, fault_of
    except ModuleNotFoundError as missing:
        raise not_installed(missing) from None
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
    import secrets
    import time

    from kraty_console.backend.admin_cli.admin_session import AdminSession
    from kraty_console.backend.rules.ids import IdSource
    from kraty_console.backend.runtime.startup import prepare
    from kraty_console.backend.storage.database import Database
    from kraty_console.backend.storage.engine import Limits
    from kraty_console.config.actor import user_name

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
        from kraty_console.present.safe import safe
        from kraty_console.present.width import cells, pad

        lines = [[safe(title) for title in columns.values()]]
        lines += [[safe(_text(row[field]), limit=200) for field in columns] for row in rows]
        widths = [max(cells(line[place]) for line in lines) for place in range(len(columns))]
        emit("\n".join("  ".join(map(pad, line, widths)).rstrip() for line in lines))
    if not rows:
        say(none)
    return Exit.FOUND if rows else Exit.NOT_FOUND


def _text(value: object) -> str:
    return "—" if value is None else str(value)
