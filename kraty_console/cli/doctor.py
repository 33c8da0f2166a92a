"""`kraty-console doctor`: check everything that the console needs, without changing anything."""

from __future__ import annotations

from typing import Any

import click

from kraty_console.cli.options import Options, json_option, where_options


@click.command()
@json_option
@where_options
@click.pass_obj
def doctor(before: Options, /, as_json: bool, **flags: Any) -> int:  # noqa: ANN401 (each flag has its own type)
    """Check everything that the console needs, without changing anything.

    Configuration, token, address, TLS, proxy, session, the operations of the backend, clock, round trip, state,
    journal, terminal. Only GET is sent, and only to the profile's own backend. The console uses the
    detected operations from then on.

    Exit codes: 0 no problem, 1 a problem, the most important one first, 2 usage.
    """
    from kraty_console.cli.checkup.run import run_checkup  # `doctor --help` loads no checks, client or presenters

    return run_checkup(before.then(Options(**flags)), as_json=as_json)
