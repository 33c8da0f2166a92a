"""`kraty-console demo` and `practice` in a terminal, each with a backend of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.harness.e2e.demo_backend import KRATY_CONSOLE, OWN_KEY, Credentials, DemoBackend, folders
from tests.harness.e2e.user import User

START = 45.0
GONE = 30.0
"""Seconds for a world to be made, and for a child to notice that its parent is gone."""


class Demo(User):
    """The demo or the practice in a terminal, with its own temporary folder; the kept world is in `cache`."""

    def __init__(self, folder: Path, cache: Path, *arguments: str, command: str = "demo") -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        env = {**folders(folder), "TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(cache), **OWN_KEY}
        super().__init__([*KRATY_CONSOLE, command, *arguments], env=env, patience=START)

    def backend(self) -> psutil.Process:
        """The child that serves the world."""
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def world(self) -> DemoBackend:
        """The backend behind the screen."""
        (folder,) = self.temporary.iterdir()
        (listens,) = [each.laddr for each in self.backend().net_connections() if each.status == psutil.CONN_LISTEN]
        url = f"http://{listens.ip}:{listens.port}"
        return DemoBackend(url, Credentials.read(folder / "credentials.json"), folder, folder)


def ends_with_all(demo: Demo, end: Callable[[Demo], None], code: int) -> None:
    """End the console, and see its backend go and the terminal and the temporary files as they were."""
    backend = demo.backend()
    end(demo)
    assert demo.wait_exit() == code
    assert not psutil.wait_procs([backend], timeout=GONE)[1]
    if code != -signal.SIGKILL:  # who is killed cannot tidy up: the next start does
        assert demo.left_as_found() == []
        assert not list(demo.temporary.iterdir())
