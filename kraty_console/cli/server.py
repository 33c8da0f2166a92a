"""`kraty-console server`: what a studio's backend may do, by hand or from a script, with its API key."""

from __future__ import annotations

from typing import Final

import click

from kraty_console.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "ping": ("kraty_console.cli.server_players", "ping", "Tell what the key is for."),
    "get": ("kraty_console.cli.server_players", "get", "Show what is known of a player."),
    "merge": ("kraty_console.cli.server_players", "merge", "Merge a guest into an account."),
    "export": ("kraty_console.cli.server_players", "export", "Print everything that is kept of a player."),
    "delete": ("kraty_console.cli.server_players", "delete", "Erase a player."),
    "ban": ("kraty_console.cli.server_players", "ban", "Keep a player from playing."),
    "unban": ("kraty_console.cli.server_players", "unban", "Let a player play again."),
    "grant": ("kraty_console.cli.server_holdings", "grant", "Give a player something to claim."),
    "credit": ("kraty_console.cli.server_holdings", "credit", "Add to a balance."),
    "debit": ("kraty_console.cli.server_holdings", "debit", "Take from a balance."),
    "give-item": ("kraty_console.cli.server_holdings", "give_item", "Put items into an inventory."),
    "take-item": ("kraty_console.cli.server_holdings", "take_item", "Take items from an inventory."),
}


@click.group(cls=LazyGroup, places=_COMMANDS)
def server() -> None:
    """Do what a studio's backend may do, with a server_integration key.

    The key comes from --key-stdin, KRATY_SERVER_KEY, or what the profile names (server_key_command, server_key_file).
    """
