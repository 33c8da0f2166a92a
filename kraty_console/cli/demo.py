"""`kraty-console demo`: the console, signed in to an embedded backend with a demo world."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kraty_console.backend.demo.tickets import TICKETS
from kraty_console.cli.embedded import StartFailed, embedded_backend
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.launching import report_unusable_terminal, run_launch
from kraty_console.cli.options import THEMES, Options
from kraty_console.cli.output import print_message
from kraty_console.config.launch import Launch, SampleTicket
from kraty_console.config.paths import Paths
from kraty_console.config.profiles import Profile, parse_switch
from kraty_console.console.startup.collector import pause_collection
from kraty_console.console.startup.first_frame import style_of, theme_of
from kraty_console.paint.boot_screen import boot_screen
from kraty_console.private_files import write_private

if TYPE_CHECKING:
    from kraty_console.cli.embedded import EmbeddedBackend

_REPORT_ROW = 4
"""The line of the boot screen that says what is waited for."""

_ROLES = ("GAME_ADMIN", "GAME_DEBUGGER", "GAME_VIEWER")


@click.command()
@click.option("--role", type=click.Choice(_ROLES), default=_ROLES[0], show_default=True, help="The role.")
@click.argument("player", required=False)
@click.option("--read-only", is_flag=True, default=None, help="Disable write actions.")
@click.option("--mouse/--no-mouse", default=None, help="Use the mouse.")
@click.option("--plain-paint", is_flag=True, default=None, help="Redraw whole regions, not only changes.")
@click.option("--theme", type=click.Choice(THEMES), help="Colours.")
@click.option("--ticket", metavar="ID", help="The ticket to record with changes.")
@click.pass_obj
def demo(before: Options, /, role: str, player: str | None, **flags: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Open the console on an embedded backend with a demo world; changes to it are deleted on exit."""
    options = before.then(Options(**flags))
    if (code := report_unusable_terminal()) is not None:
        return code
    pause_collection()  # until the first screen is shown
    plain = options.plain_paint or parse_switch(os.environ.get("KRATY_PLAIN_PAINT", ""), "KRATY_PLAIN_PAINT")
    try:
        with embedded_backend(_report_start, _load_console) as backend:
            _clear_report()
            profile = Profile(
                name="demo",
                url=backend.url,
                studio=backend.studio,
                game=backend.game,
                environment="live",
                read_only=bool(options.read_only),
                theme=options.theme or os.environ.get("KRATY_THEME") or None,
                mouse=bool(options.mouse),
                plain_paint=plain,
            )
            return run_launch(
                Launch(
                    profile,
                    backend.sessions[role],
                    state_dir=backend.folder / "state",
                    crash_dir=Paths.of(os.environ).state_dir,
                    initial_player=player,
                    ticket=options.ticket,
                    config_file=_profile_file(backend, read_only=profile.read_only),
                    tries=tuple(SampleTicket(ticket.player, ticket.complaint) for ticket in TICKETS),
                )
            )
    except StartFailed as error:
        print_message(str(error))
        return Exit.FAILED


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
