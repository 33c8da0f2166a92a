"""Which process is about to send a change: an intent of one that lives is not for others to close."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

FOREIGN_PATIENCE: Final = timedelta(minutes=10)
"""How long an intent is taken for one that is still being sent where its process cannot be looked up for certain."""


@cache
def this_process() -> str:
    """`host:pid:start`; the start tells a process from a later one of the same number."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def may_still_send(owner: str | None, age: timedelta) -> bool:
    """Whether the process that wrote an intent of this age may still send it."""
    if not owner or owner.count(":") < 2:
        return False
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname() or not pid.isdigit():
        return age < FOREIGN_PATIENCE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not started:  # the pid may be a later process's
        return age < FOREIGN_PATIENCE
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
