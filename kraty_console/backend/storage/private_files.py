"""Where a user's data is kept, and files that only their owner may read (0600), whatever the umask."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

LOG: Final = logging.getLogger("kraty.storage")

PRIVATE: Final = 0o600
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
        os.close(create(path))
    for name in (path, *(path.with_name(path.name + suffix) for suffix in BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            _take(name)


def create(path: Path) -> int:
    """A new private file, open for writing. Raises OSError, FileExistsError among them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    os.fchmod(descriptor, PRIVATE)  # a umask may have taken from the owner, too
    return descriptor


def _take(path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) or not mode & 0o077:
        return
    try:
        path.chmod(PRIVATE)
    except OSError as error:
        LOG.warning("%s can be read by others, and that cannot be changed: %s", path, error.strerror)


def read_or_make(path: Path, new: bytes) -> bytes:
    """The content of a private file, made with `new` when it is not there; of several who make it one wins.

    Raises OSError.
    """
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = create(partial)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor has no path)
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(partial, path)  # unlike a rename, it never takes the place of a file that came meanwhile
        finally:
            partial.unlink(missing_ok=True)
        return path.read_bytes()
    _take(path)
    return found


def data_folder() -> Path:
    """The folder of this program in the user's data folder; it need not be there yet.

    Raises NoFolder where the user has no home.
    """
    import platformdirs

    try:
        folder = platformdirs.user_data_path("kraty-console", appauthor=False)
    except (KeyError, RuntimeError, OSError):
        folder = Path()
    if not folder.is_absolute():
        raise NoFolder("there is no home folder to keep data in: set HOME or XDG_DATA_HOME")
    return folder
