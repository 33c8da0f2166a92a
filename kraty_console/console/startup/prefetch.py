"""Requests `/me` and the player named at launch while the console is still imported, and paints the answer.

The picture is made by the same views as the player screen. The console then starts with the same workspace and player
state, so it finds its own picture on the terminal and has nothing to send.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.client.address import base_url
from kraty_console.client.headers import USER_AGENT, credential_header, plain_headers
from kraty_console.client.prefetcher import PendingRequest, Prefetcher, can_prefetch
from kraty_console.console.workspace import Workspace, utc_now
from kraty_console.contract.errors import Invalid, KratyError, OperationMissing
from kraty_console.contract.limits import DEFAULT_LIMIT

if TYPE_CHECKING:
    from kraty_console.client.replies import HttpReply
    from kraty_console.config.launch import Launch
    from kraty_console.console.player_state import PlayerState
    from kraty_console.contract.session import Me
    from kraty_console.paint.boot_screen import BootScreen
    from kraty_console.paint.painter import Painter, Piece

PATIENCE: Final = 0.05
"""Seconds that an answer is waited for once everything to paint it is there; then the console is loaded meanwhile."""


@dataclass(slots=True)
class StartState:
    """What the console starts with."""

    workspace: Workspace
    state: PlayerState | None = None
    """The player, if the answer came in time."""
    painter: Painter | None = None
    """Knows what the terminal shows, if the player was painted."""


@dataclass(slots=True)
class Questions:
    """The requests under way: `/me` and the player."""

    workspace: Workspace
    ahead: Prefetcher
    me: PendingRequest | None
    """None where the backend is known to have no `/me`."""
    player: PendingRequest | None
    """None where no player is named, or the game is not known before `/me` answers."""


def ask(
    launch: Launch, environ: Mapping[str, str] = os.environ, now: Callable[[], datetime] = utc_now
) -> Questions | None:
    """Send the first requests of a launch; None where there is no backend to ask, or a proxy between."""
    profile, player, credential = launch.profile, launch.initial_player, launch.credential
    if not profile.url or credential is None:
        return None
    workspace = Workspace(launch, now=now, ticket=launch.ticket or "")
    target = None
    try:
        url = base_url(profile.url)
        connection = workspace.facts.connection
        headers = {
            **plain_headers(connection),
            "user-agent": USER_AGENT,
            **credential_header(credential, connection.cookie_name),
        }
        if player and "@" not in player and workspace.facts.names_ids:
            game = {"studioId": profile.studio or "", "gameId": profile.game or ""}
            target = workspace.facts.routes.player_target(player, game, profile.environment, DEFAULT_LIMIT)
        me_target = workspace.facts.routes.me_target() if workspace.facts.tells_who_we_are else None
    except (Invalid, OperationMissing):
        return None  # the client says why, on a screen
    if not can_prefetch(url, environ) or connection.certificate is not None:
        return None
    workspace.ahead = ahead = Prefetcher(url, headers, heard=workspace.server_clock.observe)
    asked = ahead.ask(target) if target is not None else None
    return Questions(workspace, ahead, ahead.ask(me_target) if me_target is not None else None, asked)


def begin(
    questions: Questions,
    boot_screen: BootScreen | None,
    colours: str,
    environ: Mapping[str, str] = os.environ,
    patience: float = PATIENCE,
) -> StartState:
    """Take the answers that are there, and paint the player over the boot screen.

    Missing answers and errors are left to the console, which gets the same answers and reports them.

    Args:
        questions: The requests.
        standing: The picture on the terminal; without one nothing is painted.
        colours: How many the terminal has: `truecolor`, `256` or `standard`.
        environ: The environment.
        patience: Seconds to wait for an answer that is not there yet.
    """
    if questions.player is None:
        return StartState(questions.workspace)
    try:
        state = _answers(questions, patience)
        painter = None
        if state is not None and boot_screen is not None and not questions.workspace.launch.plain_paint:
            painter = _paint(questions.workspace, state, boot_screen, colours, environ)
    except Exception:  # noqa: BLE001 (the console meets it again, and its report holds no data)
        return StartState(questions.workspace)
    if state is not None:
        questions.ahead.forget()
    return StartState(questions.workspace, state, painter)


def _answers(questions: Questions, patience: float) -> PlayerState | None:
    """The player, with the member in the workspace; None where either is not known."""
    from kraty_console.client.fetched import fetched
    from kraty_console.console.player_state import PlayerState
    from kraty_console.contract.players import Snapshot

    who = questions.me.reply(patience) if questions.me else None
    player = questions.player.reply(patience) if questions.player else None
    if player is None or (who is None and questions.me is not None):
        return None
    workspace = questions.workspace
    try:
        found = fetched(Snapshot, player)
        if who is None:
            workspace.enter_unknown()
        else:
            workspace.settle(_me(workspace, who))
    except KratyError:
        return None
    now = workspace.now()
    found = replace(found, value=workspace.memory.named(found.value))
    return PlayerState().loading(found.value.player.external_player_id, now).arrived(found, now)


def _me(workspace: Workspace, who: HttpReply) -> Me:
    """The answer to `/me`, from a session or from a server key."""
    from kraty_console.client.fetched import fetched, parse_data
    from kraty_console.client.replies import data_of

    if not workspace.uses_key:
        from kraty_console.contract.session import Me

        return fetched(Me, who).value
    from kraty_console.client.key_client import me_of
    from kraty_console.contract.holdings import Pong

    return me_of(parse_data(Pong, data_of(who, write=False, enveloped=False), who), workspace.launch.profile.game)


def _paint(
    workspace: Workspace, state: PlayerState, boot_screen: BootScreen, colours: str, environ: Mapping[str, str]
) -> Painter | None:
    """Paint the player; the painter, or None where the terminal did not take it."""
    from kraty_console.console.colours import choose_theme
    from kraty_console.paint.cell_style import colour_system
    from kraty_console.paint.painter import Painter
    from kraty_console.paint.terminal_capabilities import terminal_capabilities

    painter = Painter(terminal_capabilities(environ.get("TERM")), colour_system(colours))
    painter.adopt(boot_screen)
    pieces = picture(workspace, state, boot_screen.size, choose_theme(workspace.launch.theme, environ, colours))
    boot_screen.disable_interrupt_key()
    return painter if boot_screen.add(painter.paint(boot_screen.size, pieces)) else None


def picture(workspace: Workspace, state: PlayerState, size: tuple[int, int], theme: str) -> Iterator[Piece]:
    """The first picture of the player screen in a terminal of this size; `state` has a snapshot."""
    from rich.segment import Segment

    from kraty_console.console.tone_styles import ToneStyles
    from kraty_console.console.views.parts import player_parts
    from kraty_console.console.views.player import trouble
    from kraty_console.console.views.rows import TableState

    assert state.snapshot is not None
    now, inks = workspace.now(), ToneStyles(theme)
    pane, row_id = trouble(state.snapshot, now)
    for part in player_parts(workspace, state, now, size, pane=pane, place=TableState(row_id=row_id)):
        for y, line in enumerate(part.lines, part.area.y):
            yield y, part.area.x, [Segment(text, inks[tone]) for text, tone in line]
