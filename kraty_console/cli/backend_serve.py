"""`kraty-console backend serve`: a standalone embedded Kraty."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click

from kraty_console.cli.backend_options import database_option
from kraty_console.cli.listen_address import ListenAddress


@click.command()
@database_option
@click.option(
    "--listen", type=ListenAddress(), default="127.0.0.1:8080", show_default=True, help="The address to listen on."
)
@click.option("--demo", is_flag=True, help="Load the demo world, if it is not loaded.")
@click.option(
    "--credentials-out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the demo world's tokens and keys there, readable only by you.",
)
@click.option(
    "--rate",
    envvar="KRATY_BACKEND_RATE",
    metavar="RATE[:BURST]",
    default="50:100",
    show_default=True,
    help="Calls per second for each session, server key and player; 0 for no limit.",
)
@click.option(
    "--pool",
    type=click.IntRange(1, 200),
    default=10,
    show_default=True,
    help="Maximum number of connections to PostgreSQL per process.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that share the address. On SQLite only one writes at a time: more processes only help reads.",
)
@click.option(
    "--connections",
    type=click.IntRange(0, 100_000),
    default=256,
    show_default=True,
    help="Maximum number of connections per client address and process; 0 for no limit.",
)
@click.option(
    "--public-url", metavar="URL", help="The URL that links to audit rows start with; by default the listen address."
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="NETWORK",
    help="A trusted proxy, whose X-Forwarded-For gives the client address; can be given more than once.",
)
@click.option(
    "--portal-origin",
    "portal_origins",
    multiple=True,
    metavar="ORIGIN",
    help="The origin (https://HOST) of a portal that signs in by cookie; can be given more than once.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The format of the log.",
)
@click.option("--log-calls", is_flag=True, help="Log each call: route, status, time, kind of caller; no id, no body.")
@click.option(
    "--metrics",
    type=ListenAddress(),
    metavar="HOST:PORT",
    help="Serve Prometheus metrics at /metrics there; each further process uses the next port.",
)
@click.option("--worker/--no-worker", default=True, help="Whether to run background jobs (webhooks, maintenance).")
@click.option(
    "--webhooks-to-private",
    is_flag=True,
    help="For development: webhooks may go to private addresses, and over http.",
)
@click.option(
    "--only",
    metavar="NAMES",
    help="Be a reduced Kraty: of the admin surface only these operations, separated by commas. `published` means "
    "those that every Kraty has, and leaves the published fields alone in answers.",
)
@click.option(
    "--demo-cache", type=click.Path(file_okay=False, path_type=Path), hidden=True, help="Keep the demo there."
)
@click.option("--exit-with-parent", is_flag=True, hidden=True, help="Stop at the end of the standard input.")
def serve(**flags: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Serve HTTP until stopped; the database is migrated first."""
    gc.disable()  # until it serves: garbage collection while loading makes the start 10 % slower
    from kraty_console.cli.backend_server import ServeOptions, serve_backend  # `serve --help` loads no backend

    return serve_backend(ServeOptions(**flags))
