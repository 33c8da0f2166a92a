"""Requests `/me` and the player named at launch while the console is still imported.

The console starts with the workspace and the answers, so it has nothing to send again. What paints a player that
arrived in time is in `first_player`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.client.address import base_url
from kraty_console.client.headers import USER_AGENT, credential_header, plain_headers
from kraty_console.client.prefetcher import PendingRequest, Prefetcher, can_prefetch
from kraty_console.console.workspace import Workspace, utc_now
from kraty_console.contract.errors import Invalid, OperationMissing
from kraty_console.contract.limits import DEFAULT_LIMIT

if TYPE_CHECKING:
    from kraty_console.config.launch import Launch
    from kraty_console.console.player_state import PlayerState
    from kraty_console.paint.boot_screen import BootScreen
    from kraty_console.paint.painter import Painter

PATIENCE: Final = 0.05
"""Seconds to wait for an answer once everything that paints it is imported; after that the console is imported."""


@dataclass(slots=True)
class StartState:
    """What the console starts with."""

    workspace: Workspace
    state: PlayerState | None = None
    """The player, if the answer arrived in time."""
    painter: Painter | None = None
    """Knows what the terminal shows, if the player was painted."""


@dataclass(slots=True)
class FirstRequests:
    """The requests that were sent: `/me` and the player."""

    workspace: Workspace
    ahead: Prefetcher
    me: PendingRequest | None
    """None where the backend is known to have no `/me`."""
    player: PendingRequest | None
    """None where no player is named, or the game is not known before `/me` answers."""


def ask(
    launch: Launch, environ: Mapping[str, str] = os.environ, now: Callable[[], datetime] = utc_now
) -> FirstRequests | None:
    """Send the first requests of a launch; None if there is no backend to ask, or a proxy in between."""
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
    workspace.ahead = ahead = Prefetcher(url, headers, on_answer=workspace.server_clock.observe)
    player_request = ahead.ask(target) if target is not None else None
    me_request = ahead.ask(me_target) if me_target is not None else None
    return FirstRequests(workspace, ahead, me_request, player_request)


def begin(
    requests: FirstRequests,
    boot_screen: BootScreen | None,
    colours: str,
    environ: Mapping[str, str] = os.environ,
    patience: float = PATIENCE,
) -> StartState:
    """Take the answers that have arrived, and paint over the boot screen: the player, or who is signed in.

    Missing answers and errors are left to the console, which gets the same answers and reports them.

    Args:
        requests: The requests.
        boot_screen: What the terminal shows; without one nothing is painted.
        colours: How many colours the terminal has: `truecolor`, `256` or `standard`.
        environ: The environment.
        patience: Seconds to wait for an answer that is not there yet.
    """
    if requests.player is not None:
        # 130 ms with models and views, which the boot screen does not wait for.
        from kraty_console.console.startup.first_player import start_with_player

        return start_with_player(requests, boot_screen, colours, environ, patience)
    if boot_screen is not None:
        from kraty_console.console.startup.first_member import start_with_member  # 110 ms, as above

        return start_with_member(requests, boot_screen, colours, environ, patience)
    return StartState(requests.workspace)
