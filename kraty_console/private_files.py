"""Files and folders that only their owner can access, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

PRIVATE_FILE: Final = 0o600
PRIVATE_DIR: Final = 0o700


def private_dir(path: Path) -> Path:
    """Create the folder if needed, and take the access of others to it away."""
    path.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_DIR)
    return path


def create_private(path: Path) -> int:
    """Create an empty private file and return its descriptor, open for writing.

    Raises:
        OSError: it cannot be created; FileExistsError if something has this name, a link included.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.fchmod(descriptor, PRIVATE_FILE)  # the umask can remove the owner's access, too
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def write_private(path: Path, content: str | bytes, *, replace: bool = True, create_folder: bool = False) -> None:
    """Write a private file atomically; text is encoded as UTF-8.

    Args:
        path: The file.
        content: Its complete content.
        replace: Whether an existing file is replaced.
        create_folder: Whether a missing folder is created, with mode 0700.

    Raises:
        OSError: it cannot be written, and an existing file is unchanged; FileExistsError if there is one and `replace`
        is false.
    """
    if create_folder and not path.parent.is_dir():
        private_dir(path.parent)
    with private_writer(path, replace=replace) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def private_writer(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Write a private file piece by piece; it gets its name when the block ends, and not if that ends in an error.

    Args:
        path: The file.
        replace: Whether an existing file is replaced.

    Raises:
        OSError: as `write_private`.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with open(create_private(partial), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(path)
        else:
            os.link(partial, path)  # unlike a rename, it does not replace a file that was created meanwhile
    finally:
        partial.unlink(missing_ok=True)
