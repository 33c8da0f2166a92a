"""`kraty-console open`: opens the console, or reports why it cannot be drawn here."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import Options, console_options
from kraty_console.cli.output import say
from kraty_console.console.startup.collector import pause_collection
from kraty_console.console.startup.first_frame import colours_of
from kraty_console.paint.boot_screen import boot_screen

if TYPE_CHECKING:
    from kraty_console.config.launch import Launch


@click.command(name="open")
@click.argument("player", required=False)
@console_options
@click.pass_obj
def open_console(before: Options, /, player: str | None, **said: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Open the console, optionally on PLAYER (even if the id is the name of a command)."""
    return open_with_options(before.then(Options(**said)), player)


def open_with_options(options: Options, player: str | None) -> int:
    """Open the console on the configured profile."""
    pause_collection()  # until the first screen is shown
    from kraty_console.cli.session import launch_of

    if options.token_stdin:
        launch = launch_of(options, player)
        take_input_back()
        return report_unusable_terminal() or run_launch(launch)
    return report_unusable_terminal() or run_launch(launch_of(options, player))


def take_input_back() -> None:
    """Use the terminal as input, after the token was read from standard input."""
    from kraty_console.cli.terminal import take_terminal_back

    take_terminal_back()


def report_unusable_terminal() -> int | None:
    """If the console cannot be drawn, print why and return the exit code."""
    from kraty_console.cli.terminal import why_no_console

    reason = why_no_console(os.environ, encoding=sys.stdout.encoding)
    if reason is None:
        return None
    say(f"The console cannot be opened: {reason}.")
    return Exit.USAGE


def run_launch(launch: Launch) -> int:
    """Open the console and run it until it exits.

    The look-up of a player given at launch is sent first, and painted before the console is loaded, if possible.

    Returns:
        The exit code: 0 quit by the user, 2 unusable profile, 70 crashed, 128 + n ended by signal n.
    """
    from kraty_console.console.startup.prefetch import ask, begin
    from kraty_console.console.startup.profile_checks import problems

    questions = ask(launch)
    if wrong := problems(launch):
        say("\n".join(wrong))
        return Exit.USAGE
    started = begin(questions, boot_screen(), colours_of(os.environ)) if questions is not None else None
    del questions
    from kraty_console.console.app import run_console

    return run_console(launch, started)
