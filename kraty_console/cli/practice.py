"""`kraty-console practice`: tickets of the demo world, solved in the console, and a report of how it went."""

from __future__ import annotations

from typing import Any, Final

import click

from kraty_console.cli.deferred import deferred
from kraty_console.cli.options import THEMES, Options, json_option

_DEALT: Final = 10
_LARGEST_SEED: Final = 2**31 - 1

_practise: Final = deferred("practice_session", "practise")
_print_list: Final = deferred("practice_session", "print_list")


@click.command()
@click.option("--tickets", "count", type=click.IntRange(1), default=_DEALT, show_default=True, help="How many.")
@click.option(
    "--seed", type=click.IntRange(0, _LARGEST_SEED), help="Which tickets, and their order; random by default."
)
@click.option(
    "--role",
    type=click.Choice(("GAME_ADMIN", "GAME_DEBUGGER", "GAME_VIEWER")),
    default="GAME_ADMIN",
    show_default=True,
    help="The role; only tickets that it can solve are dealt.",
)
@click.option("--list", "list_only", is_flag=True, help="List all tickets for the role, without opening the console.")
@json_option
@click.option("--mouse/--no-mouse", default=None, help="Use the mouse.")
@click.option("--plain-paint", is_flag=True, default=None, help="Redraw whole regions, not only changes.")
@click.option("--theme", type=click.Choice(THEMES), help="Colours.")
@click.pass_obj
def practice(
    before: Options,
    /,
    count: int,
    seed: int | None,
    role: str,
    list_only: bool,
    as_json: bool,
    **flags: Any,  # noqa: ANN401 (each flag has its own type)
) -> Any:  # noqa: ANN401
    """Solve tickets of the demo world in the console, one after the other; then see how it went.

    The ticket stands on the first screen, and its number is set for the changes that follow. Press > when it is
    answered, - to give it up, # to read it again. A ticket may need nothing at all: then answer it with > alone.

    On leaving the console, a report is printed: what the backend recorded for each ticket, and with how many keys.
    Time does not count. Changes to the demo world are deleted on exit.

    Exit codes: 0 every ticket was solved and nothing else was changed, otherwise 10. If the console fails or a signal
    ends it, there is no report, and the exit code is the console's.
    """
    if list_only:
        return _print_list(role, as_json=as_json)
    return _practise(before.then(Options(**flags)), count, role, seed, as_json=as_json)
