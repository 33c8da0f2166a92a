"""`kraty-console backend openapi`: update the documents of the three surfaces, or print one of them."""

from __future__ import annotations

import click

from kraty_console.backend.app.openapi import files as committed
from kraty_console.backend.app.openapi.surfaces import SURFACES
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, print_message


@click.command()
@click.option(
    "--surface",
    type=click.Choice(["admin", "server", "sdk"]),
    help="Print the document of this surface; write no file.",
)
def openapi(surface: str | None) -> int:
    """Update the OpenAPI documents of the three surfaces."""
    if surface is not None:
        emit(next(committed.text(each) for each in SURFACES if each.name == surface))
        return Exit.FOUND
    try:
        written = committed.rewrite()
    except OSError as error:
        raise click.ClickException(f"the documents cannot be written: {error}") from None
    for file in written:
        print_message(f"Wrote {file}")
    if not written:
        print_message("They are up to date.")
    return Exit.FOUND
