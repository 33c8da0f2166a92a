"""`kraty-console audit`: the studio's audit log, filtered, as a table, CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import run_query
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, print_message
from kraty_console.cli.progress import RowProgress
from kraty_console.cli.row_limits import page_size, row_limit
from kraty_console.cli.streams import OutputFailed
from kraty_console.console.audit_reader import IncompleteExport, export_rows, matching_pages
from kraty_console.contract.errors import KratyError
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.audit_counts import AuditCounts
from kraty_console.domain.audit_filter import AuditFilter, AuditFilterError, parse_audit_filter
from kraty_console.domain.completeness import sentence
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_contents import listed
from kraty_console.present.audit_export import BYTE_ORDER_MARK, CSV, JSON_LINES, AuditFileFormat, AuditTable
from kraty_console.present.errors import error_text
from kraty_console.private_files import private_writer

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.audit import AuditRow

STANDARD_OUTPUT: Final = "-"
TABLE_BLOCK: Final = 200
"""Rows that the table is laid out for at once."""


class ExportFailed(click.ClickException):
    """An export that would not be complete; no file is left."""

    exit_code = Exit.FAILED


def print_audit(
    options: Options,
    filter_line: str,
    csv_file: str | None,
    json_file: str | None,
    limit: int | None,
    *,
    all_rows: bool,
) -> int:
    """Print or export the matching rows of the audit log, and return the exit code."""
    exports = _exports(csv_file, json_file)
    most = row_limit(limit, all_rows=all_rows, default=None if exports else DEFAULT_LIMIT)
    try:
        wanted = parse_audit_filter(filter_line)
    except AuditFilterError as error:
        raise click.UsageError(str(error)) from None
    if exports:
        return _export(options, wanted, most, exports)
    return _print_table(options, wanted, most)


Export = tuple[str, AuditFileFormat]
"""The file or `-`, and its format."""


def _exports(csv_file: str | None, json_file: str | None) -> list[Export]:
    if csv_file is not None and csv_file == json_file:
        raise click.UsageError("--csv and --jsonl need different files")
    return [(name, form) for name, form in ((csv_file, CSV), (json_file, JSON_LINES)) if name is not None]


def _export(options: Options, wanted: AuditFilter, most: int | None, exports: Sequence[Export]) -> int:
    """Write the rows to all files, each whole or not at all."""
    names = [name for name, _ in exports if name != STANDARD_OUTPUT]
    not_written = f": {listed(names)} {'was' if len(names) == 1 else 'were'} not written" if names else ""
    try:
        with ExitStack() as stack:
            writers = [(_writer(stack, name, form), form) for name, form in exports]

            def write_rows(rows: Sequence[AuditRow]) -> None:
                for write, form in writers:
                    write(form.rows(rows))

            counts, _ = run_query(options, lambda workspace: _read_into(workspace, wanted, most, write_rows))
    except IncompleteExport as error:
        raise ExportFailed(f"{error}{not_written or ': the output is incomplete'}") from None
    except KratyError as error:
        words_of_error = error_text(error)
        print_message(f"{words_of_error.text.rstrip('.')}{not_written or ': the output is incomplete'}.")
        return words_of_error.exit_code
    except (BrokenPipeError, OutputFailed):
        raise
    except OSError as error:
        if not names:
            raise
        raise ExportFailed(f"{error.strerror or error}{not_written}") from None
    rows = counted(counts.matched, "audit row")
    more = "; the limit ended it" if counts.is_cut else ""
    print_message(f"{rows}{f' in {listed(names)}' if names else ''}{more}.")
    return Exit.FOUND


def _writer(stack: ExitStack, name: str, form: AuditFileFormat) -> Callable[[str], object]:
    """What writes to a file or to the standard output; the head of the format is written already."""
    if name == STANDARD_OUTPUT:
        emit(form.head.removeprefix(BYTE_ORDER_MARK))
        return emit
    file = stack.enter_context(private_writer(Path(name)))
    file.write(form.head.encode())
    return lambda text: file.write(text.encode())


async def _read_into(
    workspace: Workspace, wanted: AuditFilter, most: int | None, write: Callable[[Sequence[AuditRow]], None]
) -> AuditCounts:
    """Export the log to its last row, or to the limit."""
    client = await workspace.game_client()
    counts, progress = AuditCounts(), RowProgress()

    def written(rows: Sequence[AuditRow]) -> None:
        if rows:
            progress.clear()
            write(rows)
        progress.show(_progress(counts))

    try:
        await export_rows(client, wanted.at(workspace.now()), counts, written, size=_size(wanted, most), most=most)
    finally:
        progress.clear()
    return counts


def _print_table(options: Options, wanted: AuditFilter, most: int | None) -> int:
    """Print the rows as a table."""
    table = AuditTable()
    counts, _ = run_query(
        options,
        lambda workspace: _read(workspace, wanted, most, lambda rows, now: emit(table.block(rows, now))),
    )
    for words in counts.shortcomings():
        print_message(sentence(words))
    if counts.is_cut:
        print_message(f"Stopped after {counted(counts.matched, 'audit row')}: --all reads on to the last one.")
    if counts.matched or counts.unreadable or counts.undecided:
        return Exit.FOUND
    print_message("No audit row matches." if wanted != AuditFilter() else "Nothing was changed in this game yet.")
    return Exit.NOT_FOUND


async def _read(
    workspace: Workspace,
    wanted: AuditFilter,
    most: int | None,
    write: Callable[[Sequence[AuditRow], datetime], None],
) -> AuditCounts:
    """Read the log to its last row, or to the limit, and write the matching rows in blocks."""
    client = await workspace.game_client()
    counts, progress = AuditCounts(), RowProgress()
    waiting: list[AuditRow] = []
    found = matching_pages(client, wanted.at(workspace.now()), counts, size=_size(wanted, most), most=most)
    try:
        async for page in found:
            waiting += page.rows
            if len(waiting) >= TABLE_BLOCK:
                progress.clear()
                write(waiting, workspace.now())
                waiting = []
            progress.show(_progress(counts))
    finally:
        progress.clear()
    if waiting:
        write(waiting, workspace.now())
    return counts


def _size(wanted: AuditFilter, most: int | None) -> int:
    """How many rows to ask for at once: with a filter all that a page can hold, for it may drop most of them."""
    return page_size(None if wanted != AuditFilter() else most)


def _progress(counts: AuditCounts) -> str:
    return f"{counts.read} rows read, {counts.matched} match"
