"""A real backend with the demo world, as a child process, and plain HTTP to look behind the screen."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from kraty_console.backend.storage.vault import SECRET_VARIABLE
from kraty_console.config.paths import cache_dir

KRATY_CONSOLE = [sys.executable, "-m", "kraty_console"]
OWN_KEY = {SECRET_VARIABLE: ""}
"""The environment in which a world has the key of its sealed columns in a file beside it, so that it can be kept."""
_PATIENCE = 15.0


@dataclass(frozen=True)
class Credentials:
    """What `backend serve --credentials-out` wrote; the values never appear in a repr."""

    studio: str
    game: str
    sessions: Mapping[str, str] = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, file: Path) -> Credentials:
        told = json.loads(file.read_text(encoding="utf-8"))
        return cls(told["studioId"], told["gameId"], told["sessions"], told["keys"])


@dataclass(frozen=True)
class DemoBackend:
    """A running backend: where it listens, who may speak to it, and the folder that holds its database.

    The consoles of a test process have their own files in a folder of that process.
    """

    url: str
    credentials: Credentials
    folder: Path
    homes: Path

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.folder / "kraty.db"

    def console(self, *arguments: str) -> list[str]:
        """The command that opens the console on this world."""
        place = ["--studio", self.credentials.studio, "--game", self.credentials.game, "--environment", "live"]
        return [*KRATY_CONSOLE, "--url", self.url, *place, *arguments]

    def env(self, name: str = "console", role: str = "GAME_ADMIN") -> dict[str, str]:
        """The environment of a console: the token of a role, and folders of its own under a name."""
        return {"KRATY_TOKEN": self.credentials.sessions[role], **folders(self.homes / name)}

    def request(self, method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, Any]:
        """One call with the administrator's session, or another token; the status and what the envelope holds."""
        token = token or self.credentials.sessions["GAME_ADMIN"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        call = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(call, timeout=_PATIENCE) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                status, text = refusal.code, refusal.read()
        told = json.loads(text) if text else None
        return status, told.get("data", told.get("error")) if isinstance(told, dict) else told

    def player(self, external_id: str) -> Any:
        """The look-up of a player on the admin surface."""
        status, snapshot = self.request("GET", self.path_of(external_id))
        assert status == 200, (status, snapshot)
        return snapshot

    def grant(self, external_id: str, entries: list[dict[str, object]], **more: object) -> Any:
        """Grant something over the server surface, which creates a player that it does not know."""
        body = {"idempotencyKey": str(uuid4()), "entries": entries, **more}
        token = self.credentials.keys["server_integration"]
        status, grant = self.request("POST", f"/server/v1/players/{_segment(external_id)}/grants", body, token)
        assert status == 201, (status, grant)
        return grant

    def path_of(self, external_id: str) -> str:
        """The path of a player on the admin surface."""
        game = f"/admin/v1/studios/{self.credentials.studio}/games/{self.credentials.game}"
        return f"{game}/players/{_segment(external_id)}"


def _segment(external_id: str) -> str:
    """An id as one segment of a path, with nothing in it that a client or a server would normalise."""
    return quote(external_id, safe="").replace(".", "%2E")


def folders(home: Path) -> dict[str, str]:
    """The variables that send a console's files to a folder of its own, and keep its profile out of a person's."""
    kinds = ("CONFIG", "STATE", "DATA", "CACHE")
    return {"HOME": str(home), **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in kinds}}


def load_demo(folder: Path, cache: Path | None = None) -> None:
    """Make the demo world in `folder/kraty.db`, with `folder/credentials.json` beside it; or take the one in a cache.

    Where the cache has none, the world is kept there.
    """
    with _served(folder, *demo_options(folder, cache)):
        pass


def demo_options(folder: Path, cache: Path | None) -> list[str]:
    """What has `backend serve` begin with the demo world, in a folder for caches (`XDG_CACHE_HOME`) if it is there."""
    kept = None if cache is None else cache_dir({"XDG_CACHE_HOME": str(cache)})
    options = ["--demo", "--credentials-out", str(folder / "credentials.json")]
    return options if kept is None else [*options, "--demo-cache", str(kept / "demo")]


def keep_demo(cache: Path) -> None:
    """Fill a folder for caches as the first `kraty-console demo` does."""
    made = cache / "made"
    made.mkdir()
    load_demo(made, cache)


@contextmanager
def serving(folder: Path, *, only: str | None = None) -> Iterator[DemoBackend]:
    """Serve the database of a folder that `load_demo` filled, on a free port, until the end of the block.

    `only` is what `backend serve --only` takes, for a reduced Kraty.
    """
    with _served(folder, *(() if only is None else ("--only", only))) as url:
        yield DemoBackend(url, Credentials.read(folder / "credentials.json"), folder, folder)


def serve_command(folder: Path) -> list[str]:
    """What serves the database of a folder on a free port, to as many calls as the tests of a run make."""
    database = ["--database", f"sqlite:///{folder / 'kraty.db'}", "--listen", "127.0.0.1:0"]
    key = [f"{name}={value}" for name, value in OWN_KEY.items()]
    return ["env", *key, *KRATY_CONSOLE, "backend", "serve", *database, "--rate", "0"]


@contextmanager
def _served(folder: Path, *more: str) -> Iterator[str]:
    backend = subprocess.Popen([*serve_command(folder), *more], stdout=subprocess.PIPE, text=True)
    assert backend.stdout
    try:
        told = next((line for line in backend.stdout if line.startswith("listening on ")), None)
        assert told, f"the backend ended with {backend.wait(_PATIENCE)} before it listened"
        yield told.removeprefix("listening on ").strip()
    finally:
        backend.terminate()
        backend.wait(_PATIENCE)
        backend.stdout.close()
