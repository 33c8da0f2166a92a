"""What is dear to make is made once in a run of the tests, however many processes share the run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def once_per_run(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, the same for all processes of the run; the first that asks makes it, the others wait.

    Two modules may give the same name to what each of them makes. `make` writes into an empty folder that gets its name
    when all is there: what a process left behind that failed or was killed meanwhile does not count, and the next one
    makes it again.
    """
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    whose = f"{make.__module__}.{name}"
    made, part = root / whose, root / f"{whose}.part"
    with (root / f"{whose}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            if part.exists():
                shutil.rmtree(part)
            part.mkdir()
            make(part)
            part.rename(made)
    return made
