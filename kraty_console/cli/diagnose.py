"""`kraty-console diagnose`: what is wrong with a player, without the screen."""

from __future__ import annotations

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import player_or_message, player_query, run_query, text_of
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, emit_json, print_message
from kraty_console.domain.fault_report import player_report
from kraty_console.present.fault_report import report_json, report_text
from kraty_console.present.text_output import unreadable_text


def diagnose_player(options: Options, player: str, limit: int, *, as_json: bool) -> int:
    """Print what is wrong with the player, and return the exit code."""
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
