"""Runs an embedded backend as a child process that ends with its parent in any case.

The child reads from a pipe whose write end is here: if this process ends, even by a kill, the pipe closes and the child
stops. Its database is in a temporary folder that is removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from kraty_console.config.paths import cache_dir
from kraty_console.contract.secret import Secret

START_SECONDS: Final = 120.0
"""Maximum time to create the demo world, in seconds."""

STOP_SECONDS: Final = 10.0

_ENDING: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)

_PREFIX: Final = "kraty-demo-"
_ANNOUNCED: Final = re.compile(r"^listening on (http://\S+)$", re.MULTILINE)


class StartFailed(Exception):
    """The backend exited, or was not ready in time; the message contains its output."""


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """A running backend and its credentials."""

    url: str
    studio: str
    game: str
    sessions: Mapping[str, Secret]
    """Session tokens by role."""
    server_key: Secret
    """The server key."""
    folder: Path
    """A folder for this run; removed at its end."""


@contextlib.contextmanager
def embedded_backend(
    report: Callable[[int], None], meanwhile: Callable[[], object] = lambda: None
) -> Iterator[EmbeddedBackend]:
    """Serve a demo world on a free local port until the block ends.

    Args:
        report: Called at the start, and about once a second until it listens, with the seconds that have passed.
        meanwhile: Called once while the backend starts.

    Raises:
        StartFailed: it exited early, or was not ready in time.
    """
    with _signals_end_the_program(), _folder() as folder, (folder / "backend.log").open("wb") as log:
        report(0)
        credentials = folder / "credentials.json"
        child = subprocess.Popen(  # noqa: S603 (this program itself)
            _command(folder, credentials),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # ctrl+c must not reach the backend before the console
        )
        try:
            meanwhile()
            url = _announced_url(child, folder / "backend.log", report)
            data = json.loads(credentials.read_text("utf-8"))
            sessions = {role: Secret(token) for role, token in data["sessions"].items()}
            key = Secret(data["keys"]["server_integration"])
            yield EmbeddedBackend(url, data["studioId"], data["gameId"], sessions, key, folder)
        finally:
            _finish_undisturbed()
            _stop(child)


def _command(folder: Path, credentials: Path) -> list[str]:
    cache = cache_dir(os.environ)
    return [
        sys.executable,
        "-P",
        "-m",
        "kraty_console",
        "backend",
        "serve",
        "--database",
        f"sqlite:///{folder / 'kraty.db'}",
        "--listen",
        "127.0.0.1:0",
        "--demo",
        "--credentials-out",
        str(credentials),
        "--exit-with-parent",
        *(() if cache is None else ("--demo-cache", str(cache / "demo"))),
    ]


def _announced_url(child: subprocess.Popen[bytes], log: Path, report: Callable[[int], None]) -> str:
    """The address from the child's output."""
    assert child.stdout is not None
    output, waited = b"", 0
    while True:
        ready, _, _ = select.select([child.stdout], [], [], 1.0)
        if not ready and (waited := waited + 1) < START_SECONDS:
            report(waited)
            continue
        part = os.read(child.stdout.fileno(), 4096) if ready else b""
        output += part
        text = output.decode("utf-8", "replace")
        match = _ANNOUNCED.search(text) if text.endswith("\n") else None
        if match:
            return match[1]
        if part:
            continue
        if not ready:
            raise StartFailed(f"The backend did not answer within {START_SECONDS:.0f} s.\n{_log_tail(log)}")
        code = child.wait(STOP_SECONDS)
        raise StartFailed(f"The backend did not start (exit code {code}).\n{_log_tail(log)}")


def _log_tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-3_000:].strip()


def _stop(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A private folder named after this process; folders of killed processes are removed.

    Raises:
        StartFailed: it cannot be created.
    """
    try:
        _sweep(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    except OSError as error:
        why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        words = f"The demo needs a folder for temporary files ({why}). Set TMPDIR to a writable folder."
        raise StartFailed(words) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            ours = folder.lstat().st_uid == os.geteuid() and not folder.is_symlink()
            if ours and owner.isdigit() and not _is_alive(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def _signals_end_the_program() -> Iterator[None]:
    """SIGHUP, SIGTERM and SIGINT unwind the stack, so that child and folder are removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    previous = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _finish_undisturbed() -> None:
    """Ignore signals while child and folder are removed."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
