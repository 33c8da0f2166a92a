"""`kraty-console audit`: the studio's audit log, filtered, as a table, CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
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
from kraty_console.client.paging import pages
from kraty_console.contract.errors import KratyError
from kraty_console.contract.limits import DEFAULT_LIMIT
from kraty_console.domain.audit_filter import AuditFilter, AuditFilterError, parse_audit_filter
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.formatting import counted
from kraty_console.domain.grant_contents import listed
from kraty_console.present.audit_export import BYTE_ORDER_MARK, AuditTable, csv_head, csv_rows, json_rows
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


@dataclass(slots=True)
class AuditCounts:
    """What was read."""

    read: int = 0
    matched: int = 0
    unreadable: int = 0
    undecided: int = 0
    """Rows without what the filter asks for."""
    is_cut: bool = False
    """Whether the limit ended it."""

    def shortcomings(self) -> list[str]:
        """What keeps the rows from being complete, without full stop."""
        words = [unreadable_words(self.unreadable, "audit row")] if self.unreadable else []
        if self.undecided:
            lacks = "lacks" if self.undecided == 1 else "lack"
            words.append(f"{counted(self.undecided, 'audit row')} {lacks} what the filter asks for")
        return words


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


Export = tuple[str, str, Callable[[Sequence["AuditRow"]], str]]
"""The file or `-`, what it begins with, and how rows are written."""


def _exports(csv_file: str | None, json_file: str | None) -> list[Export]:
    if csv_file is not None and csv_file == json_file:
        raise click.UsageError("--csv and --jsonl need different files")
    exports: list[Export] = []
    if csv_file is not None:
        mark = "" if csv_file == STANDARD_OUTPUT else BYTE_ORDER_MARK
        exports.append((csv_file, mark + csv_head(), csv_rows))
    if json_file is not None:
        exports.append((json_file, "", json_rows))
    return exports


def _export(options: Options, wanted: AuditFilter, most: int | None, exports: Sequence[Export]) -> int:
    """Write the rows to all files, each whole or not at all."""
    names = [name for name, _, _ in exports if name != STANDARD_OUTPUT]
    not_written = f": {listed(names)} {'was' if len(names) == 1 else 'were'} not written" if names else ""
    try:
        with ExitStack() as stack:
            writers = [(_writer(stack, name), head, form) for name, head, form in exports]
            for write, head, _ in writers:
                write(head)

            def write_rows(rows: Sequence[AuditRow], _: datetime) -> None:
                for write, _head, form in writers:
                    write(form(rows))

            counts, _ = run_query(options, lambda workspace: _read(workspace, wanted, most, write_rows))
            if words := counts.shortcomings():
                raise ExportFailed(f"{', and '.join(words)}{not_written or ': the output is incomplete'}")
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


def _writer(stack: ExitStack, name: str) -> Callable[[str], object]:
    if name == STANDARD_OUTPUT:
        return emit
    file = stack.enter_context(private_writer(Path(name)))
    return lambda text: file.write(text.encode())


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
    matcher = wanted.at(workspace.now())
    asked, counts, progress = matcher.query(), AuditCounts(), RowProgress()
    size = page_size(None if most is None or wanted != AuditFilter() else most)
    waiting: list[AuditRow] = []
    try:
        async for page in pages(lambda cursor: client.audit_log(**asked, cursor=cursor, limit=size)):
            counts.unreadable += unreadable_count(page.rows)
            for row in page.rows:
                if counts.matched == most:
                    counts.is_cut = True
                    break
                counts.read += 1
                verdict = matcher.matches(row)
                counts.undecided += verdict is None
                if verdict:
                    counts.matched += 1
                    waiting.append(row)
            if len(waiting) >= TABLE_BLOCK:
                progress.clear()
                write(waiting, workspace.now())
                waiting = []
            progress.show(f"{counts.read} rows read, {counts.matched} match")
            counts.is_cut = counts.is_cut or (counts.matched == most and bool(page.next_cursor))
            if counts.is_cut:
                break
    finally:
        progress.clear()
    if waiting:
        write(waiting, workspace.now())
    return counts
