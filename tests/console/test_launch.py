"""Opening the console with a player, with a game by id or name, and with the token of another member."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from kraty_console.config.launch import SampleTicket
from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.games import GamesDialog
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.driver import SIZE, ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now

BY_NAME: dict[str, dict[str, Any]] = {
    "ids": {},
    "names": {"studio": "Bright Burrow", "game": "rabbit-rush"},
    "the game's title": {"game": "Rabbit Rush"},
    "nothing": {"studio": None, "game": None},
}


@pytest.mark.parametrize("named", BY_NAME.values(), ids=list(BY_NAME))
async def test_a_player_named_at_launch_is_opened_however_the_game_is_named(
    backend: DemoStage, named: dict[str, Any]
) -> None:
    launch = backend.launch(player="alice_42")
    launch = replace(launch, profile=replace(launch.profile, **named))
    async with at(KratyApp(launch, now=now, environ={"TERM": "xterm-256color"})) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("rabbit-rush", "Swift Otter", "maria · GAME_ADMIN")


async def test_a_player_named_by_id_is_asked_for_once(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
    players = [each.target.partition("?")[0].rpartition("/")[2] for each in wire.of("GET", "/players")]
    assert players == ["alice_42", "notes"]


async def test_a_key_typed_while_the_launch_player_loads_applies_to_that_player(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    late = wire.holds("GET", "/players/alice_42")
    app = backend.app(player="alice_42")
    async with app.run_test(size=SIZE) as pilot:
        driver = ConsoleDriver(app, pilot)
        driver.send("R")
        await driver.until(late.arrived.is_set)
        late.let_go()
        await driver.opened()
        await driver.sees("[ Retry roll ]")


@pytest.mark.parametrize("text", ["ALICE@example.com", "alice@example.com"])
async def test_an_email_named_at_launch_is_looked_up_too(backend: DemoStage, text: str) -> None:
    async with at(backend.app(player=text)) as driver:
        await driver.looks_at("alice_42")


async def test_a_missing_launch_player_is_reported(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_43")) as driver:
        await driver.sees("No player is called alice_43: nearest are", "alice_42")


async def test_a_session_of_another_studio_is_refused_with_the_reason(backend: DemoStage) -> None:
    app = backend.app(token=backend.world.credentials["otherStudio"]["session"])
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.until(lambda: app.bottom.state.status is LoadStatus.FAILED)
        await driver.sees("This session may not enter game")


async def test_a_forbidden_game_is_reported_as_forbidden_not_as_a_missing_player(backend: DemoStage) -> None:
    other = backend.world.credentials["otherStudio"]
    launch = backend.launch(player="alice_42")
    launch = replace(launch, profile=replace(launch.profile, studio=other["studioId"], game=other["gameId"]))
    app = KratyApp(launch, now=now, environ={"TERM": "xterm-256color"})
    async with app.run_test(size=SIZE) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.sees("This session may not enter game")
        await driver.rest()
        assert "No player is called" not in driver.text


async def test_the_tickets_of_the_demo_are_opened_with_enter(backend: DemoStage) -> None:
    tries = (SampleTicket("alice_42", "the gold never arrived"), SampleTicket("bob_7", "my wallet is the same"))
    async with at(backend.app(tries=tries)) as driver:
        await driver.sees("Tickets to try in this demo world", "the gold never arrived")
        await driver.press("down", "down", "enter")
        await driver.looks_at("bob_7")
        await driver.press("escape")
        await driver.sees("Tickets to try", "Players opened before")
        await driver.press("enter")
        await driver.until(lambda: driver.app.bottom.state.status is LoadStatus.READY)


def who(backend: DemoStage) -> Any:
    """The backend's answer about the member."""
    session = {"authorization": f"Bearer {backend.world.credentials['sessions']['GAME_ADMIN']}"}
    return httpx.get(f"{backend.url}/admin/v1/me", headers=session, trust_env=False, verify=False).json()["data"]


async def test_no_game_is_entered_before_one_is_chosen(backend: DemoStage, wire: FaultyTransport) -> None:
    me = who(backend)
    games = me["studios"][0]["games"]
    games.insert(
        0, {**games[0], "id": str(UUID(int=7)), "slug": "fox-trot", "name": "Fox [b]Trot", "role": "GAME_VIEWER"}
    )
    wire.answers("GET", "/admin/v1/me", 200, data=me)
    launch = backend.launch(player="alice_42")
    launch = replace(launch, profile=replace(launch.profile, studio=None, game=None))
    app = KratyApp(launch, now=now, environ={"TERM": "xterm-256color"})
    async with at(app) as driver:
        await driver.opened(GamesDialog)
        await driver.sees("Which game?", "fox-trot", "GAME_VIEWER", "rabbit-rush", "GAME_ADMIN")
        assert app.workspace.access is None
        await driver.type("rabbit")
        await driver.press("enter")
        await driver.looks_at("alice_42")
        await driver.sees("rabbit-rush ▸ alice_42")
    assert not wire.of("GET", str(UUID(int=7)))


async def test_without_a_game_the_console_ends(backend: DemoStage, wire: FaultyTransport) -> None:
    me = who(backend)
    me["studios"][0]["games"] *= 2
    wire.answers("GET", "/admin/v1/me", 200, data=me)
    app = backend.app()
    app.workspace.launch = replace(
        app.workspace.launch, profile=replace(app.workspace.launch.profile, studio=None, game=None)
    )
    async with at(app) as driver:
        await driver.opened(GamesDialog)
        await driver.press("escape")
        await driver.until(lambda: app._exit)
    assert app.return_code == 0
