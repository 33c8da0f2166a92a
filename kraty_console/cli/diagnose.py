"""`kraty-console diagnose`: what is wrong with a player, without the screen."""

from __future__ import annotations

from typing import Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import player_or_message, player_query, run_query, text_of
from kraty_console.cli.options import Options, json_option, where_options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.domain.fault_report import player_report
from kraty_console.present.fault_report import report_json, report_text
from kraty_console.present.text_output import unreadable_text


@click.command()
@click.argument("player")
@json_option
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of rows of each list to load.",
)
@where_options
@click.pass_obj
def diagnose(before: Options, /, player: str, as_json: bool, limit: int, **flags: Any) -> int:  # noqa: ANN401
    """Tell what is wrong with PLAYER: each fault with its row, since when, the evidence, and the one next step.

    PLAYER is an id or a text, as in `show`; `-` reads it from standard input.

    Exit codes: 10 something is wrong, 0 nothing is wrong in what was loaded, 1 nothing was found but not everything
    could be read; the others are those of `kraty-console --help`.
    """
    options = before.then(Options(**flags))
    player = text_of(player, options)
    fetched, now = run_query(options, player_query(player, limit))
    snapshot = player_or_message(player, fetched)
    if snapshot is None:
        return Exit.NOT_FOUND
    report = player_report(snapshot, now)
    if as_json:
        emit_json(report_json(report, snapshot, now))
        if words := unreadable_text(snapshot):
            print_message(words)
    else:
        emit(report_text(report, snapshot, now))
    if report.is_wrong:
        return Exit.SOMETHING_WRONG
    return Exit.FAILED if report.unreadable else Exit.FOUND
