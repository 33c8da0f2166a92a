"""`kraty-console timeline`: everything that happened to a player, newest first, one line per event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kraty_console.cli.exit_codes import Exit
from kraty_console.cli.lookup import player_or_message, player_query, run_query, text_of
from kraty_console.cli.options import Options
from kraty_console.cli.output import emit, print_message
from kraty_console.cli.row_limits import page_size
from kraty_console.client.paging import pages
from kraty_console.contract.errors import OperationMissing
from kraty_console.domain.completeness import sentence, unreadable_count, unreadable_words
from kraty_console.domain.formatting import counted
from kraty_console.present.errors import error_text
from kraty_console.present.json_output import json_line
from kraty_console.present.timeline import timeline_line

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.timeline_kinds import TimelineKind


def print_timeline(
    options: Options, player: str, kinds: tuple[TimelineKind, ...], most: int | None, *, as_json: bool
) -> int:
    """Print the events of the player, `most` of them at most, and return the exit code."""
    player = text_of(player, options)
    look_up = player_query(player, 1)

    async def query(workspace: Workspace) -> int:
        snapshot = player_or_message(player, await look_up(workspace))
        if snapshot is None:
            return Exit.NOT_FOUND
        try:
            return await _print_events(
                workspace, snapshot.player.external_player_id or player, kinds, most, as_json=as_json
            )
        except OperationMissing as error:
            words = error_text(error)
            print_message(f"{words.text} {words.hint} The last rows of each list: kraty-console show.")
            return words.exit_code

    code, _ = run_query(options, query)
    return code


async def _print_events(
    workspace: Workspace, player: str, kinds: tuple[TimelineKind, ...], most: int | None, *, as_json: bool
) -> int:
    """Print the events as their pages arrive; one page is held at a time."""
    client = await workspace.game_client()
    size = page_size(most)
    printed = unreadable = 0
    cut = False
    async for page in pages(lambda cursor: client.timeline(player, kinds=kinds, cursor=cursor, limit=size)):
        rows = page.rows if most is None else page.rows[: most - printed]
        emit("".join(json_line(row.raw()) if as_json else f"{timeline_line(row)}\n" for row in rows))
        printed += len(rows)
        unreadable += unreadable_count(page.rows)
        if most is not None and printed >= most:
            cut = bool(page.next_cursor) or len(rows) < len(page.rows)
            break
    if unreadable:
        print_message(sentence(unreadable_words(unreadable, "event")))
    if cut:
        print_message(f"Only the newest {counted(printed, 'event')}: --all prints the older ones too.")
    elif not printed and not unreadable:
        print_message("Nothing of these kinds happened." if kinds else "Nothing happened to this player yet.")
    return Exit.FOUND
