"""Confirms and sends what was ordered for a queue, and writes its report."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.cli.progress import RowProgress
from kraty_console.client.queue_file import QueueFile
from kraty_console.console.queue_orders import PreparedQueue, confirm, prepare, queue_run
from kraty_console.console.queue_run import QueueProgress, QueueRun
from kraty_console.domain.formatting import counted
from kraty_console.domain.queue_report import INCOMPLETE, counts_of, is_complete, report_rows
from kraty_console.domain.queue_state import QueueOrder, QueueState, RowState
from kraty_console.present.queue_report import (
    counts_words,
    preview_text,
    report_row_json,
    report_text,
    rows_text,
    totals_text,
)
from kraty_console.private_files import private_writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kraty_console.console.workspace import Workspace
    from kraty_console.domain.queue_input import InputRow


async def carry_out(
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
        code = await _confirmed(workspace, file, state, limit, as_json=as_json)
        if code is not None:
            return code
    progress = RowProgress()

    def show(run: QueueProgress) -> None:
        others = run.settled - run.states[RowState.DONE]
        progress.show(f"{run.settled} of {run.total} changes{f', {others} not done' if others else ''}")

    if state.left and state.origin.member != workspace.member:
        print_message(f"The queue was begun by {state.origin.member}; what is left is sent as {workspace.member}.")
    run = await queue_run(workspace, file, state, show)
    try:
        with _on_interrupt(run, progress):
            await run.run()
    finally:
        progress.clear()
        _report(state, report_file, form)
    _tell_outcome(file, state, run, as_json=as_json)
    if run.stopped == _INTERRUPTED:
        return Exit.INTERRUPTED
    return Exit.FOUND if is_complete(counts_of(state)) else Exit.PARTLY_DONE


async def _confirmed(
    workspace: Workspace, file: QueueFile, state: QueueState, limit: int, *, as_json: bool
) -> int | None:
    """Look up, plan and ask; None if it was agreed to, else the exit code, and the file is removed."""
    agreed = False
    try:
        prepared = await prepared_queue(workspace, state.rows, state.order, limit)
        plan = prepared.plan
        assert plan is not None
        if not as_json:  # the standard output is for the JSON of the outcome
            is_asked = state.order.confirm is None
            emit(preview_text(plan, prepared.players) if is_asked else totals_text(plan.totals))
        if plan.count == 0 and not plan.refused:
            print_message(f"Nobody is in the group {state.order.group}: there is nothing to do.")
            tell_shortcomings(prepared)
            return Exit.NOT_FOUND
        print_message(count_words(prepared))
        agreed = _agreed(prepared, state.order, may_ask=not as_json)
        if not agreed:
            tell_shortcomings(prepared)
            return Exit.FAILED if state.order.confirm is not None or sys.stdin.isatty() else Exit.USAGE
        await confirm(file, state, prepared)
    finally:
        if not agreed:
            file.remove()
    return None


_INTERRUPTED = "interrupted"


@contextmanager
def _on_interrupt(run: QueueRun, progress: RowProgress) -> Iterator[None]:
    """The first ctrl+c stops the queue and awaits what is under way; a second one ends the program."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        run.stop(_INTERRUPTED)
        progress.clear()
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


def count_words(prepared: PreparedQueue) -> str:
    """`412 changes for 400 players; 3 rows cannot be changed.`"""
    plan = prepared.plan
    assert plan is not None
    refused = sum(map(len, plan.refused.values()))
    ruled_out = f"; {counted(refused, 'row')} cannot be changed" if refused else ""
    return f"{counted(plan.count, 'change')} for {counted(len(plan.changes), 'player')}{ruled_out}."


def _agreed(prepared: PreparedQueue, order: QueueOrder, *, may_ask: bool) -> bool:
    """Whether the number of changes was confirmed."""
    plan = prepared.plan
    assert plan is not None
    if order.confirm is not None:
        if order.confirm == plan.count:
            return True
        print_message(f"{count_words(prepared)} That is not the {order.confirm} that were confirmed: nothing was sent.")
        return False
    if not may_ask or not sys.stdin.isatty() or not sys.stderr.isatty():
        print_message(f"Nothing was sent. To send them: --confirm {plan.count}")
        return False
    typed = click.prompt(f"Type {plan.count} to send them", default="", show_default=False, err=True)
    if typed.strip() != str(plan.count):
        print_message("Nothing was sent.")
        return False
    return True


async def prepared_queue(
    workspace: Workspace, rows: Sequence[InputRow], order: QueueOrder | None, limit: int
) -> PreparedQueue:
    """Look up the players, and plan the order if there is one, with progress on a terminal."""
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


def tell_shortcomings(prepared: PreparedQueue) -> None:
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
