"""`kraty-console backend`: run and administer a standalone embedded Kraty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from kraty_console.cli.lazy import LazyGroup
from kraty_console.cli.streams import CLOSED

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


class _BackendCommands(LazyGroup):
    """The commands; without the backend's dependencies, which are optional, an error says how to install them."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command."""
        with _dependencies_needed():
            return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own)
        """Run a command."""
        with _dependencies_needed():
            return super().invoke(ctx)


@contextmanager
def _dependencies_needed() -> Iterator[None]:
    """Raises click.ClickException if a dependency is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        words = f"the backend is not installed ({error.name} is missing): pip install 'kraty-console[backend]'"
        raise click.ClickException(words) from None


@click.group(cls=_BackendCommands, places=_COMMANDS)
@click.pass_context
def backend(ctx: click.Context) -> None:
    """Run and administer a Kraty backend."""
    if "stdout" in CLOSED and ctx.invoked_subcommand not in _PRINT_NOTHING:
        raise click.UsageError("the standard output is closed, and this command prints its result only once")
