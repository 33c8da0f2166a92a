"""The demo world in a file, and copies of it: one for each test, or a shared one while it is unchanged."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from kraty_console.backend.storage.engine import make_engine

_numbers = itertools.count()


@dataclass(frozen=True)
class DemoCopy:
    """A file with the world, and an engine on it: what that has learned of statements outlives the connections."""

    file: Path
    engine: AsyncEngine

    def renew(self, world: Path) -> None:
        """Make the file what the world is, unless it still is."""
        log, shared = (self.file.with_name(self.file.name + end) for end in ("-wal", "-shm"))
        if self.file.exists() and self.file.stat().st_mtime_ns == 0 and not log.exists():
            return
        for each in (self.file, log, shared):
            each.unlink(missing_ok=True)
        shutil.copyfile(world, self.file)
        os.utime(self.file, ns=(0, 0))  # any change gives it another time


@dataclass(frozen=True)
class DemoTemplate:
    """A database file with the demo world, and the credentials to it."""

    file: Path
    credentials: dict[str, Any]
    _free: list[DemoCopy] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> DemoTemplate:
        """The one that was made in a folder."""
        return cls(folder / "world.sqlite", json.loads((folder / "credentials.json").read_text(encoding="utf-8")))

    @contextmanager
    def copied(self) -> Iterator[DemoCopy]:
        """A copy that may be changed; its engine has no connections when this begins, and must have none at the end."""
        copy = self._free.pop() if self._free else self._another()
        copy.renew(self.file)
        try:
            yield copy
        finally:
            self._free.append(copy)

    def _another(self) -> DemoCopy:
        file = self.file.with_name(f"{os.getpid()}-{next(_numbers)}.sqlite")
        return DemoCopy(file, make_engine(f"sqlite:///{file}"))
