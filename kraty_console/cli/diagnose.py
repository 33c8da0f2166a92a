"""`kraty-console diagnose`: what is wrong with a player, without the screen."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import player_or_message, player_query, run_query, text_of
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.contract.errors import KratyError
from kraty_console.domain.failed_rolls import needs_catalog
from kraty_console.domain.fault_report import player_report
from kraty_console.present.fault_report import report_json, report_text
from kraty_console.present.text_output import unreadable_text

if TYPE_CHECKING:
    from kraty_console.client.fetched import Fetched
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.catalog import Catalog
    from kraty_console.contract.players import Snapshot


def diagnose_player(options: Options, player: str, limit: int, *, as_json: bool) -> int:
    """Print what is wrong with the player, and return the exit code."""
    player = text_of(player, options)
    look_up = player_query(player, limit)

    async def query(workspace: Workspace) -> tuple[Fetched[Snapshot] | str | None, Catalog | None]:
        fetched = await look_up(workspace)
        if fetched is not None and not isinstance(fetched, str) and needs_catalog(fetched.value):
            with suppress(KratyError):  # without it, it is not known whether the cause still exists
                return fetched, await workspace.catalog()
        return fetched, None

    (fetched, catalog), now = run_query(options, query)
    snapshot = player_or_message(player, fetched)
    if snapshot is None:
        return Exit.NOT_FOUND
    report = player_report(snapshot, now, ticket=options.ticket or "", catalog=catalog)
    if as_json:
        emit_json(report_json(report, snapshot, now))
        if words := unreadable_text(snapshot):
            print_message(words)
    else:
        emit(report_text(report, snapshot, now))
    if report.is_wrong:
        return Exit.SOMETHING_WRONG
    return Exit.FAILED if report.unreadable else Exit.FOUND
