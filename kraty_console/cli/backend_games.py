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
from kraty_console.cli.output import emit, emit_json, say
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
    made = run_in_transaction(database, lambda desk: games.create_game(desk, studio, name, slug, inventory))
    if as_json:
        emit_json(made.shown())
    else:
        say(f"Made {made.name} ({made.slug}) of {made.studio}, studio {made.tenant.studio_id}.")
        emit(made.tenant.game_id)
    return Exit.FOUND


@game.command()
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@game_option
@json_option
@database_option
def define(document: Path, game: str | None, as_json: bool, database: str | None) -> int:
    """Define a game by FILE (TOML or JSON); what FILE does not name is unchanged."""
    try:
        read = read_document(document.read_text(encoding="utf-8"), toml=document.suffix.lower() == ".toml")
    except UnicodeDecodeError:
        raise click.ClickException(f"{document} is not UTF-8") from None
    except BadDocument as bad:
        raise click.ClickException(f"nothing was changed; {document} cannot be read:\n{bad}") from None
    name, made = run_in_transaction(database, _defining(game, read))
    if as_json:
        emit_json(made)
    else:
        told = ", ".join(_counted(count, kind) for kind, count in made.items() if count)
        say(f"Defined in {name}: {told or 'nothing'}.")
    return Exit.FOUND


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind if count != 1 else 'currency' if kind == 'currencies' else kind.removesuffix('s')}"


def _defining(
    game: str | None, document: GameDocument
) -> Callable[[AdminSession], Awaitable[tuple[str, dict[str, int]]]]:
    async def work(desk: AdminSession) -> tuple[str, dict[str, int]]:
        found = await games.find_game(desk.tx, game)
        return found.name, await games.define(desk, found, document)

    return work


@game.command("list")
@json_option
@database_option
def list_games(as_json: bool, database: str | None) -> int:
    """List the games."""
    found = [each.shown() for each in run_in_transaction(database, lambda desk: games.all_games(desk.tx))]
    columns = {"slug": "GAME", "name": "NAME", "studio": "STUDIO", "gameId": "GAME ID", "studioId": "STUDIO ID"}
    return print_rows(found, columns, as_json=as_json, none="There is no game yet.")
