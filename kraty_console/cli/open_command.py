"""`kraty-console open`: opens the console."""

from __future__ import annotations

from typing import Any

import click

from kraty_console.cli.options import Options, console_options
from kraty_console.console.startup.collector import pause_collection


@click.command(name="open")
@click.argument("player", required=False)
@console_options
@click.pass_obj
def open_console(before: Options, /, player: str | None, **flags: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Open the console, optionally on PLAYER (even if the id is the name of a command)."""
    pause_collection()  # until the first screen is shown
    from kraty_console.cli.launching import open_with_options  # `open --help` loads no client and no configuration

    return open_with_options(before.then(Options(**flags)), player)
