"""The embedded backend with its demo world, as a child process, and the console's command line against it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True)
class World:
    """A running backend: where it listens, what it holds, the tokens of its members, and its folder."""

    url: str
    studio: str
    game: str
    sessions: dict[str, str]
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "kraty.db"

    def console(self, *arguments: str) -> list[str]:
        """The command that opens the console on this world."""
        place = ["--url", self.url, "--studio", self.studio, "--game", self.game, "--environment", "live"]
        return [sys.executable, "-m", "kraty_console", *place, *arguments]

    def env(self, name: str, role: str = "GAME_ADMIN") -> dict[str, str]:
        """The environment of a console of its own: the token of a role, and empty folders under a name."""
        folders = {kind: str(self.folder / name / kind) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
        return {"KRATY_TOKEN": self.sessions[role], **{f"XDG_{kind}_HOME": path for kind, path in folders.items()}}


@contextmanager
def running_world() -> Iterator[World]:
    """Start the backend on a free port over a new SQLite file, with the demo world; stop it afterwards."""
    with TemporaryDirectory(prefix="kraty-bench-") as name:
        folder = Path(name)
        credentials = folder / "credentials.json"
        command = [
            *(sys.executable, "-m", "kraty_console", "backend", "serve"),
            *("--database", f"sqlite:///{folder / 'kraty.db'}", "--listen", "127.0.0.1:0"),
            *("--demo", "--credentials-out", str(credentials)),
        ]
        backend = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert backend.stdout
            if not any(line.startswith("listening on ") for line in backend.stdout):
                raise RuntimeError(f"the backend ended with {backend.wait()} before it listened")
            told = json.loads(credentials.read_text())
            yield World(told["baseUrl"], told["studioId"], told["gameId"], told["sessions"], folder)
        finally:
            backend.terminate()
            backend.wait(10)
            if backend.stdout:
                backend.stdout.close()
