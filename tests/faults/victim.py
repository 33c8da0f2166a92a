"""A server process to be killed: it inherits a socket that stays open here, so callers wait for the next one."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import TracebackType

from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.runtime.settings import Settings


class Victim:
    """One process at a time on a socket that outlives them all."""

    def __init__(self, database_url: str) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        settings = Settings(database_url, rate=Rate(0), worker=False)
        self._told = f"{self._listener.fileno()} {settings.of_process(0).to_json()}\n".encode()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Victim:
        self._start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._end()
        self._listener.close()

    def kill(self) -> None:
        """Kill the process (SIGKILL), wherever it is in its work, and start the next one."""
        self._end()
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kraty_console.backend.runtime.worker_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[self._listener.fileno()],
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self._told)
        self._process.stdin.flush()

    def _end(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
