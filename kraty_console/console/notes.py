"""Reads and shows the notes of the support staff on a player."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kraty_console.console import dialogs
from kraty_console.contract.errors import KratyError
from kraty_console.contract.limits import MAX_LIMIT
from kraty_console.domain.completeness import unreadable_count
from kraty_console.present.errors import error_text
from kraty_console.present.notes import NewestNote

if TYPE_CHECKING:
    from kraty_console.console.screens.player import PlayerScreen
    from kraty_console.console.workspace import Workspace
    from kraty_console.contract.notes import Note

_MOST_PAGES: Final = 10
"""Pages that are read at most, of `MAX_LIMIT` notes each."""


class AllNotes(NamedTuple):
    """The notes on a player, newest first."""

    rows: list[Note]
    unreadable: int
    are_all: bool
    """False if there are older ones than could be read."""


async def show_notes(screen: PlayerScreen) -> None:
    """Open the notes on the player on screen, or say why they could not be read."""
    workspace, player = screen.workspace, screen.state.player
    try:
        notes = await all_notes(workspace, player)
    except KratyError as error:
        screen.tell(error_text(error, role=workspace.role or None).text, "bad")
        return
    if screen.can_draw and screen.state.player == player:
        dialog = dialogs.NotesDialog(player, notes, workspace.now(), screen.app.copy)
        screen.app.push_screen(dialog, screen.run_id)


async def newest_note(workspace: Workspace, player: str) -> NewestNote:
    """The newest note on a player.

    Raises:
        KratyError: It could not be read.
    """
    rows = (await (await workspace.game_client()).notes(player, limit=1)).rows
    return NewestNote(rows[0] if rows else None, is_unread=not rows and unreadable_count(rows) > 0)


async def all_notes(workspace: Workspace, player: str) -> AllNotes:
    """The notes on a player, page by page to the end.

    Raises:
        KratyError: They could not be read.
    """
    client = await workspace.game_client()
    rows: list[Note] = []
    unreadable, cursor = 0, None
    for _ in range(_MOST_PAGES):
        page = await client.notes(player, cursor=cursor, limit=MAX_LIMIT)
        rows += page.rows
        unreadable += unreadable_count(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            break
    return AllNotes(rows, unreadable, cursor is None)
