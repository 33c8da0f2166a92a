"""`kraty-console config`: where the profile file is, and one to start from."""

from __future__ import annotations

import click


@click.group()
def config() -> None:
    """Where the profiles are kept, and an example."""


@config.command()
def path() -> None:
    """Print the path of the profile file."""
    import os

    from kraty_console.cli.output import emit
    from kraty_console.config.paths import Paths

    emit(str(Paths.of(os.environ).config_file))


@config.command()
def example() -> None:
    """Print a profile file to start from."""
    from kraty_console.cli.output import emit
    from kraty_console.config.example import EXAMPLE

    emit(EXAMPLE)
