"""`kraty-console backend serve`: a standalone embedded Kraty."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click

from kraty_console.cli.backend_database import database_option, database_url, not_installed


class Address(click.ParamType[tuple[str, int]]):
    """`HOST:PORT`; an IPv6 host in brackets, `*` for every address, port 0 for any free port."""

    name = "HOST:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:  # noqa: ANN401 (click's own)
        """The host and the port."""
        if isinstance(value, tuple):
            return value
        host, colon, port = value.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isascii() or not port.isdigit() or int(port[:6]) > 65535:
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:8080", param, ctx)
        return host, int(port)


@click.command()
@database_option
@click.option("--listen", type=Address(), default="127.0.0.1:8080", show_default=True, help="The address to listen on.")
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
    type=Address(),
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
    help="Be a reduced Kraty: of the admin surface only these operations, with commas between. `published` stands for "
    "those that every Kraty has, and leaves the published fields alone in answers.",
)
@click.option(
    "--demo-cache", type=click.Path(file_okay=False, path_type=Path), hidden=True, help="Keep the demo there."
)
@click.option("--exit-with-parent", is_flag=True, hidden=True, help="Stop at the end of the standard input.")
def serve(
    database: str | None,
    listen: tuple[str, int],
    demo: bool,
    credentials_out: Path | None,
    demo_cache: Path | None,
    rate: str,
    worker: bool,
    webhooks_to_private: bool,
    pool: int,
    workers: int,
    connections: int,
    public_url: str | None,
    proxies: tuple[str, ...],
    portal_origins: tuple[str, ...],
    log_format: Any,  # noqa: ANN401 (one of the choices)
    log_calls: bool,
    metrics: tuple[str, int] | None,
    only: str | None,
    exit_with_parent: bool,
) -> int:
    """Serve HTTP until stopped; the database is migrated first."""
    if credentials_out is not None and not demo:
        raise click.UsageError("--credentials-out writes the demo world's credentials: add --demo")
    gc.disable()  # until it serves: garbage collection while loading makes the start 10 % slower
    try:
        from kraty_console.backend.app.reduction import Reduction
        from kraty_console.backend.http.client_address import Proxies
        from kraty_console.backend.http.connections import ConnectionLimits
        from kraty_console.backend.http.csrf import origin_of
        from kraty_console.backend.http.rate_limit import Rate
        from kraty_console.backend.runtime.serve import serve as run_backend
        from kraty_console.backend.runtime.settings import Settings
        from kraty_console.backend.runtime.startup import CannotServe
        from kraty_console.backend.storage.engine import Limits
    except ModuleNotFoundError as missing:
        raise not_installed(missing) from None
    try:
        allowed = Rate.parse(rate)
    except ValueError:
        raise click.BadParameter(f"{rate!r} is not RATE or RATE:BURST", param_hint="--rate") from None
    try:
        reduction = None if only is None else Reduction.parse(only)
    except ValueError as unknown:
        raise click.BadParameter(str(unknown), param_hint="--only") from None
    try:
        Proxies(proxies)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--proxy") from None
    for origin in portal_origins:
        if origin_of(origin) is None:
            raise click.BadParameter(
                f"not an origin: {origin!r}; write it as https://HOST", param_hint="--portal-origin"
            )
    host, port = listen
    settings = Settings(
        database_url=database_url(database),
        host=host,
        port=port,
        demo=demo,
        credentials_out=credentials_out,
        demo_cache=demo_cache,
        rate=allowed,
        limits=Limits(pool=pool),
        connections=ConnectionLimits(of_address=connections),
        worker=worker,
        webhooks_to_private=webhooks_to_private,
        workers=workers,
        public_url=public_url.rstrip("/") if public_url else None,
        proxies=proxies,
        portal_origins=portal_origins,
        log_format=log_format,
        log_calls=log_calls,
        metrics=metrics,
        only=reduction,
        exit_with_parent=exit_with_parent,
    )
    try:
        run_backend(settings)
    except CannotServe as refused:
        raise (click.UsageError if refused.usage else click.ClickException)(str(refused)) from None
    return 0
