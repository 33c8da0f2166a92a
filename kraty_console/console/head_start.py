"""Who we are and the player named at launch: asked for while everything loads, and painted before Textual is there.

What is painted is what the player screen will show first, from the same views. When the console stands it begins with
the same session and the same look, so that it finds its own picture on the terminal and has nothing to send.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kraty_console.client.address import base_url
from kraty_console.client.ahead import Ahead, PendingQuestion, can_ask_ahead
from kraty_console.client.headers import USER_AGENT, credential_header, plain_headers
from kraty_console.console.desk import Desk, utc_now
from kraty_console.contract.errors import Invalid, KratyError, OperationMissing
from kraty_console.contract.limits import DEFAULT_LIMIT

if TYPE_CHECKING:
    from kraty_console.client.replies import HttpReply
    from kraty_console.config.launch import Launch
    from kraty_console.console.look import PlayerState
    from kraty_console.contract.session import Me
    from kraty_console.paint.painter import Painter, Piece
    from kraty_console.paint.standing import Standing

PATIENCE: Final = 0.05
"""Seconds that an answer is waited for once everything to paint it is there; then the console is loaded meanwhile."""


@dataclass(slots=True)
class HeadStart:
    """What is there when the console begins."""

    desk: Desk
    look: PlayerState | None = None
    """The player, where the answer was there in time."""
    painter: Painter | None = None
    """Knows what stands on the terminal, where the player was painted."""


@dataclass(slots=True)
class Questions:
    """Who we are, and who the player is, on their way."""

    desk: Desk
    ahead: Ahead
    me: PendingQuestion | None
    """None where the backend is known not to tell who we are."""
    player: PendingQuestion | None
    """None where no player is named, or one that only the session can tell."""


def ask(
    launch: Launch, environ: Mapping[str, str] = os.environ, now: Callable[[], datetime] = utc_now
) -> Questions | None:
    """Send the questions of a launch; None where there is nobody to ask, or a proxy between."""
    profile, player, credential = launch.profile, launch.initial_player, launch.credential
    if not profile.url or credential is None:
        return None
    desk = Desk(launch, now=now, ticket=launch.ticket or "")
    target = None
    try:
        url = base_url(profile.url)
        connection = desk.facts.connection
        headers = {
            **plain_headers(connection),
            "user-agent": USER_AGENT,
            **credential_header(credential, connection.cookie_name),
        }
        if player and "@" not in player and desk.facts.names_ids:
            game = {"studioId": profile.studio or "", "gameId": profile.game or ""}
            target = desk.facts.routes.player_target(player, game, profile.environment, DEFAULT_LIMIT)
        me_target = desk.facts.routes.me_target() if desk.facts.tells_who_we_are else None
    except (Invalid, OperationMissing):
        return None  # the client says why, on a screen
    if not can_ask_ahead(url, environ) or connection.certificate is not None:
        return None
    desk.ahead = ahead = Ahead(url, headers, heard=desk.server_clock.observe)
    asked = ahead.ask(target) if target is not None else None
    return Questions(desk, ahead, ahead.ask(me_target) if me_target is not None else None, asked)


def begin(
    questions: Questions,
    standing: Standing | None,
    colours: str,
    environ: Mapping[str, str] = os.environ,
    patience: float = PATIENCE,
) -> HeadStart:
    """Take the answers, if they are there, and paint the player over the picture that stands, if one does.

    Whatever is not there, or tells an error, is left to the console, which is given the same answers and says so.

    Args:
        questions: What was asked.
        standing: The picture on the terminal; without one nothing is painted.
        colours: How many the terminal has: `truecolor`, `256` or `standard`.
        environ: The environment.
        patience: Seconds to wait for an answer that is not there yet.
    """
    if questions.player is None:
        return HeadStart(questions.desk)
    try:
        look = _answers(questions, patience)
        painter = None
        if look is not None and standing is not None and not questions.desk.launch.plain_paint:
            painter = _paint(questions.desk, look, standing, colours, environ)
    except Exception:  # noqa: BLE001 (the console meets it again, and its report holds no data)
        return HeadStart(questions.desk)
    if look is not None:
        questions.ahead.forget()
    return HeadStart(questions.desk, look, painter)


def _answers(questions: Questions, patience: float) -> PlayerState | None:
    """The player, and who we are on the desk; None where either is not known yet, or not at all."""
    from kraty_console.client.fetched import fetched
    from kraty_console.console.look import PlayerState
    from kraty_console.contract.players import Snapshot

    who = questions.me.reply(patience) if questions.me else None
    player = questions.player.reply(patience) if questions.player else None
    if player is None or (who is None and questions.me is not None):
        return None
    desk = questions.desk
    try:
        found = fetched(Snapshot, player)
        if who is None:
            desk.enter_unknown()
        else:
            desk.settle(_me(desk, who))
    except KratyError:
        return None
    now = desk.now()
    found = replace(found, value=desk.memory.named(found.value))
    return PlayerState().loading(found.value.player.external_player_id, now).arrived(found, now)


def _me(desk: Desk, who: HttpReply) -> Me:
    """Who we are, by session or by key."""
    from kraty_console.client.fetched import fetched, shaped
    from kraty_console.client.replies import data_of

    if not desk.uses_key:
        from kraty_console.contract.session import Me

        return fetched(Me, who).value
    from kraty_console.client.key_client import me_of
    from kraty_console.contract.holdings import Pong

    return me_of(shaped(Pong, data_of(who, write=False, enveloped=False), who), desk.launch.profile.game)


def _paint(
    desk: Desk, look: PlayerState, standing: Standing, colours: str, environ: Mapping[str, str]
) -> Painter | None:
    """Paint the player; what then knows the terminal, or None where the terminal did not take it."""
    from kraty_console.console.colours import choose_theme
    from kraty_console.paint.abilities import abilities_of
    from kraty_console.paint.looks import colour_system
    from kraty_console.paint.painter import Painter

    painter = Painter(abilities_of(environ.get("TERM")), colour_system(colours))
    painter.adopt(standing)
    pieces = picture(desk, look, standing.size, choose_theme(desk.launch.theme, environ, colours))
    standing.keep_every_key()
    return painter if standing.add(painter.paint(standing.size, pieces)) else None


def picture(desk: Desk, look: PlayerState, size: tuple[int, int], theme: str) -> Iterator[Piece]:
    """The player screen as it will be seen first, in a terminal of so many columns and rows; `look` has a snapshot."""
    from rich.segment import Segment

    from kraty_console.console.inks import Inks
    from kraty_console.console.views.parts import player_parts
    from kraty_console.console.views.player import trouble
    from kraty_console.console.views.rows import TableState

    assert look.snapshot is not None
    now, inks = desk.now(), Inks(theme)
    pane, row_id = trouble(look.snapshot, now)
    for part in player_parts(desk, look, now, size, pane=pane, place=TableState(row_id=row_id)):
        for y, line in enumerate(part.lines, part.area.y):
            yield y, part.area.x, [Segment(text, inks[tone]) for text, tone in line]
