"""`kraty-console webhooks`: receive a game's events."""

from __future__ import annotations

from typing import Final

import click

from kraty_console.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "listen": (
        "kraty_console.cli.webhooks_listen",
        "listen",
        "Print each event with a valid signature; for development.",
    ),
}


@click.group(cls=LazyGroup, places=_COMMANDS)
def webhooks() -> None:
    """Receive a game's events."""
