"""The locations of the profile file, tokens and state."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from kraty_console.config.errors import ConfigError

APP: Final = "kraty-console"

_HOMELESS: Final = (
    "there is no home folder: set HOME, or KRATY_CONFIG (a file), KRATY_STATE (a folder), and for a backend --database"
)

Kind = Literal["config", "state", "cache"]

_XDG: Final[dict[Kind, tuple[str, str]]] = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}
"""The variables of the XDG base directories, and their defaults."""


class Paths(NamedTuple):
    """The files and folders of one user; they are created on the first write."""

    config_file: Path
    state_dir: Path
    """The folder for state and crash reports; mode 0700."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Paths:
        """The platform's default paths, or those in `KRATY_CONFIG` (a file) and `KRATY_STATE` (a folder).

        Raises:
            ConfigError: there is no home folder, and the variables are not set.
        """
        config, state = environ.get("KRATY_CONFIG"), environ.get("KRATY_STATE")
        return cls(
            _named(config, "KRATY_CONFIG") if config else _platform("config", environ) / "config.toml",
            _named(state, "KRATY_STATE") if state else _platform("state", environ),
        )

    def token_file(self, profile: str) -> Path:
        """The default token file of a profile."""
        return self.config_file.parent / "tokens" / profile


def cache_dir(environ: Mapping[str, str]) -> Path | None:
    """The folder for what can be made again; None if there is no home folder."""
    try:
        return _platform("cache", environ)
    except ConfigError:
        return None


def _named(path: str, variable: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:  # unknown user, or a user without a home folder
        raise ConfigError(f"{variable} begins with ~, and there is no such home folder: give the whole path") from error


def _platform(kind: Kind, environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The platform's default path. Linux uses the XDG rule directly, because platformdirs is slow to import."""
    if platform == "linux":
        variable, under_home = _XDG[kind]
        base, home = environ.get(variable, ""), environ.get("HOME", "")
        if base.startswith("/"):
            return Path(base, APP)
        return Path(home if home.startswith("/") else _home_of_the_user(), under_home, APP)
    import platformdirs  # Linux does not load it

    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    folder = {"config": dirs.user_config_path, "state": dirs.user_state_path, "cache": dirs.user_cache_path}[kind]
    if not folder.is_absolute():  # the ~ was not expanded
        raise ConfigError(_HOMELESS)
    return folder


def _home_of_the_user() -> str:
    """The user's home folder from the password database."""
    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        home = ""
    if not home.startswith("/"):
        raise ConfigError(_HOMELESS)
    return home
