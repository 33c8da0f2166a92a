"""The folder of a user's data, and files that only their owner may read (0600), regardless of the umask."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

import platformdirs

from kraty_console.private_files import PRIVATE_DIR, PRIVATE_FILE, create_private, write_private

LOG: Final = logging.getLogger("kraty.storage")

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, in files of the same mode."""


class NoFolder(Exception):
    """There is no folder for data, in words."""


def keep_database_private(database: str) -> None:
    """Make a SQLite file that is to come, and take an existing one and what lies beside it from everybody else.

    A folder that is not there is SQLite's to report.
    """
    path = Path(os.path.realpath(database))
    with contextlib.suppress(OSError):
        os.close(create_private(path))
    for name in (path, *(path.with_name(path.name + suffix) for suffix in BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            _take(name)


def _take(path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) or not mode & 0o077:
        return
    try:
        path.chmod(PRIVATE_FILE)
    except OSError as error:
        LOG.warning("%s can be read by others, and that cannot be changed: %s", path, error.strerror)


def read_or_make(path: Path, new: bytes) -> bytes:
    """The content of a private file, made with `new` when it is not there; of several who make it one wins.

    Raises OSError.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            write_private(path, new, replace=False)
        return path.read_bytes()
    _take(path)
    return content


def data_folder() -> Path:
    """The folder of this program in the user's data folder; it need not be there yet.

    Raises NoFolder where the user has no home.
    """
    try:
        folder = platformdirs.user_data_path("kraty-console", appauthor=False)
    except (KeyError, RuntimeError, OSError):
        folder = Path()
    if not folder.is_absolute():
        raise NoFolder("there is no home folder to keep data in: set HOME or XDG_DATA_HOME")
    return folder
