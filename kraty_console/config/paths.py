"""Where things are kept: the profile file, tokens, what the console remembers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from kraty_console.config.errors import ConfigError

APP: Final = "kraty-console"

PRIVATE_DIR: Final = 0o700

_HOMELESS: Final = (
    "there is no home folder: set HOME, or KRATY_CONFIG (a file), KRATY_STATE (a folder), and for a backend --database"
)

Kind = Literal["config", "state"]

_XDG: Final[dict[Kind, tuple[str, str]]] = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}
"""Where freedesktop.org's base directories are said, and where they are when nothing is."""


class Paths(NamedTuple):
    """The files and folders of one user; none is made until something is written."""

    config_file: Path
    state_dir: Path
    """What the console remembers between runs, and its crash reports; 0700."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Paths:
        """The platform's places, or those `KRATY_CONFIG` (a file) and `KRATY_STATE` (a folder) name.

        Raises:
            ConfigError: there is no home folder, and nothing else is named.
        """
        config, state = environ.get("KRATY_CONFIG"), environ.get("KRATY_STATE")
        return cls(
            _named(config, "KRATY_CONFIG") if config else _platform("config", environ) / "config.toml",
            _named(state, "KRATY_STATE") if state else _platform("state", environ),
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


def _named(path: str, variable: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:  # of a user that there is not, or without a home
        raise ConfigError(f"{variable} begins with ~, and there is no such home folder: give the whole path") from error


def _platform(kind: Kind, environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The platform's place; on Linux by the XDG rule itself: what applies it takes longer to import than to do so."""
    if platform == "linux":
        variable, under_home = _XDG[kind]
        said, home = environ.get(variable, ""), environ.get("HOME", "")
        if said.startswith("/"):
            return Path(said, APP)
        return Path(home if home.startswith("/") else _home_of_the_user(), under_home, APP)
    import platformdirs

    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    found = dirs.user_config_path if kind == "config" else dirs.user_state_path
    if not found.is_absolute():  # a ~ that nobody could tell
        raise ConfigError(_HOMELESS)
    return found


def _home_of_the_user() -> str:
    """The home folder in the password database."""
    import os
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        home = ""
    if not home.startswith("/"):
        raise ConfigError(_HOMELESS)
    return home
