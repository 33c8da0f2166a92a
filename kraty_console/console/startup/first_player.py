"""Paints the player named at launch before Textual is imported: 200 ms earlier than Textual could.

The picture is made by the same views as the player screen, so the console finds its own picture on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.segment import Segment

from kraty_console.client.fetched import fetched
from kraty_console.console.colours import choose_theme
from kraty_console.console.player_state import PlayerState
from kraty_console.console.startup.first_member import paint_over, settle_member
from kraty_console.console.startup.prefetch import FirstRequests, StartState
from kraty_console.console.tone_styles import ToneStyles
from kraty_console.console.views.parts import player_parts
from kraty_console.console.views.player import most_urgent_row
from kraty_console.console.views.rows import TableState
from kraty_console.contract.errors import KratyError
from kraty_console.contract.players import Snapshot

if TYPE_CHECKING:
    from kraty_console.console.workspace import Workspace
    from kraty_console.paint.boot_screen import BootScreen
    from kraty_console.paint.painter import Piece


def start_with_player(
    requests: FirstRequests,
    boot_screen: BootScreen | None,
    colours: str,
    environ: Mapping[str, str],
    patience: float,
) -> StartState:
    """Take the answers that have arrived, and paint the player over the boot screen (see `prefetch.begin`)."""
    try:
        state = _answers(requests, patience)
        painter = None
        if state is not None and boot_screen is not None and not requests.workspace.launch.plain_paint:
            theme = choose_theme(requests.workspace.launch.theme, environ, colours)
            pieces = picture(requests.workspace, state, boot_screen.size, theme)
            painter = paint_over(boot_screen, pieces, colours, environ, theme)
    except Exception:  # noqa: BLE001 (the console meets it again and reports it without data)
        return StartState(requests.workspace)
    if state is not None:
        requests.ahead.forget()
    return StartState(requests.workspace, state, painter)


def _answers(requests: FirstRequests, patience: float) -> PlayerState | None:
    """The player, after the member was put into the workspace; None if either answer is missing or an error."""
    player_reply = requests.player.reply(patience) if requests.player else None
    if player_reply is None or not settle_member(requests, patience):
        return None
    workspace = requests.workspace
    try:
        answer = fetched(Snapshot, player_reply)
    except KratyError:
        return None
    now = workspace.now()
    answer = replace(answer, value=workspace.memory.named(answer.value))
    return PlayerState().loading(answer.value.player.external_player_id, now).arrived(answer, now)


def picture(workspace: Workspace, state: PlayerState, size: tuple[int, int], theme: str) -> Iterator[Piece]:
    """The first picture of the player screen in a terminal of this size; `state` has a snapshot."""
    assert state.snapshot is not None
    now, styles = workspace.now(), ToneStyles(theme)
    pane, row_id = most_urgent_row(workspace, state, now)
    for part in player_parts(workspace, state, now, size, pane=pane, table_state=TableState(row_id=row_id)):
        for y, line in enumerate(part.lines, part.area.y):
            yield y, part.area.x, [Segment(text, styles[tone]) for text, tone in line]
