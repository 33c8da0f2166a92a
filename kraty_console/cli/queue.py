"""Runs `kraty-console queue`: reads the input, prints groups and previews, asks, sends, and writes the report."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import run_query
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.progress import RowProgress
from kraty_console.cli.queue_commands import LATEST
from kraty_console.cli.session import profile_of
from kraty_console.client.queue_file import QueueFile, stored_queues
from kraty_console.console.queue_orders import (
    PreparedQueue,
    check_place,
    confirm,
    new_queue,
    open_queue,
    order_of,
    prepare,
    queue_commands,
    queue_run,
)
from kraty_console.console.queue_run import QueueProgress, QueueRun
from kraty_console.contract.errors import KratyError
from kraty_console.domain.formatting import counted
from kraty_console.domain.queue_groups import GROUPS, groups_of
from kraty_console.domain.queue_input import MOST_BYTES, QueueInput, QueueInputError, read_queue_bytes
from kraty_console.domain.queue_records import QueueRecordError, state_of
from kraty_console.domain.queue_report import INCOMPLETE, counts_of, is_complete, report_rows
from kraty_console.domain.queue_state import QueueOrder, QueueState, RowState
from kraty_console.present.queue_report import (
    FORMS,
    counts_words,
    groups_json,
    groups_text,
    preview_json,
    preview_text,
    report_row_json,
    report_text,
    rows_text,
    totals_text,
)
from kraty_console.private_files import private_writer

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace

Order = tuple[str, str, Mapping[str, str], int | None]
"""Group, action, texts of fields, and the number that was confirmed."""


def run_queue(
    options: Options,
    source: str,
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
    given = _input(source, options)
    if given.title:
        print_message(f"The players are taken from the column {given.title}.")

    async def work(workspace: Workspace) -> int:
        if wanted is None or dry_run:
            prepared = await _prepared(workspace, given.rows, wanted, limit)
            return _tell(prepared, as_json=as_json)
        complete = _with_ticket(wanted, workspace)
        file, state = await new_queue(workspace, given.rows, complete, source)
        try:
            return await _carry_out(workspace, file, state, limit, report_file, form, as_json=as_json)
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
        return await _carry_out(workspace, file, state, limit, report_file, form, as_json=as_json)

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


def _input(source: str, options: Options) -> QueueInput:
    if source == "-" and options.token_stdin:
        raise click.UsageError("the standard input cannot hold both the token and the players")
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        return read_queue_bytes(data)
    except QueueInputError as error:
        raise click.UsageError(f"{source}: {error}") from None


def _report_form(report_file: str | None) -> str:
    if report_file is None:
        return ""
    form = FORMS.get(Path(report_file).suffix.lower())
    if form is None:
        raise click.UsageError(f"--report: the file ends in one of {', '.join(FORMS)}")
    if not Path(report_file).absolute().parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {Path(report_file).parent}")
    return form


async def _prepared(workspace: Workspace, rows: Any, order: QueueOrder | None, limit: int) -> PreparedQueue:  # noqa: ANN401
    progress = RowProgress()
    try:
        return await prepare(
            workspace,
            rows,
            order,
            limit=limit,
            progress=lambda done, total: progress.show(f"{done} of {total} players looked up"),
        )
    finally:
        progress.clear()


def _tell(prepared: PreparedQueue, *, as_json: bool) -> int:
    """Print the groups, or what an order would do; returns the exit code."""
    plan = prepared.plan
    if plan is not None:
        emit_json(preview_json(plan, prepared.players)) if as_json else emit(preview_text(plan, prepared.players))
        print_message(_count_words(prepared))
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
    _tell_shortcomings(prepared)
    if not prepared.players:
        return Exit.NOT_FOUND
    all_found = all(each.player is not None and not each.player.unread for each in prepared.found)
    return Exit.FOUND if all_found and (plan is None or not plan.refused) else Exit.PARTLY_DONE


def _tell_shortcomings(prepared: PreparedQueue) -> None:
    """Print which rows have no player, and what was not looked at."""
    for row, found in zip(prepared.rows, prepared.found, strict=True):
        if found.player is None:
            words = found.words if found.words.startswith("line ") else f"line {row.line}: {row.text}: {found.words}"
            print_message(words)
    partial = {
        each.player.external_player_id for each in prepared.found if each.player is not None and each.player.partial
    }
    if partial:
        print_message(f"Of {counted(len(partial), 'player')} only the newest rows were looked at (--limit).")


def _count_words(prepared: PreparedQueue) -> str:
    plan = prepared.plan
    assert plan is not None
    refused = sum(map(len, plan.refused.values()))
    ruled_out = f"; {counted(refused, 'row')} cannot be changed" if refused else ""
    return f"{counted(plan.count, 'change')} for {counted(len(plan.changes), 'player')}{ruled_out}."


def _agreed(prepared: PreparedQueue, order: QueueOrder) -> bool:
    """Whether the number of changes was confirmed."""
    plan = prepared.plan
    assert plan is not None
    if order.confirm is not None:
        if order.confirm == plan.count:
            return True
        print_message(
            f"{_count_words(prepared)} That is not the {order.confirm} that were confirmed: nothing was sent."
        )
        return False
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        print_message(f"Nothing was sent. To send them: --confirm {plan.count}")
        return False
    typed = click.prompt(f"Type {plan.count} to send them", default="", show_default=False, err=True)
    if typed.strip() != str(plan.count):
        print_message("Nothing was sent.")
        return False
    return True


# -- sending ---------------------------------------------------------------------------------------------------------


async def _carry_out(
    workspace: Workspace,
    file: QueueFile,
    state: QueueState,
    limit: int,
    report_file: str | None,
    form: str,
    *,
    as_json: bool,
) -> int:
    """Look up and confirm what was not confirmed yet, send what is left, and report; returns the exit code."""
    if not state.confirmed:
        code = await _confirmed(workspace, file, state, limit)
        if code is not None:
            return code
    progress = RowProgress()

    def show(run: QueueProgress) -> None:
        progress.show(f"{run.settled} of {run.total} changes: {counts_words(run.states)}")

    interrupted = False
    run = await queue_run(workspace, file, state, show)
    try:
        with _on_interrupt(lambda: run.stop("interrupted")):
            await run.run()
    finally:
        progress.clear()
        interrupted = run.stopped == "interrupted"
        _report(state, report_file, form)
    _tell_outcome(file, state, run, as_json=as_json)
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.FOUND if is_complete(counts_of(state)) else Exit.PARTLY_DONE


async def _confirmed(workspace: Workspace, file: QueueFile, state: QueueState, limit: int) -> int | None:
    """Look up, plan and ask; None if it was agreed to, else the exit code. A new file is removed then."""
    agreed = False
    try:
        prepared = await _prepared(workspace, state.rows, state.order, limit)
        plan = prepared.plan
        assert plan is not None
        if state.order.confirm is None:
            emit(preview_text(plan, prepared.players))
        else:
            emit(totals_text(plan.totals))
        if plan.count == 0 and not plan.refused:
            print_message(f"Nobody is in the group {state.order.group}: there is nothing to do.")
            _tell_shortcomings(prepared)
            return Exit.NOT_FOUND
        print_message(_count_words(prepared))
        agreed = _agreed(prepared, state.order)
        if not agreed:
            _tell_shortcomings(prepared)
            return Exit.FAILED if state.order.confirm is not None or sys.stdin.isatty() else Exit.USAGE
        await confirm(file, state, prepared)
    finally:
        if not agreed:
            file.remove()
    return None


@contextmanager
def _on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """The first ctrl+c stops the queue and awaits what is under way; a second one ends the program."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        stop()
        print_message("Nothing more is sent; waiting for what is under way.")

    with suppress(ValueError, RuntimeError, NotImplementedError):  # not in the main thread
        loop.add_signal_handler(signal.SIGINT, first)
    try:
        yield
    finally:
        with suppress(ValueError, RuntimeError, NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)


def _report(state: QueueState, report_file: str | None, form: str) -> None:
    """Write the report, whole or not at all."""
    if report_file is None:
        return
    with private_writer(Path(report_file)) as out:
        for part in report_text(state, form):
            out.write(part.encode())


def _tell_outcome(file: QueueFile, state: QueueState, run: QueueRun, *, as_json: bool) -> None:
    counts = counts_of(state)
    if as_json:
        emit_json(
            {
                "queue": file.id,
                "stopped": run.stopped or None,
                "counts": {each.value: counts[each] for each in RowState if counts[each]},
                "rows": [report_row_json(row) for row in report_rows(state)],
            }
        )
    else:
        emit(f"{counts_words(counts)}\n")
        rows = [each for each in report_rows(state) if each.state in INCOMPLETE and each.same_as is None]
        emit(
            rows_text(
                [
                    {"line": str(row.line), "player": row.player or row.text, "state": row.state, "why": row.words}
                    for row in rows
                ]
            )
        )
    if run.stopped:
        print_message(f"Stopped: {run.stopped}.")
    if state.left:
        print_message(f"To continue: kraty-console queue --resume {file.id}")


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
