"""The player named at launch is requested once, painted as the console paints it, and taken over unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.colours import NAMES
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.console.player_state import PlayerState
from kraty_console.console.startup.first_player import picture
from kraty_console.console.startup.prefetch import StartState, ask, begin
from kraty_console.console.workspace import Workspace
from kraty_console.paint.boot_screen import BootScreen, Picture, TextStyle
from kraty_console.paint.painter import Painter
from kraty_console.paint.terminal_capabilities import TerminalCapabilities
from kraty_console.paint.textual_app import colours_of, pieces_of
from tests.harness.console.driver import SIZE, SMALL, ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now

ENVIRON = {"TERM": "xterm-256color"}
LONG = 30.0
"""Seconds: for an answer that surely comes."""


def start(backend: DemoStage, player: str | None = "alice_42", **launch: Any) -> StartState | None:
    """What a launch on a player has before the console is there; nothing of it is painted."""
    questions = ask(backend.launch(player=player, **launch), ENVIRON, now)
    return begin(questions, None, "truecolor", ENVIRON, LONG) if questions is not None else None


def started(backend: DemoStage, player: str = "alice_42", **launch: Any) -> tuple[Workspace, PlayerState, KratyApp]:
    """A launch whose answers were there in time, and the console that begins with them."""
    head = start(backend, player, **launch)
    assert head is not None
    assert head.state is not None
    return head.workspace, head.state, KratyApp(head.workspace.launch, environ=ENVIRON, started=head)


async def test_a_prefetched_request_is_not_repeated(backend: DemoStage, wire: FaultyTransport) -> None:
    _, _, app = started(backend)
    async with at(app) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("rabbit-rush ▸ alice_42", "Swift Otter", "roll failed", "maria · GAME_ADMIN")
        assert app.bottom.table.has_focus
        assert app.workspace.players.recent[0] == "alice_42"
        assert [len(wire.of("GET", part)) for part in ("/me", "/players/alice_42?")] == [1, 1]
        await driver.press("r")
        await driver.rest()
        assert len(wire.of("GET", "/players/alice_42?")) == 2


async def test_returning_to_a_player_reads_it_again(backend: DemoStage, wire: FaultyTransport) -> None:
    _, _, app = started(backend)
    async with at(app) as driver:
        await driver.looks_at("alice_42")
        for player in ("bob_7", "alice_42"):
            app.bottom.open_player(player, typed=True)
            await driver.looks_at(player)
        assert len(wire.of("GET", "/players/alice_42?")) == 2


@pytest.mark.parametrize("theme", sorted(NAMES))
@pytest.mark.parametrize(("size", "player"), [(SIZE, "alice_42"), (SMALL, "heavy_user"), ((200, 60), "frank")])
async def test_the_console_finds_its_own_picture(
    backend: DemoStage, theme: str, size: tuple[int, int], player: str
) -> None:
    workspace, state, app = started(backend, player, theme=theme)
    async with app.run_test(size=size) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.looks_at(player)
        painter = Painter(TerminalCapabilities(erases_in_colour=True, erases_some=True), colours_of(app.console))
        assert painter.paint(size, picture(workspace, state, size, app.theme))
        update = pieces_of(app.screen._compositor.render_update(full=True))
        assert update is not None
        assert painter.paint(size, update) == ""


@pytest.mark.parametrize("size", [(39, 12), (40, 11)])
async def test_a_terminal_that_is_too_small_gets_a_message(backend: DemoStage, size: tuple[int, int]) -> None:
    workspace, state, app = started(backend)
    async with app.run_test(size=size) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.looks_at("alice_42")
        painter = Painter(TerminalCapabilities(), colours_of(app.console))
        painter.paint(size, picture(workspace, state, size, app.theme))
        update = pieces_of(app.screen._compositor.render_update(full=True))
        assert update is not None
        assert painter.paint(size, update) == ""
        await driver.sees("needs 40×12")


@pytest.mark.parametrize(
    ("player", "profile"),
    [
        (None, {}),
        ("alice@example.com", {}),
        ("alice_42", {"studio": "Bright Burrow"}),
        ("alice_42", {"game": None}),
    ],
)
async def test_only_the_session_is_asked_for_where_the_player_has_to_wait_for_it(
    backend: DemoStage, wire: FaultyTransport, player: str | None, profile: dict[str, Any]
) -> None:
    launch = backend.launch(player=player)
    questions = ask(replace(launch, profile=replace(launch.profile, **profile)), ENVIRON, now)
    assert questions is not None
    head = begin(questions, None, "truecolor", ENVIRON, LONG)
    assert head.state is None
    async with at(KratyApp(head.workspace.launch, environ=ENVIRON, started=head)) as driver:
        if player:
            await driver.looks_at("alice_42")
        await driver.sees("maria · GAME_ADMIN")
    assert len(wire.of("GET", "/me")) == 1


@pytest.mark.parametrize(
    ("player", "profile"),
    [
        (None, {"url": None}),
        ("alice_42", {"url": "http://198.51.100.7"}),
        ("alice\0", {}),
    ],
)
def test_nothing_is_prefetched_if_the_request_cannot_be_sent(
    backend: DemoStage, wire: FaultyTransport, player: str | None, profile: dict[str, Any]
) -> None:
    launch = backend.launch(player=player)
    assert ask(replace(launch, profile=replace(launch.profile, **profile)), ENVIRON, now) is None
    assert wire.asked == []


async def test_a_launch_that_cannot_be_painted_is_left_to_the_console(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    questions = ask(backend.launch(player="alice_42", theme="pink"), ENVIRON, now)
    assert questions is not None
    boot_screen = BootScreen(Picture(TextStyle(), []), SIZE)
    head = begin(questions, boot_screen, "truecolor", ENVIRON, LONG)
    assert (head.state, head.painter) == (None, None)
    async with at(KratyApp(backend.launch(player="alice_42"), environ=ENVIRON, started=head)) as driver:
        await driver.looks_at("alice_42")
    assert len(wire.of("GET", "/players/alice_42?")) == 1


async def test_a_missing_player_is_reported_by_the_console(backend: DemoStage, wire: FaultyTransport) -> None:
    head = start(backend, "alice_43")
    assert head is not None
    assert head.state is None
    async with at(KratyApp(head.workspace.launch, environ=ENVIRON, started=head)) as driver:
        await driver.sees("No player is called alice_43: nearest are", "alice_42")
    assert len(wire.of("GET", "/players/alice_43?")) == 1


async def test_an_expired_session_asks_for_a_token_and_continues(backend: DemoStage, wire: FaultyTransport) -> None:
    gone = wire.answers("GET", "/", 401, "session_invalid")
    head = start(backend)
    assert head is not None
    assert head.state is None
    async with KratyApp(head.workspace.launch, environ=ENVIRON, started=head).run_test(size=SIZE) as pilot:
        driver = ConsoleDriver(pilot.app, pilot)  # type: ignore[arg-type]
        await driver.opened(TokenDialog)
        gone.mend()
        await driver.type(backend.world.credentials["sessions"]["GAME_ADMIN"])
        await driver.press("enter")
        await driver.looks_at("alice_42")


async def test_a_slow_answer_is_waited_for_by_the_console(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", "/players/alice_42?")
    questions = ask(backend.launch(player="alice_42"), ENVIRON, now)
    assert questions is not None
    head = begin(questions, None, "truecolor", ENVIRON, patience=0.001)
    assert head.state is None
    async with KratyApp(head.workspace.launch, environ=ENVIRON, started=head).run_test(size=SIZE) as pilot:
        driver = ConsoleDriver(pilot.app, pilot)  # type: ignore[arg-type]
        await driver.sees("maria · GAME_ADMIN")
        late.let_go()
        await driver.looks_at("alice_42")
    assert len(wire.of("GET", "/players/alice_42?")) == 1
