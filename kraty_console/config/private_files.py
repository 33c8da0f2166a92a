"""Writes private files atomically."""

from __future__ import annotations

import os
from pathlib import Path

from kraty_console.config.paths import private_dir


def write_private(path: Path, text: str) -> None:
    """Atomically replace a file by `text`: mode 0600, in a folder that is created with mode 0700 if needed.

    Raises:
        OSError: it cannot be written; the old file is unchanged.
    """
    if not path.parent.is_dir():
        private_dir(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)  # left by an earlier process with the same pid
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
