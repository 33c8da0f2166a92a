"""`kraty-console backend simulate`: simulated players, for a live demo or for load on a backend."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, emit_json
from kraty_console.cli.simulation import Pace, Tally
from kraty_console.cli.simulation import simulate as play
from kraty_console.client.sdk import GameClient
from kraty_console.config.errors import ConfigError
from kraty_console.config.tokens import find_client_key
from kraty_console.contract.secret import Secret
from kraty_console.present.safe import safe

_EVERY_SECONDS = 0.5


@click.command()
@click.option(
    "--players", type=click.IntRange(1, 100_000), default=20, show_default=True, help="The number of players."
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    show_default=True,
    help="Calls per second, of all players. By default a backend allows 50 per key.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The random seed: the same seed gives the same behaviour."
)
@click.option("--calls", type=click.IntRange(1), help="Stop after this many calls.")
@click.option(
    "--for", "seconds", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Stop after this many seconds."
)
@click.option("--url", metavar="URL", help="Address of the backend; by default from --credentials or KRATY_URL.")
@click.option("--key-stdin", is_flag=True, help="Read the client_sdk key from the standard input.")
@click.option(
    "--credentials",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Address and key of a demo, written by backend serve --demo --credentials-out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def simulate(
    players: int,
    rate: float,
    seed: int,
    calls: int | None,
    seconds: float | None,
    url: str | None,
    key_stdin: bool,
    credentials: Path | None,
    as_json: bool,
) -> int:
    """Simulate players over /sdk/v1 with a client_sdk key: register, start, report, crash or finish, and collect.

    Ctrl+C stops it: started attempts finish, then the result is printed. The key comes from --key-stdin,
    --credentials or KRATY_CLIENT_KEY. A second run with the same seed uses other players, because the secrets of the
    first are not stored.
    """
    address, key = _address_and_key(url, key_stdin, credentials)
    tally = Tally()
    started = time.monotonic()

    async def run() -> None:
        async with GameClient(address, key) as client:
            pace = Pace(rate, clock=time.monotonic, max_calls=calls)
            await _run_simulation(client, pace, tally, players=players, seed=seed, seconds=seconds)

    asyncio.run(run())
    elapsed = time.monotonic() - started
    if as_json:
        emit_json(_json_result(tally, elapsed))
    else:
        emit(_summary(tally, elapsed))
    return Exit.FAILED if tally.failed else Exit.FOUND


async def _run_simulation(
    client: GameClient, pace: Pace, tally: Tally, *, players: int, seed: int, seconds: float | None
) -> None:
    """Simulate until a limit is reached or the user stops it, and show progress."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError):  # signals are only available in the main thread
            loop.add_signal_handler(each, pace.stop)
    if seconds is not None:
        loop.call_later(seconds, pace.stop)
    progress = asyncio.create_task(_show_progress(tally)) if sys.stderr.isatty() else None
    try:
        await play(client, pace, tally, players=players, seed=seed)
    finally:
        if progress is not None:
            progress.cancel()
            with suppress(asyncio.CancelledError):
                await progress
        for each in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError):
                loop.remove_signal_handler(each)


async def _show_progress(tally: Tally) -> None:
    """Show a progress line, updated in place, until cancelled."""
    width = 0
    try:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            line = _progress_line(tally)
            width = max(width, len(line))
            sys.stderr.write(f"\r{line:<{width}}")
            sys.stderr.flush()
    finally:
        if width:
            sys.stderr.write(f"\r{'':<{width}}\r")
            sys.stderr.flush()


def _progress_line(tally: Tally) -> str:
    parts = (
        f"{tally.players} players",
        f"{tally.calls} calls",
        f"{tally.started} started",
        f"{tally.finished} finished",
        f"{tally.crashed} crashed",
        f"{tally.claimed + tally.opened} collected",
        f"{tally.refused.total()} refused",
        f"{tally.failed.total()} failed",
    )
    return " · ".join(parts)


def _summary(tally: Tally, seconds: float) -> str:
    lines = [
        f"{tally.players} players made {tally.calls} calls in {seconds:.1f} s.",
        f"{tally.started} attempts started: {tally.finished} finished, {tally.crashed} crashed.",
        f"{tally.claimed} grants claimed, {tally.opened} crates opened.",
    ]
    for what, counted in (("Refused by the rules", tally.refused), ("Failed", tally.failed)):
        if counted:
            lines.append(f"{what}: {', '.join(f'{code} {count}' for code, count in counted.most_common())}.")
    return "".join(f"{safe(line, limit=2_000)}\n" for line in lines)


def _json_result(tally: Tally, seconds: float) -> dict[str, Any]:
    result = {each.name: getattr(tally, each.name) for each in fields(tally)}
    return {**result, "seconds": round(seconds, 3)}


def _address_and_key(url: str | None, key_stdin: bool, credentials: Path | None) -> tuple[str, Secret]:
    """The address and the key; --credentials gives both and takes precedence over the environment."""
    found_url, found_key = _from_file(credentials) if credentials is not None else (None, None)
    if key_stdin and sys.stdin.isatty():
        key: Secret | None = Secret(click.prompt("client key", hide_input=True, err=True).strip())
    else:
        given = find_client_key(os.environ, stdin=sys.stdin) if key_stdin else found_key
        key = given or find_client_key(os.environ)
    address = url or found_url or os.environ.get("KRATY_URL")
    if address is None:
        raise ConfigError("no backend is named: give --url, KRATY_URL or --credentials")
    if key is None:
        raise ConfigError("there is no client_sdk key: give KRATY_CLIENT_KEY, --key-stdin or --credentials")
    return address, key


def _from_file(path: Path) -> tuple[str, Secret]:
    try:
        result = json.loads(path.read_text("utf-8"))
        return str(result["baseUrl"]), Secret(str(result["keys"]["client_sdk"]))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} contains no credentials of a demo") from error
