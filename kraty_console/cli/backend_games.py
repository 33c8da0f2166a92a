"""`kraty-console backend game`: the games that a backend serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kraty_console.backend.admin_cli import games
from kraty_console.cli.backend_database import print_rows, run_in_transaction
from kraty_console.cli.backend_options import database_option, game_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import json_option
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.contract.documents import BadDocument, read_document

if TYPE_CHECKING:
    from kraty_console.backend.admin_cli.admin_session import AdminSession
    from kraty_console.contract.definitions import GameDocument


@click.group()
def game() -> None:
    """Create, define and list games."""


@game.command()
@click.argument("name")
@click.option("--studio", required=True, metavar="NAME", help="The studio, by name or id; created if needed.")
@click.option("--slug", metavar="SLUG", help="A short name for commands and links; by default from the name.")
@click.option(
    "--inventory",
    type=click.Choice(["platform", "studio", "permissive"]),
    default="platform",
    show_default=True,
    help="Who keeps the inventories: this backend, or the studio.",
)
@json_option
@database_option
def create(name: str, studio: str, slug: str | None, inventory: str, as_json: bool, database: str | None) -> int:
    """Create the game NAME and print its id."""
    created = run_in_transaction(database, lambda admin: games.create_game(admin, studio, name, slug, inventory))
    if as_json:
        emit_json(created.shown())
    else:
        print_message(f"Made {created.name} ({created.slug}) of {created.studio}, studio {created.tenant.studio_id}.")
        emit(created.tenant.game_id)
    return Exit.FOUND


@game.command()
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@game_option
@json_option
@database_option
def define(document: Path, game: str | None, as_json: bool, database: str | None) -> int:
    """Define a game by FILE (TOML or JSON); what FILE does not name is unchanged."""
    try:
        definition = read_document(document.read_text(encoding="utf-8"), toml=document.suffix.lower() == ".toml")
    except UnicodeDecodeError:
        raise click.ClickException(f"{document} is not UTF-8") from None
    except BadDocument as error:
        raise click.ClickException(f"nothing was changed; {document} cannot be read:\n{error}") from None
    name, created = run_in_transaction(database, _define_in(game, definition))
    if as_json:
        emit_json(created)
    else:
        counts = ", ".join(_counted(count, kind) for kind, count in created.items() if count)
        print_message(f"Defined in {name}: {counts or 'nothing'}.")
    return Exit.FOUND


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind if count != 1 else 'currency' if kind == 'currencies' else kind.removesuffix('s')}"


def _define_in(
    game: str | None, document: GameDocument
) -> Callable[[AdminSession], Awaitable[tuple[str, dict[str, int]]]]:
    async def work(admin: AdminSession) -> tuple[str, dict[str, int]]:
        target = await games.find_game(admin.tx, game)
        return target.name, await games.define(admin, target, document)

    return work


@game.command("list")
@json_option
@database_option
def list_games(as_json: bool, database: str | None) -> int:
    """List the games."""
    rows = [each.shown() for each in run_in_transaction(database, lambda admin: games.all_games(admin.tx))]
    columns = {"slug": "GAME", "name": "NAME", "studio": "STUDIO", "gameId": "GAME ID", "studioId": "STUDIO ID"}
    return print_rows(rows, columns, as_json=as_json, none="There is no game yet.")
