"""Where things are kept: the profile file, tokens, what the console remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

APP: Final = "kraty-console"

PRIVATE_DIR: Final = 0o700


@dataclass(frozen=True, slots=True)
class Paths:
    """The files and folders of one user; none is made until something is written."""

    config_file: Path
    state_dir: Path
    """What the console remembers between runs, and its crash reports; 0700."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Paths:
        """The platform's places, or those `KRATY_CONFIG` (a file) and `KRATY_STATE` (a folder) name."""
        config, state = environ.get("KRATY_CONFIG"), environ.get("KRATY_STATE")
        return cls(
            Path(config).expanduser() if config else _platform("config") / "config.toml",
            Path(state).expanduser() if state else _platform("state"),
        )

    def token_file(self, profile: str) -> Path:
        """Where a profile's token lies when nothing else is said."""
        return self.config_file.parent / "tokens" / profile


def private_dir(path: Path) -> Path:
    """The folder, made if need be, that only its owner can enter."""
    path.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_DIR)
    return path


def _platform(kind: str) -> Path:
    import platformdirs

    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    return dirs.user_config_path if kind == "config" else dirs.user_state_path
