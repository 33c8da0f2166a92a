"""Opens files named by settings: regular, readable, and private if they contain a secret."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import TextIO

from kraty_console.config.errors import ConfigError


def open_setting_file(path: Path, name: str, *, private: bool) -> TextIO | None:
    """Open a file; None if it does not exist. `name` is the setting, for error messages.

    Raises:
        ConfigError: it cannot be read or is not a regular file; with `private`, it belongs to another user, or others
        can read it.
    """
    try:
        link_owner = path.lstat().st_uid
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: {path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{name}: {path} is not a file")
        if private:
            _check_private(path, name, status, link_owner)
        return os.fdopen(descriptor, encoding="utf-8", errors="replace")
    except BaseException:
        os.close(descriptor)
        raise


def _check_private(path: Path, name: str, status: os.stat_result, link_owner: int) -> None:
    quoted = shlex.quote(str(path))
    if status.st_uid not in (os.geteuid(), 0) or link_owner not in (os.geteuid(), 0):
        raise ConfigError(
            f"{name}: {path} belongs to another user, or links to such a file. Create your own: "
            f"rm {quoted} && (umask 077 && cat > {quoted})"
        )
    if status.st_mode & 0o077:
        raise ConfigError(f"{name}: {path} can be read by others. Fix it: chmod 600 {quoted}")
