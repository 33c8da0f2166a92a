"""`kraty-console diagnose`, `timeline`, `audit` and `worklog`: what is wrong, what happened and what was done."""

from __future__ import annotations

from typing import Any, Final

import click

from kraty_console.cli.deferred import deferred
from kraty_console.cli.options import Options, json_option, where_options
from kraty_console.cli.row_limits import row_limit, row_limit_options
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from kraty_console.contract.timeline_kinds import TimelineKind

_diagnose_player: Final = deferred("diagnose", "diagnose_player")
_print_timeline: Final = deferred("timeline", "print_timeline")
_print_audit: Final = deferred("audit", "print_audit")
_print_worklog: Final = deferred("worklog", "print_worklog")


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
@click.option("--ticket", metavar="ID", help="The ticket in work: what was paid under it is not paid twice.")
@where_options
@click.pass_obj
def diagnose(before: Options, /, player: str, as_json: bool, limit: int, **flags: Any) -> Any:  # noqa: ANN401
    """Tell what is wrong with PLAYER: each fault with its row, since when, the evidence, and the one next step.

    PLAYER is an id or a text, as in `show`; `-` reads it from standard input.

    Exit codes: 10 something is wrong, 0 nothing is wrong in what was loaded, 1 nothing was found but not everything
    could be read; the others are those of `kraty-console --help`.
    """
    return _diagnose_player(before.then(Options(**flags)), player, limit, as_json=as_json)


def _kinds(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[TimelineKind, ...]:
    """The kinds of `--kinds attempt,grant`, which may be given several times."""
    named = [word.strip() for value in values for word in value.split(",")]
    unknown = [word for word in named if word not in tuple(TimelineKind)]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(TimelineKind)}")
    return tuple(dict.fromkeys(map(TimelineKind, named)))


@click.command()
@click.argument("player")
@click.option(
    "--kinds",
    multiple=True,
    callback=_kinds,
    metavar="KIND[,KIND…]",
    help=f"Only these kinds: {', '.join(TimelineKind)}.",
)
@row_limit_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, in ASCII.")
@where_options
@click.pass_obj
def timeline(
    before: Options,
    /,
    player: str,
    kinds: tuple[TimelineKind, ...],
    limit: int | None,
    all_rows: bool,
    as_json: bool,
    **flags: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Print what happened to PLAYER, newest first: attempts, grants, ledgers, lobbies, bans, changes and webhooks.

    Each line has the time, the kind, the id of the row, what happened, and who did it. PLAYER is an id or a text,
    as in `show`; `-` reads it from standard input.
    """
    most = row_limit(limit, all_rows=all_rows)
    return _print_timeline(before.then(Options(**flags)), player, kinds, most, as_json=as_json)


@click.command()
@click.argument("filter_line", metavar="[FILTER]…", nargs=-1)
@click.option("--csv", "csv_file", metavar="FILE", help="Write CSV that is safe in a spreadsheet; - prints it.")
@click.option("--jsonl", "json_file", metavar="FILE", help="Write JSON Lines; - prints them.")
@row_limit_options
@where_options
@click.pass_obj
def audit(
    before: Options,
    /,
    filter_line: tuple[str, ...],
    csv_file: str | None,
    json_file: str | None,
    limit: int | None,
    all_rows: bool,
    **flags: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Print the studio's audit log of this game, newest first; or export it to the last row.

    FILTER is a line such as: actor:maria action:grant.* player:alice_42 ticket:ZD-4821 outcome:denied since:7d
    until:2026-06-01. Terms of one key are alternatives; * and ? are wildcards; values with blanks are quoted within the
    line. A file is written whole, or not at all.
    """
    line = " ".join(filter_line)
    return _print_audit(before.then(Options(**flags)), line, csv_file, json_file, limit, all_rows=all_rows)


@click.command()
@click.argument("ticket", required=False)
@click.option("--reply", "as_reply", is_flag=True, help="A reply to the player instead.")
@json_option
@click.option("--profile", metavar="NAME", help="A profile of the configuration.")
@click.option("--url", metavar="URL", help="Address of the backend.")
@click.pass_obj
def worklog(before: Options, /, ticket: str | None, as_reply: bool, as_json: bool, **flags: Any) -> Any:  # noqa: ANN401
    """Print what was looked at, found and done under TICKET, as Markdown; without TICKET the tickets with their times.

    It is read from this machine's state folder, where the console and `act` record it; the backend is not asked.
    """
    if as_reply and (ticket is None or as_json):
        raise click.UsageError("--reply takes a TICKET, and no --json")
    return _print_worklog(before.then(Options(**flags)), ticket, as_reply=as_reply, as_json=as_json)
