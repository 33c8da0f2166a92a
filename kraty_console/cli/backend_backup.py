"""`kraty-console backend backup`: copy a SQLite database while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from kraty_console.backend.admin_cli.admin_session import Declined
from kraty_console.backend.admin_cli.backup import back_up, key_file
from kraty_console.backend.storage.urls import UnknownDatabase
from kraty_console.cli.backend_options import database_option
from kraty_console.cli.database_url import database_url
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import print_message


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
def backup(file: Path, database: str | None) -> int:
    """Copy a SQLite database to FILE and check the copy; a backend may be using the database."""
    try:
        url = database_url(database)
        size = back_up(url, file)
    except UnknownDatabase as error:
        raise click.UsageError(str(error)) from None
    except Declined as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    print_message(f"Copied {size:,} bytes to {file}; the copy is intact, and readable only by you.")
    if (key := key_file(url)) is not None:
        print_message(f"It contains webhook secrets encrypted with {key}: keep that file too, apart from the copy.")
    return Exit.FOUND
