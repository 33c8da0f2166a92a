"""`kraty-console backend key`: API keys for the studio's backend and for game clients."""

from __future__ import annotations

import click

from kraty_console.backend.admin_cli import credentials, games
from kraty_console.backend.admin_cli.admin_session import AdminSession
from kraty_console.cli.backend_database import print_rows, run_in_transaction
from kraty_console.cli.backend_options import database_option, game_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import json_option
from kraty_console.cli.output import emit, print_message


@click.group()
def key() -> None:
    """Create, list and revoke API keys."""


@key.command()
@click.argument("permission_set", type=click.Choice(["server_integration", "client_sdk"]))
@click.option("--environment", default="live", show_default=True, metavar="NAME", help="live or test.")
@game_option
@database_option
def create(permission_set: str, environment: str, game: str | None, database: str | None) -> int:
    """Create and print a key, server_integration (studio's backend) or client_sdk (game). It is shown only once."""

    async def work(admin: AdminSession) -> tuple[str, str]:
        target = await games.find_game(admin.tx, game)
        return await credentials.make_key(admin, target, permission_set, environment), target.name

    created, name = run_in_transaction(database, work)
    print_message(f"A {permission_set} key of {name}, {environment}. It is shown only now:")
    emit(created)
    return Exit.FOUND


@key.command("list")
@game_option
@json_option
@database_option
def list_keys(game: str | None, as_json: bool, database: str | None) -> int:
    """List keys by their prefix, of every game or of one. The keys themselves are not stored."""

    async def work(admin: AdminSession) -> list[dict[str, object]]:
        return await credentials.all_keys(admin.tx, await games.find_game(admin.tx, game) if game else None)

    columns = {
        "prefix": "PREFIX",
        "game": "GAME",
        "permissionSet": "FOR",
        "environment": "ENVIRONMENT",
        "state": "STATE",
        "createdAt": "SINCE",
    }
    return print_rows(run_in_transaction(database, work), columns, as_json=as_json, none="There is no key yet.")


@key.command()
@click.argument("prefix")
@database_option
def revoke(prefix: str, database: str | None) -> int:
    """Revoke the key with this PREFIX, effective immediately."""
    run_in_transaction(database, lambda admin: credentials.revoke_key(admin, prefix))
    print_message(f"The key {prefix} is revoked.")
    return Exit.FOUND
