"""Files that only their owner can read, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from kraty_console.config.paths import private_dir


def write_private(path: Path, text: str) -> None:
    """Replace a file by `text`: mode 0600, in a folder of mode 0700 where that has to be made; no reader meets half.

    Raises:
        OSError: it cannot be written; the old file stays as it was.
    """
    if not path.parent.is_dir():
        private_dir(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)  # left by an earlier process of the same number
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
