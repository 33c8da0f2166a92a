"""`kraty-console backend game`: the games that a backend serves."""

from __future__ import annotations

import click

from kraty_console.cli.exits import Exit
from kraty_console.cli.operating import database_option, json_option, operate, tell
from kraty_console.cli.output import emit, emit_json, say


@click.group()
def game() -> None:
    """Make and list games."""


@game.command()
@click.argument("name")
@click.option("--studio", required=True, metavar="NAME", help="The studio, by name or id; made where there is none.")
@click.option("--slug", metavar="SLUG", help="A short name for commands and links; left out, made of the name.")
@click.option(
    "--inventory",
    type=click.Choice(["platform", "studio", "permissive"]),
    default="platform",
    show_default=True,
    help="Who keeps what players own: this backend, or the studio itself.",
)
@json_option
@database_option
def create(name: str, studio: str, slug: str | None, inventory: str, as_json: bool, database: str | None) -> int:
    """Make the game NAME; prints its id."""
    from kraty_console.backend.operating import games

    made = operate(database, lambda desk: games.create_game(desk, studio, name, slug, inventory))
    if as_json:
        emit_json(made.shown())
    else:
        say(f"Made {made.name} ({made.slug}) of {made.studio}, studio {made.tenant.studio_id}.")
        emit(made.tenant.game_id)
    return Exit.FOUND


@game.command("list")
@json_option
@database_option
def list_games(as_json: bool, database: str | None) -> int:
    """List the games."""
    from kraty_console.backend.operating import games

    found = [each.shown() for each in operate(database, lambda desk: games.all_games(desk.tx))]
    columns = {"slug": "GAME", "name": "NAME", "studio": "STUDIO", "gameId": "GAME ID", "studioId": "STUDIO ID"}
    return tell(found, columns, as_json=as_json, none="There is no game yet.")
