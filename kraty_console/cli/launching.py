"""Opens the console, or reports why it cannot be drawn here."""

from __future__ import annotations

import os
import sys

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options
from kraty_console.cli.output import print_message
from kraty_console.cli.session import launch_of
from kraty_console.cli.terminal import take_terminal_back, why_no_console
from kraty_console.config.launch import Launch
from kraty_console.console.startup.first_frame import colours_of
from kraty_console.console.startup.profile_checks import problems
from kraty_console.paint.boot_screen import boot_screen


def open_with_options(options: Options, player: str | None) -> int:
    """Open the console on the configured profile."""
    if options.token_stdin:
        launch = launch_of(options, player)
        take_terminal_back()
        return report_unusable_terminal() or run_launch(launch)
    return report_unusable_terminal() or run_launch(launch_of(options, player))


def report_unusable_terminal() -> int | None:
    """If the console cannot be drawn, print why and return the exit code."""
    reason = why_no_console(os.environ, encoding=sys.stdout.encoding)
    if reason is None:
        return None
    print_message(f"The console cannot be opened: {reason}.")
    return Exit.USAGE


def run_launch(launch: Launch) -> int:
    """Open the console and run it until it exits.

    The look-up of a player given at launch is sent first, and painted before the console is loaded, if possible.

    Returns:
        The exit code: 0 quit by the user, 2 unusable profile, 70 crashed, 128 + n ended by signal n.
    """
    from kraty_console.console.startup.prefetch import ask, begin  # loads the workspace; not for a configuration error

    requests = ask(launch)
    if errors := problems(launch):
        print_message("\n".join(errors))
        return Exit.USAGE
    started = begin(requests, boot_screen(), colours_of(os.environ)) if requests is not None else None
    del requests
    from kraty_console.console.app import run_console  # loads Textual, after the player's first picture

    return run_console(launch, started)
