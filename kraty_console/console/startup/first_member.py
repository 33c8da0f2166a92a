"""Takes the answer to `/me`, and paints who is signed in and in which game before Textual is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.segment import Segment

from kraty_console.client.fetched import fetched
from kraty_console.console.colours import choose_theme
from kraty_console.console.player_state import PlayerState
from kraty_console.console.startup.boot_lines import SLASH, field_width, typed_line
from kraty_console.console.startup.first_frame import SEARCH_ROW
from kraty_console.console.startup.prefetch import FirstRequests, StartState
from kraty_console.console.tone_styles import ToneStyles
from kraty_console.console.views.bars import heading_lines
from kraty_console.console.views.player import heading
from kraty_console.contract.errors import KratyError
from kraty_console.contract.session import Me
from kraty_console.paint.cell_style import colour_system
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import terminal_capabilities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kraty_console.client.replies import HttpReply
    from kraty_console.console.workspace import Workspace
    from kraty_console.paint.boot_screen import BootScreen
    from kraty_console.paint.painter import Piece


def start_with_member(
    requests: FirstRequests, boot_screen: BootScreen, colours: str, environ: Mapping[str, str], patience: float
) -> StartState:
    """Paint the top line over the boot screen, if the answer has arrived (see `prefetch.begin`)."""
    workspace = requests.workspace
    try:
        if workspace.launch.plain_paint or not settle_member(requests, patience):
            return StartState(workspace)
        theme = choose_theme(workspace.launch.theme, environ, colours)
        painter = paint_over(boot_screen, top_line(workspace, boot_screen.size[0], theme), colours, environ, theme)
    except Exception:  # noqa: BLE001 (the console meets it again and reports it without data)
        return StartState(workspace)
    return StartState(workspace, painter=painter)


def settle_member(requests: FirstRequests, patience: float) -> bool:
    """Take the member into the workspace; False if the answer is missing or an error."""
    workspace = requests.workspace
    reply = requests.me.reply(patience) if requests.me else None
    if reply is None and requests.me is not None:
        return False
    try:
        workspace.settle(_me(workspace, reply) if reply is not None else None)
    except KratyError:
        return False
    return True


def _me(workspace: Workspace, reply: HttpReply) -> Me:
    """The answer to `/me`, from a session or from a server key."""
    if not workspace.uses_key:
        return fetched(Me, reply).value
    from kraty_console.client.key_client import me_of  # 30 ms that sessions do not need

    return me_of(reply, workspace.launch.profile.game)


def top_line(workspace: Workspace, width: int, theme: str) -> list[Piece]:
    """The top line of the console without a player."""
    styles = ToneStyles(theme)
    lines = heading_lines(heading(workspace, PlayerState(), workspace.now()), width)
    return [(y, 0, [Segment(text, styles[tone]) for text, tone in line]) for y, line in enumerate(lines)]


def paint_over(
    boot_screen: BootScreen, pieces: Iterable[Piece], colours: str, environ: Mapping[str, str], theme: str
) -> Painter | None:
    """Paint over the boot screen; the painter, or None where the terminal did not take it."""
    painter = Painter(terminal_capabilities(environ.get("TERM")), colour_system(colours))
    styles, field = ToneStyles(theme), field_width(boot_screen.size[0])

    def draw_typed(text: str) -> None:
        shown, tone = typed_line(text, field)
        boot_screen.add(painter.paint(boot_screen.size, [(SEARCH_ROW, len(SLASH), [Segment(shown, styles[tone])])]))

    boot_screen.disable_interrupt_key()
    with boot_screen.lock:
        painter.adopt(boot_screen)
        boot_screen.draw_typed = draw_typed
        return painter if boot_screen.add(painter.paint(boot_screen.size, pieces)) else None
