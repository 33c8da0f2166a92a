"""The URL of the backend's database."""

from __future__ import annotations

import click

from kraty_console.backend.storage.private_files import NoFolder, data_folder


def database_url(named: str | None) -> str:
    """The given URL, or that of a file in the user's data folder, which is created if needed.

    It is stripped, because variables filled from files end in a newline.
    """
    if named and (url := named.strip()):
        return url
    try:
        folder = data_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except NoFolder as error:
        raise click.UsageError(f"{error}, or name a database with --database") from None
    except OSError as error:
        raise click.ClickException(f"cannot make {folder}: {error.strerror}; name a database with --database") from None
    return f"sqlite:///{folder / 'backend.sqlite'}"
