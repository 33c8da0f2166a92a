"""Runs `kraty-console queue`: reads the input, prints groups and previews, asks, sends, and writes the report."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import run_query
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.progress import RowProgress
from kraty_console.cli.queue_commands import LATEST
from kraty_console.cli.queue_sending import carry_out, count_words, prepared_queue, tell_shortcomings
from kraty_console.cli.session import profile_of
from kraty_console.client.queue_file import stored_queues
from kraty_console.console.queue_incident import incident_rows
from kraty_console.console.queue_orders import (
    PreparedQueue,
    check_place,
    new_queue,
    open_queue,
    order_of,
    queue_commands,
)
from kraty_console.contract.errors import KratyError
from kraty_console.contract.fault_kinds import FaultKind
from kraty_console.domain.audit_filter import AuditFilterError, Moment, moment_at, parse_moment
from kraty_console.domain.completeness import sentence, unreadable_words
from kraty_console.domain.queue_groups import GROUPS, groups_of
from kraty_console.domain.queue_input import MOST_BYTES, InputRow, QueueInputError, read_queue_bytes
from kraty_console.domain.queue_records import QueueRecordError, state_of
from kraty_console.domain.queue_state import QueueOrder
from kraty_console.present.queue_report import (
    FORMS,
    groups_json,
    groups_text,
    preview_json,
    preview_text,
    rows_text,
)

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace

Incident = tuple[str, str | None, str | None]
"""Kind of fault, key of an event, and since when."""

Order = tuple[str, str, Mapping[str, str], int | None]
"""Group, action, texts of fields, and the number that was confirmed."""


def run_queue(
    options: Options,
    players: str | Incident,
    order: Order | None,
    limit: int,
    *,
    dry_run: bool = False,
    report_file: str | None = None,
    as_json: bool = False,
) -> int:
    """Look up a queue, and make what was ordered once it is confirmed; returns the exit code."""
    wanted = _order(order)
    form = _report_form(report_file)
    given = _input(players, options) if isinstance(players, str) else ()
    since = None if isinstance(players, str) else _since(players)

    async def work(workspace: Workspace) -> int:
        rows = given if isinstance(players, str) else await _incident(workspace, players, since)
        complete = None if wanted is None else _with_ticket(wanted, workspace)
        if complete is None or dry_run:
            prepared = await prepared_queue(workspace, rows, complete, limit)
            return _tell(prepared, as_json=as_json)
        file, state = await new_queue(workspace, rows, complete, _source(players))
        try:
            return await carry_out(workspace, file, state, limit, report_file, form, as_json=as_json)
        finally:
            file.close()

    code, _ = run_query(options, work)
    return code


def resume_queue(
    options: Options, queue_id: str, number: int | None, report_file: str | None, limit: int, *, as_json: bool = False
) -> int:
    """Continue a queue, or report on one that is finished; returns the exit code."""
    form = _report_form(report_file)
    _, paths = profile_of(options)
    file, state = open_queue(paths.state_dir, _latest(paths.state_dir) if queue_id == LATEST else queue_id)
    if number is not None:
        state.order = QueueOrder(state.order.group, state.order.action, state.order.texts, number)

    async def work(workspace: Workspace) -> int:
        await check_place(workspace, state)
        return await carry_out(workspace, file, state, limit, report_file, form, as_json=as_json)

    try:
        code, _ = run_query(options, work)
    finally:
        file.close()
    return code


def list_queues(*, as_json: bool = False) -> int:
    """Print the queues of this machine, newest first."""
    _, paths = profile_of(Options())
    told: list[dict[str, Any]] = []
    for stored in stored_queues(paths.state_dir):
        try:
            state = state_of(stored.records)
        except QueueRecordError:
            told.append({"id": stored.id, "state": "damaged"})
            continue
        left = len(state.left)
        told.append(
            {
                "id": stored.id,
                "createdAt": state.origin.created_at,
                "source": state.origin.source,
                "group": state.order.group,
                "action": state.order.action,
                "ticket": state.order.texts.get("ticket") or None,
                "rows": len(state.rows),
                "changes": len(state.intents),
                "left": left,
                "state": "not confirmed" if not state.confirmed else "unfinished" if left else "finished",
            }
        )
    if as_json:
        emit_json({"queues": told})
    elif told:
        emit(rows_text([{name: str(each.get(name) or "") for name in _LISTED} for each in told]))
    else:
        print_message("There is no queue on this machine.")
    return Exit.FOUND


_LISTED = ("id", "state", "left", "changes", "action", "group", "ticket", "source")


# -- before it is sent -----------------------------------------------------------------------------------------------


def _order(order: Order | None) -> QueueOrder | None:
    if order is None:
        return None
    group, action, texts, number = order
    if group not in GROUPS:
        raise click.UsageError(f"--group: {group!r} is none of {', '.join(GROUPS)}")
    try:
        return order_of(group, action, texts, number)
    except ValueError as error:
        raise click.UsageError(f"--action: {error}") from None


def _with_ticket(order: QueueOrder, workspace: Workspace) -> QueueOrder:
    ticket = workspace.launch.ticket
    texts = {**order.texts, "ticket": ticket} if ticket else order.texts
    return QueueOrder(order.group, order.action, texts, order.confirm)


def _since(incident: Incident) -> Moment | None:
    _, _, since = incident
    try:
        return parse_moment("--since", since) if since is not None else None
    except AuditFilterError as error:
        raise click.UsageError(str(error)) from None


async def _incident(workspace: Workspace, incident: Incident, since: Moment | None) -> Sequence[InputRow]:
    """The players of an incident."""
    kind, event_key, _ = incident
    progress = RowProgress()
    try:
        found = await incident_rows(
            workspace,
            FaultKind(kind),
            event_key=event_key,
            since=moment_at(since, workspace.now()),
            progress=lambda count: progress.show(f"{count} faults read"),
        )
    finally:
        progress.clear()
    if found.is_cut:
        print_message(f"There are more: these are the newest {len(found.rows)}.")
    if found.unreadable:
        print_message(sentence(unreadable_words(found.unreadable, "fault")))
    return found.rows


def _source(players: str | Incident) -> str:
    if isinstance(players, str):
        return players
    kind, event_key, since = players
    return f"{kind}{f' at {event_key}' if event_key else ''}{f' since {since}' if since else ''}"


def _input(source: str, options: Options) -> Sequence[InputRow]:
    if source == "-" and options.token_stdin:
        raise click.UsageError("the standard input cannot hold both the token and the players")
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        given = read_queue_bytes(data)
    except QueueInputError as error:
        raise click.UsageError(f"{source}: {error}") from None
    if given.title:
        print_message(f"The players are taken from the column {given.title}.")
    return given.rows


def _report_form(report_file: str | None) -> str:
    if report_file is None:
        return ""
    form = FORMS.get(Path(report_file).suffix.lower())
    if form is None:
        raise click.UsageError(f"--report: the file ends in one of {', '.join(FORMS)}")
    if not Path(report_file).absolute().parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {Path(report_file).parent}")
    return form


def _tell(prepared: PreparedQueue, *, as_json: bool) -> int:
    """Print the groups, or what an order would do; returns the exit code."""
    plan = prepared.plan
    if plan is not None:
        emit_json(preview_json(plan, prepared.players)) if as_json else emit(preview_text(plan, prepared.players))
        print_message(count_words(prepared))
    else:
        distinct = {each.player.external_player_id: each.player for each in prepared.found if each.player is not None}
        groups = groups_of(distinct.values())
        if as_json:
            rows = [
                {
                    "line": row.line,
                    "input": row.text,
                    "externalPlayerId": found.player.external_player_id if found.player is not None else None,
                    "groups": list(found.player.kinds()) if found.player is not None else [],
                    "state": found.state,
                    "words": found.words or None,
                }
                for row, found in zip(prepared.rows, prepared.found, strict=True)
            ]
            emit_json({"players": len(distinct), "groups": groups_json(groups), "rows": rows})
        elif groups:
            names = {each.change.spec.id: name for name, each in reversed(queue_commands().items())}
            emit(groups_text(groups, lambda action_id: names.get(action_id, "")))
    tell_shortcomings(prepared)
    if not prepared.players:
        return Exit.NOT_FOUND
    all_found = all(each.player is not None and not each.player.unread for each in prepared.found)
    return Exit.FOUND if all_found and (plan is None or not plan.refused) else Exit.PARTLY_DONE


def _latest(state_dir: Path) -> str:
    """The id of the newest queue that is not finished; of the newest, if all are."""
    newest = ""
    for stored in stored_queues(state_dir):
        newest = newest or stored.id
        with suppress(QueueRecordError):
            state = state_of(stored.records)
            if state.left or not state.confirmed:
                return stored.id
    if not newest:
        raise KratyError("There is no queue on this machine.")
    return newest
