"""Short runs of the program, each in a process of its own, without a start of the interpreter for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Run:
    """One run of the program, and what surrounds it."""

    arguments: list[str]
    """Bytes in hexadecimal."""
    stdin: str = os.devnull
    stdout: str = "kept"
    stderr: str = "kept"
    environ: dict[str, str] = field(default_factory=dict)
    unset: list[str] = field(default_factory=list)
    nobody: bool = False
    gone: str = ""
    """A working folder that is removed before the start."""


@dataclass(frozen=True)
class RunResult:
    """How it ended."""

    code: int
    out: str
    err: str


def run_of(*arguments: str | bytes, **more: object) -> Run:
    return Run([os.fsencode(each).hex() for each in arguments], **more)  # type: ignore[arg-type]


class ForkServer:
    """A process that has imported the program and forks for each run."""

    def __init__(self, asked: IO[str], told: IO[str]) -> None:
        self._asked = asked
        self._told = told

    def run_all(self, runs: Sequence[Run], folder: Path, environ: Mapping[str, str]) -> list[RunResult]:
        """Run them one after the other in a folder, with this environment and what each adds to it."""
        request = {"runs": [asdict(each) for each in runs], "folder": str(folder), "environ": dict(environ)}
        print(json.dumps(request), file=self._asked, flush=True)
        answer = self._told.readline()
        assert answer, "the process that runs the program ended"
        return [RunResult(**each) for each in json.loads(answer)]


@contextmanager
def fork_server(folder: Path) -> Iterator[ForkServer]:
    """A server that is started here and ends with the block; `folder` is the home that it imports the program with."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("KRATY_", "PYTHON", "LC_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.harness.cli.forked_runs"],
        env={**environ, "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield ForkServer(process.stdin, process.stdout)
        process.stdin.close()
