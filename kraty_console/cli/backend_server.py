"""Starts the backend with the flags of `kraty-console backend serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from kraty_console.backend.app.reduction import Reduction
from kraty_console.backend.http.client_address import Proxies
from kraty_console.backend.http.connections import ConnectionLimits
from kraty_console.backend.http.csrf import origin_of
from kraty_console.backend.http.rate_limit import Rate
from kraty_console.backend.runtime.serve import serve
from kraty_console.backend.runtime.settings import Settings
from kraty_console.backend.runtime.startup import CannotServe
from kraty_console.backend.storage.engine import Limits
from kraty_console.cli.database_url import database_url


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The flags of `backend serve`, by their names."""

    database: str | None
    listen: tuple[str, int]
    demo: bool
    credentials_out: Path | None
    demo_cache: Path | None
    rate: str
    worker: bool
    webhooks_to_private: bool
    pool: int
    workers: int
    connections: int
    public_url: str | None
    proxies: tuple[str, ...]
    portal_origins: tuple[str, ...]
    log_format: Literal["text", "json"]
    log_calls: bool
    metrics: tuple[str, int] | None
    only: str | None
    exit_with_parent: bool


def serve_backend(options: ServeOptions) -> int:
    """Check the flags and serve until stopped.

    Raises click.ClickException: a flag cannot be used, or the backend cannot start.
    """
    if options.credentials_out is not None and not options.demo:
        raise click.UsageError("--credentials-out writes the demo world's credentials: add --demo")
    try:
        allowed = Rate.parse(options.rate)
    except ValueError:
        raise click.BadParameter(f"{options.rate!r} is not RATE or RATE:BURST", param_hint="--rate") from None
    try:
        reduction = None if options.only is None else Reduction.parse(options.only)
    except ValueError as unknown:
        raise click.BadParameter(str(unknown), param_hint="--only") from None
    try:
        Proxies(options.proxies)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--proxy") from None
    for origin in options.portal_origins:
        if origin_of(origin) is None:
            raise click.BadParameter(
                f"not an origin: {origin!r}; write it as https://HOST", param_hint="--portal-origin"
            )
    host, port = options.listen
    settings = Settings(
        database_url=database_url(options.database),
        host=host,
        port=port,
        demo=options.demo,
        credentials_out=options.credentials_out,
        demo_cache=options.demo_cache,
        rate=allowed,
        limits=Limits(pool=options.pool),
        connections=ConnectionLimits(of_address=options.connections),
        worker=options.worker,
        webhooks_to_private=options.webhooks_to_private,
        workers=options.workers,
        public_url=options.public_url.rstrip("/") if options.public_url else None,
        proxies=options.proxies,
        portal_origins=options.portal_origins,
        log_format=options.log_format,
        log_calls=options.log_calls,
        metrics=options.metrics,
        only=reduction,
        exit_with_parent=options.exit_with_parent,
    )
    try:
        serve(settings)
    except CannotServe as refused:
        raise (click.UsageError if refused.usage else click.ClickException)(str(refused)) from None
    return 0
