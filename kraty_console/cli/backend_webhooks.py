"""`kraty-console backend webhook`: webhook endpoints of a game."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kraty_console.backend.admin_cli import games
from kraty_console.backend.admin_cli import webhook_endpoints as endpoints
from kraty_console.backend.admin_cli.admin_session import AdminSession
from kraty_console.cli.backend_database import print_rows, run_in_transaction
from kraty_console.cli.backend_options import database_option, game_option
from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.options import json_option
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.contract.secret import Secret

if TYPE_CHECKING:
    from kraty_console.backend.admin_cli.webhook_endpoints import Verb


@click.group()
def webhook() -> None:
    """Send a game's events to a URL, signed."""


@webhook.command()
@click.argument("url")
@click.option("--event", "events", multiple=True, metavar="NAME", help="Only this event; can be given more than once.")
@click.option(
    "--environment",
    type=click.Choice(["live", "test"]),
    default="live",
    show_default=True,
    help="The environment of the events.",
)
@click.option("--to-private", is_flag=True, help="For development: allow http and private addresses.")
@game_option
@json_option
@database_option
def create(
    url: str,
    events: tuple[str, ...],
    environment: str,
    to_private: bool,
    game: str | None,
    as_json: bool,
    database: str | None,
) -> int:
    """Send future events to URL, and print the signing secret. It is shown only once.

    The backend stores the secret in a readable form, because it signs with it.
    """

    async def work(admin: AdminSession) -> tuple[str, Secret]:
        target = await games.find_game(admin.tx, game)
        return await endpoints.create(admin, target, url, events, environment, to_private=to_private)

    endpoint_id, secret = run_in_transaction(database, work)
    if as_json:
        emit_json({"endpointId": endpoint_id, "secret": secret.reveal()})
        return Exit.FOUND
    print_message(f"The endpoint {endpoint_id} receives {environment} events. Its secret is shown only now:")
    emit(secret.reveal())
    return Exit.FOUND


@webhook.command("list")
@game_option
@json_option
@database_option
def list_endpoints(game: str | None, as_json: bool, database: str | None) -> int:
    """List endpoints, of every game or of one. Their secrets are not shown."""

    async def work(admin: AdminSession) -> list[dict[str, object]]:
        target = await games.find_game(admin.tx, game) if game else None
        rows = await endpoints.listed(admin.tx, target)
        if as_json:
            return rows
        return [{**row, "events": ", ".join(row["events"]) if row["events"] else "all"} for row in rows]

    columns = {
        "id": "ENDPOINT",
        "game": "GAME",
        "environment": "ENVIRONMENT",
        "state": "STATE",
        "url": "URL",
        "events": "EVENTS",
    }
    return print_rows(
        run_in_transaction(database, work), columns, as_json=as_json, none="There is no webhook endpoint yet."
    )


@webhook.command()
@click.argument("endpoint")
@database_option
def pause(endpoint: str, database: str | None) -> int:
    """Pause ENDPOINT; events are queued meanwhile."""
    return _change("pause", endpoint, database, "is paused; events are queued meanwhile.")


@webhook.command()
@click.argument("endpoint")
@database_option
def unpause(endpoint: str, database: str | None) -> int:
    """Unpause ENDPOINT; queued events are sent first."""
    return _change("unpause", endpoint, database, "is active again; queued events are sent first.")


@webhook.command()
@click.argument("endpoint")
@database_option
def archive(endpoint: str, database: str | None) -> int:
    """Archive ENDPOINT for good, and cancel queued events."""
    return _change("archive", endpoint, database, "is archived; queued events are cancelled.")


def _change(verb: Verb, endpoint: str, database: str | None, became: str) -> int:
    run_in_transaction(database, lambda admin: endpoints.change(admin, endpoint, verb))
    print_message(f"The endpoint {endpoint} {became}")
    return Exit.FOUND
