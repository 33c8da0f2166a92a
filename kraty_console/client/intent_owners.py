"""Identifies the process that owns an intent: while it runs, others must not close the intent."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

FOREIGN_PATIENCE: Final = timedelta(minutes=10)
"""How long an intent counts as being sent if its process cannot be checked reliably."""


@cache
def this_process() -> str:
    """`host:pid:start`; the start time distinguishes a later process with the same pid."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def may_still_send(owner: str | None, age: timedelta) -> bool:
    """Whether the process that wrote an intent may still send it; `age` is in seconds."""
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
    if not started:  # the pid may belong to a later process
        return age < FOREIGN_PATIENCE
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """The start of a process, in ticks since boot; empty if the system does not provide it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
