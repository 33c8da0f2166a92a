"""`kraty-console demo`: the console, signed in to an embedded backend with a demo world."""

from __future__ import annotations

from typing import Any

import click

from kraty_console.backend.demo.tickets import TICKETS
from kraty_console.cli.demo_console import ROLES, demo_backend, demo_launch, is_plain
from kraty_console.cli.embedded import StartFailed
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.launching import report_unusable_terminal, run_launch
from kraty_console.cli.options import THEMES, Options
from kraty_console.cli.output import print_message
from kraty_console.config.launch import SampleTicket


@click.command()
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True, help="The role.")
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
    is_plain(options)  # a wrong value is told before anything starts
    tries = tuple(SampleTicket(ticket.player, ticket.complaint) for ticket in TICKETS)
    try:
        with demo_backend() as backend:
            launch = demo_launch(backend, options, role, initial_player=player, ticket=options.ticket, tries=tries)
            return run_launch(launch)
    except StartFailed as error:
        print_message(str(error))
        return Exit.FAILED
