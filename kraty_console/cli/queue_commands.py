"""`kraty-console queue`: many players at once, from a list to a report."""

from __future__ import annotations

from typing import Any, Final

import click

from kraty_console.cli.deferred import deferred
from kraty_console.cli.options import Options, json_option, where_options
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT

_run_queue: Final = deferred("queue", "run_queue")
_resume_queue: Final = deferred("queue", "resume_queue")
_list_queues: Final = deferred("queue", "list_queues")

LATEST: Final = "latest"
"""For `--resume` without an id."""


def _fields(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """The texts of `--set name=value`, by name."""
    texts: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE, such as amount=50")
        if name in texts or name in ("reason", "ticket"):
            raise click.BadParameter(f"{name} is given twice, or has an option of its own")
        texts[name] = text
    return texts


@click.command(
    epilog="""Exit codes: 0 everything was done or looked up, 9 some rows were refused, skipped, failed, unknown, not
    sent, not found or not read, 3 nothing to do, 130 interrupted; the others are those of `kraty-console --help`."""
)
@click.argument("source", metavar="[FILE|-]", required=False)
@click.option(
    "--fault",
    type=click.Choice([each.value for each in FaultKind]),
    metavar="KIND",
    help=f"Instead of a file: everybody in the game with this fault: {', '.join(FaultKind)}.",
)
@click.option("--event", metavar="KEY", help="With --fault: only at this event.")
@click.option("--since", metavar="AGE", help="With --fault: only if it began since, such as 24h or 2026-06-01.")
@click.option("--group", metavar="KIND", help="Act on the players of a group; `all` for everybody who was found.")
@click.option("--action", metavar="CHANGE", help="What to do: a change of `kraty-console act --help`.")
@click.option(
    "--set", "fields", multiple=True, callback=_fields, metavar="NAME=VALUE", help="A field of the change, as in act."
)
@click.option("--reason", metavar="TEXT", help="The reason, for the audit log; the same for every row.")
@click.option("--ticket", metavar="ID", help="The ticket to record with every change.")
@click.option("--dry-run", is_flag=True, help="Print what would change, row by row, and send nothing.")
@click.option("--confirm", type=click.IntRange(0), metavar="N", help="The number of changes, to confirm them.")
@click.option("--report", "report_file", metavar="FILE", help="Write a report: .md, .csv or .jsonl.")
@click.option(
    "--resume", is_flag=False, flag_value=LATEST, metavar="[ID]", help="Continue a queue; the latest by default."
)
@click.option("--list", "as_list", is_flag=True, help="List the queues of this machine.")
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Maximum number of rows of each list to load of a player.",
)
@json_option
@where_options
@click.pass_obj
def queue(
    before: Options,
    /,
    source: str | None,
    fault: str | None,
    event: str | None,
    since: str | None,
    group: str | None,
    action: str | None,
    fields: dict[str, str],
    reason: str | None,
    ticket: str | None,
    dry_run: bool,
    confirm: int | None,
    report_file: str | None,
    resume: str | None,
    as_list: bool,
    limit: int,
    as_json: bool,
    **flags: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Look up many players, group them by what is wrong, and make one change for a group.

    FILE is a table (CSV with commas, semicolons or tabs) with a column such as player_id or e-mail, or has one player
    per line; - reads it from standard input. Without --group and --action, only the groups are printed. Changes are
    sent once their number is confirmed, by --confirm or on the terminal, each once; what a crash, ctrl+c or five
    failures one after the other left undone, --resume continues. With --fault, the players are those of an incident,
    and only the attempts or grants with the fault are meant.
    """
    options = before.then(Options(ticket=ticket, **flags))
    order = (group, action, reason, *fields)
    if (event is not None or since is not None) and fault is None:
        raise click.UsageError("--event and --since need --fault")
    if as_list or resume is not None:
        is_more = any(order) or dry_run or ticket or (as_list and (resume or confirm or report_file))
        if source is not None or fault is not None or is_more:
            raise click.UsageError("--list and --resume take no input and no order")
        if as_list:
            return _list_queues(as_json=as_json)
        return _resume_queue(options, resume, confirm, report_file, limit, as_json=as_json)
    if (source is None) == (fault is None):
        raise click.UsageError("give a file, - for the standard input, --fault, --resume or --list")
    players = source if source is not None else (fault, event, since)
    if not any(order):
        if dry_run or confirm is not None or report_file is not None:
            raise click.UsageError("--dry-run, --confirm and --report need --group and --action")
        return _run_queue(options, players, None, limit, as_json=as_json)
    group = group or fault
    if not group or not action or not reason:
        raise click.UsageError("an order needs --group, --action and --reason")
    texts = {**fields, "reason": reason}
    return _run_queue(
        options,
        players,
        (group, action, texts, confirm),
        limit,
        dry_run=dry_run,
        report_file=report_file,
        as_json=as_json,
    )
