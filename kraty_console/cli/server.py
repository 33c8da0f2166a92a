"""`kraty-console server`: the server API, by hand or from a script, with a server key."""

from __future__ import annotations

from typing import Final

import click

from kraty_console.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "ping": ("kraty_console.cli.server_players", "ping", "Show the facts of the key."),
    "get": ("kraty_console.cli.server_players", "get", "Show a player."),
    "merge": ("kraty_console.cli.server_players", "merge", "Merge a guest into an account."),
    "export": ("kraty_console.cli.server_players", "export", "Export all data of a player."),
    "delete": ("kraty_console.cli.server_players", "delete", "Erase a player."),
    "ban": ("kraty_console.cli.server_players", "ban", "Ban a player."),
    "unban": ("kraty_console.cli.server_players", "unban", "Lift a player's ban."),
    "grant": ("kraty_console.cli.server_holdings", "grant", "Create a grant for a player."),
    "credit": ("kraty_console.cli.server_holdings", "credit", "Add to a balance."),
    "debit": ("kraty_console.cli.server_holdings", "debit", "Take from a balance."),
    "give-item": ("kraty_console.cli.server_holdings", "give_item", "Put items into an inventory."),
    "take-item": ("kraty_console.cli.server_holdings", "take_item", "Take items from an inventory."),
}


@click.group(cls=LazyGroup, places=_COMMANDS)
def server() -> None:
    """Call the server API with a server_integration key.

    The key comes from --key-stdin, KRATY_SERVER_KEY, or the profile (server_key_command, server_key_file).
    """
