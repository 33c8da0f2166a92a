"""A console on an embedded backend with a demo world, for `demo` and `practice`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kraty_console.cli.embedded import EmbeddedBackend, embedded_backend
from kraty_console.cli.options import Options
from kraty_console.cli.output import print_message
from kraty_console.config.launch import Launch
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Profile, parse_switch
from kraty_console.console.startup.collector import pause_collection
from kraty_console.console.startup.first_frame import style_of, theme_of
from kraty_console.paint.boot_screen import boot_screen
from kraty_console.private_files import write_private

ROLES: Final = ("GAME_ADMIN", "GAME_DEBUGGER", "GAME_VIEWER")

_REPORT_ROW = 4
"""The line of the boot screen that says what is waited for."""


@contextmanager
def demo_backend() -> Iterator[EmbeddedBackend]:
    """Serve a demo world until the block ends; the console is loaded while it starts.

    Raises:
        StartFailed: it did not start.
    """
    pause_collection()  # until the first screen is shown
    with embedded_backend(_report_start, _load_console) as backend:
        _clear_report()
        yield backend


def demo_launch(backend: EmbeddedBackend, options: Options, role: str, **more: Any) -> Launch:  # noqa: ANN401
    """What the console is opened with, in a role of the demo's game; `more` are further fields of `Launch`."""
    profile = Profile(
        name="demo",
        url=backend.url,
        studio=backend.studio,
        game=backend.game,
        environment="live",
        read_only=bool(options.read_only),
        theme=options.theme or os.environ.get("KRATY_THEME") or None,
        mouse=bool(options.mouse),
        plain_paint=is_plain(options),
    )
    return Launch(
        profile,
        backend.sessions[role],
        state_dir=backend.folder / "state",
        crash_dir=Paths.of(os.environ).state_dir,
        config_file=_profile_file(backend, read_only=profile.read_only),
        **more,
    )


def is_plain(options: Options) -> bool:
    """Whether Textual paints, by flag or environment.

    Raises:
        ConfigError: the variable is neither yes nor no.
    """
    return bool(options.plain_paint) or parse_switch(os.environ.get("KRATY_PLAIN_PAINT", ""), "KRATY_PLAIN_PAINT")


def _load_console() -> None:
    import kraty_console.console.app  # noqa: F401 (0.4 s, while the other processor starts the backend)


def _report_start(seconds: int) -> None:
    """Say what is waited for: on the boot screen with the seconds, otherwise once, as a message."""
    words = "Starting a Kraty backend with a demo world"
    screen, theme = boot_screen(), theme_of(sys.argv[1:], os.environ)
    if screen is None or theme is None:
        if not seconds:
            print_message(f"{words}; this takes a few seconds.")
    elif screen.known:
        passed = f"  {seconds} s" if seconds else ""
        screen.write_line(_REPORT_ROW, f"{words}{passed}", style_of("dim", theme, os.environ))


def _clear_report() -> None:
    """Give the console the boot screen as it was."""
    screen = boot_screen()
    if screen is not None and screen.known:
        screen.write_line(_REPORT_ROW, "", screen.picture.ground)


def _profile_file(backend: EmbeddedBackend, *, read_only: bool) -> Path:
    """Write what another shell needs for `server` commands on this backend: a profile and a key file.

    Both are in the demo's temporary folder.
    """
    key = backend.folder / "server.key"
    write_private(key, backend.server_key.reveal() + "\n")
    settings = {
        "url": backend.url,
        "studio": backend.studio,
        "game": backend.game,
        "environment": "live",
        "credential": "server_key",
        "server_key_file": str(key),
        "server_actions": True,
        "read_only": read_only,
    }
    lines = ["[profiles.demo]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items())]
    file = backend.folder / "config.toml"
    write_private(file, "\n".join(lines) + "\n")
    return file
