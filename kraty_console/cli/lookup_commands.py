"""`kraty-console search` and `show`: look-ups without the screen."""

from __future__ import annotations

from typing import Any

import click

from kraty_console.cli.options import Options, answer_json_option, where_options
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

_PANES = ("attempts", "grants", "wallet", "lobbies", "items", "audit")

_limit = click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of rows of each list.",
)


@click.command()
@click.argument("query")
@answer_json_option
@_limit
@where_options
@click.pass_obj
def search(before: Options, /, query: str, as_json: bool, limit: int, **flags: Any) -> int:  # noqa: ANN401
    """Find players by id, e-mail, the beginning of an id or a name, or by any text that names them.

    The text may be pasted from a ticket: ids of players, attempts, grants, lobbies, audit rows and deliveries, e-mails
    and links in it are looked up. `-` reads it from standard input.
    """
    from kraty_console.cli.lookup import search_players, text_of  # `search --help` loads no client and no presenters

    options = before.then(Options(**flags))
    return search_players(options, text_of(query, options), limit, as_json=as_json)


@click.command()
@click.argument("player")
@click.option("--pane", type=click.Choice(_PANES), help="Only this pane.")
@answer_json_option
@_limit
@where_options
@click.pass_obj
def show(before: Options, /, player: str, pane: Any, as_json: bool, limit: int, **flags: Any) -> int:  # noqa: ANN401
    """Show PLAYER, by the exact id: the profile, the next step, and every pane.

    Instead of an id, a text that names exactly one player will do, as in `search`. `-` reads it from standard input.
    """
    from kraty_console.cli.lookup import show_player, text_of  # `show --help` loads no client and no presenters

    options = before.then(Options(**flags))
    return show_player(options, text_of(player, options), pane, limit, as_json=as_json)
