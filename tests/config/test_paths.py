"""Default paths of the platforms, and paths from variables."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from kraty_console.config.paths import APP, Paths


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOME": "/home/ada"},
        {"HOME": "/home/ada/"},
        {"HOME": ""},
        {"HOME": "somewhere"},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "/etc/ada"},
        {"HOME": "/home/ada", "XDG_STATE_HOME": "/var/ada/"},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""},
        {"HOME": "/home/ada", "XDG_CONFIG_HOME": "etc", "XDG_STATE_HOME": "~/state"},
    ],
)
def test_default_paths_of_the_platform(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "KRATY_CONFIG", "KRATY_STATE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    assert Paths.of(os.environ) == Paths(dirs.user_config_path / "config.toml", dirs.user_state_path)


def test_paths_from_variables() -> None:
    named = {"KRATY_CONFIG": "/etc/kraty.toml", "KRATY_STATE": "/var/kraty", "HOME": "/home/ada"}
    assert Paths.of(named) == Paths(Path("/etc/kraty.toml"), Path("/var/kraty"))
