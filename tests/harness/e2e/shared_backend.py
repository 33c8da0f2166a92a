"""A backend that all test processes of a run share: the first that needs it starts it, the last that leaves ends it.

Starting one costs a second of the processor, and a dozen modules look at the same world. It reads from a pipe whose
other end every process holds that uses it, and stops when that end is gone: also when they were all killed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.harness.e2e.demo_backend import Credentials, DemoBackend, serve_command

_ENDS = 30.0
"""Seconds that the backend may take to end."""
_HELD, _PIPE, _TOLD = "held", "pipe", "told"
# The shell ends at once, and the backend belongs to none of the processes that share it.
_ALONE = '"$@" <"$0" & echo "$!"'


@contextmanager
def shared_backend(folder: Path, homes: Path, *options: str) -> Iterator[DemoBackend]:
    """Serve the database of a folder, the same for all processes, until the last of them has left.

    What one of them changes the others see: a player that a test changes is no other test's. `homes` is for the files
    of this process's consoles.
    """
    with _alone(folder):
        held = os.open(folder / _HELD, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(held, fcntl.LOCK_SH)
        pipe = _join(folder, options)
        pid, url = (folder / _TOLD).read_text().split()
    try:
        yield DemoBackend(url, Credentials.read(folder / "credentials.json"), folder, homes)
    finally:
        with _alone(folder):
            os.close(pipe)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # others are still there
            else:
                _wait_for_the_end(int(pid))
            os.close(held)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else comes or leaves meanwhile."""
    with folder.with_name(f"{folder.name}.door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _join(folder: Path, options: Sequence[str]) -> int:
    """Our end of the pipe of the backend that is served; started, if there is none."""
    pipe = folder / _PIPE
    if not pipe.exists():
        os.mkfifo(pipe, 0o600)
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:  # nobody reads it
            raise
    both = os.open(pipe, os.O_RDWR)  # a pipe that nobody reads can only be opened so
    try:
        ours = os.open(pipe, os.O_WRONLY)
        _start(folder, options)
    finally:
        os.close(both)
    return ours


def _start(folder: Path, options: Sequence[str]) -> None:
    command = ["/bin/sh", "-c", _ALONE, str(folder / _PIPE), *serve_command(folder), *options, "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout
        pid = shell.stdout.readline().strip()
        told = next((line for line in shell.stdout if line.startswith("listening on ")), None)
    assert told, "the backend ended before it listened"
    (folder / _TOLD).write_text(f"{pid} {told.removeprefix('listening on ').strip()}")


def _wait_for_the_end(pid: int) -> None:
    try:
        psutil.Process(pid).wait(_ENDS)
    except psutil.NoSuchProcess:
        return
