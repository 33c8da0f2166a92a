"""`kraty-console backend`: run and administer a standalone embedded Kraty."""

from __future__ import annotations

from typing import Final

import click

from kraty_console.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "serve": ("kraty_console.cli.backend_serve", "serve", "Serve HTTP until stopped."),
    "simulate": ("kraty_console.cli.backend_simulate", "simulate", "Simulate players."),
    "game": ("kraty_console.cli.backend_games", "game", "Create and list games."),
    "member": ("kraty_console.cli.backend_members", "member", "Add members, and set their roles."),
    "token": ("kraty_console.cli.backend_tokens", "token", "Issue, list and revoke session tokens."),
    "key": ("kraty_console.cli.backend_keys", "key", "Create, list and revoke API keys."),
    "webhook": ("kraty_console.cli.backend_webhooks", "webhook", "Send a game's events to a URL."),
    "openapi": ("kraty_console.cli.backend_openapi", "openapi", "Write the OpenAPI documents of the three surfaces."),
    "backup": ("kraty_console.cli.backend_backup", "backup", "Copy a SQLite database while it is in use."),
}


_PRINT_NOTHING: Final = ("serve", "simulate", "backup")
"""Commands that work without a standard output."""


@click.group(cls=LazyGroup, places=_COMMANDS)
@click.pass_context
def backend(ctx: click.Context) -> None:
    """Run and administer a Kraty backend."""
    from kraty_console.cli.streams import CLOSED

    if "stdout" in CLOSED and ctx.invoked_subcommand not in _PRINT_NOTHING:
        raise click.UsageError("the standard output is closed, and this command prints its result only once")
