"""Requests about the game wait until the session tells which game is meant; a retry sends the same requests again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog, Phase
from kraty_console.console.dialogs.journal import JournalDialog
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.screens.audit_log import AuditLogScreen
from kraty_console.console.screens.deliveries import DeliveriesScreen
from tests.harness.console.colleague import impatient
from tests.harness.console.dialogs import confirm, dialog, done, put
from tests.harness.console.driver import SIZE, ConsoleDriver
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now

ME = "/admin/v1/me"


def nameless(backend: DemoStage, **launch: Any) -> KratyApp:
    """The console on a profile that names no game: only the session tells which one there is."""
    made = backend.launch(**launch)
    made = replace(made, profile=replace(made.profile, studio=None, game=None))
    return impatient(KratyApp(made, now=now, clock=lambda: 0.0, environ={"TERM": "xterm-256color"}))


@asynccontextmanager
async def waiting(app: KratyApp) -> AsyncIterator[ConsoleDriver]:
    """Sit down before the session has answered."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.until(lambda: app.screen is app.bottom and app.bottom.can_draw)
        yield driver


@pytest.mark.parametrize("text", ["alice@example.com", "alice_42", "<alice_42>", "grace"])
async def test_a_search_waits_for_the_session(backend: DemoStage, wire: FaultyTransport, text: str) -> None:
    late = wire.holds("GET", ME)
    async with waiting(nameless(backend)) as driver:
        await driver.type(text)
        await driver.press("enter")
        await driver.until(late.arrived.is_set)
        await driver.sees(f"Looking up {text}")
        assert wire.count("GET", "/players") == 0
        late.let_go()
        await driver.looks_at("grace_hopper" if text == "grace" else "alice_42")
        await driver.sees("rabbit-rush", "maria · GAME_ADMIN")


async def test_suggestions_wait_for_the_session(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", ME)
    async with waiting(nameless(backend)) as driver:
        await driver.type("alice_4")
        await driver.until(late.arrived.is_set)
        late.let_go()
        await driver.sees("2 matches", "alice_420")


async def test_waiting_for_the_session_can_be_given_up(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", ME)
    async with waiting(nameless(backend)) as driver:
        await driver.type("alice_42")
        await driver.press("enter")
        await driver.sees("Looking up alice_42")
        await driver.press("escape")
        late.let_go()
        await driver.sees("maria · GAME_ADMIN")
        await driver.rest()
        assert driver.app.bottom.state.status is LoadStatus.IDLE
        assert wire.count("GET", "/players") == 0


@pytest.mark.parametrize(
    ("key", "kind", "route"), [("l", AuditLogScreen, "/audit-log"), ("h", DeliveriesScreen, "/webhooks/deliveries")]
)
async def test_the_lists_of_the_game_wait_for_the_session(
    backend: DemoStage, wire: FaultyTransport, key: str, kind: type[AuditLogScreen | DeliveriesScreen], route: str
) -> None:
    late = wire.holds("GET", ME)
    app = nameless(backend)
    async with waiting(app) as driver:
        await driver.press("escape", key)
        await driver.until(lambda: isinstance(app.screen, kind))
        assert wire.count("GET", route) == 0
        late.let_go()
        await driver.sees("rabbit-rush", "maria · GAME_ADMIN")
        await driver.until(lambda: all(worker.is_finished for worker in app.workers))
        assert "No game is selected" not in driver.text
        assert "Loading" not in driver.text
        assert wire.count("GET", route) > 0


async def test_a_player_named_at_launch_by_email_is_found_after_the_session(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    late = wire.holds("GET", ME)
    async with waiting(nameless(backend, player="alice@example.com")) as driver:
        await driver.until(late.arrived.is_set)
        late.let_go()
        await driver.looks_at("alice_42")


@pytest.mark.parametrize("text", ["alice@example.com", "guest@", "<alice_42>"])
async def test_u_repeats_the_search_after_a_failed_session(
    backend: DemoStage, wire: FaultyTransport, text: str
) -> None:
    fault = wire.answers("GET", ME, 503, "unavailable", "starting")
    async with waiting(nameless(backend)) as driver:
        await driver.type(text)
        await driver.press("enter")
        await driver.sees("The server reported an error", "Press u to try again")
        assert wire.count("GET", "/players") == 0
        fault.mend()
        await driver.press("u")
        if text == "guest@":
            await driver.sees("No player is called guest@")
        else:
            await driver.looks_at("alice_42")
        await driver.sees("maria · GAME_ADMIN")


@pytest.mark.parametrize("keys", [("u",), ("r",)])
async def test_trying_again_repeats_the_search_for_an_email(
    backend: DemoStage, wire: FaultyTransport, keys: tuple[str, ...]
) -> None:
    fault = wire.answers("GET", "/players", 503, "unavailable", "starting")
    app = impatient(backend.app())
    async with waiting(app) as driver:
        await driver.type("alice@example.com")
        await driver.press("enter")
        await driver.sees("The server reported an error")
        before = wire.count("GET", "query=alice@example.com")
        fault.mend()
        await driver.press(*keys)
        await driver.looks_at("alice_42")
        assert wire.count("GET", "query=alice@example.com") == before + 1
        assert not wire.of("GET", "/players/alice@")


async def test_trying_again_opens_who_was_chosen(backend: DemoStage, wire: FaultyTransport) -> None:
    app = impatient(backend.app())
    async with waiting(app) as driver:
        await driver.type("alice_4")
        await driver.sees("2 matches")
        await driver.press("down", "down")
        fault = wire.answers("GET", "/players/", 503, "unavailable", "starting")
        await driver.press("enter")
        await driver.sees("The server reported an error")
        fault.mend()
        await driver.press("u")
        await driver.looks_at("alice_420")


async def test_a_search_after_the_session_failed_begins_it_again(backend: DemoStage, wire: FaultyTransport) -> None:
    fault = wire.answers("GET", ME, 503, "unavailable", "starting")
    async with waiting(nameless(backend)) as driver:
        await driver.sees("The server reported an error")
        fault.mend()
        await driver.type("alice@example.com")
        await driver.press("enter")
        await driver.looks_at("alice_42")
        await driver.sees("rabbit-rush", "maria · GAME_ADMIN")


async def test_waiting_requests_fail_with_one_message_without_a_new_token(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    late = wire.holds("GET", ME, times=1)
    wire.answers("GET", ME, 401, "session_invalid", "the session has expired", times=1)
    async with waiting(nameless(backend)) as driver:
        await driver.opened(TokenDialog)
        driver.app.bottom.open_player("alice@example.com", typed=True)
        await driver.press("escape")
        await driver.closed()
        await driver.rest()
        assert driver.app.bottom.state.status is LoadStatus.FAILED
        assert driver.app.bottom.state.player == "alice@example.com"
        late.let_go()
        await driver.press("u")
        await driver.looks_at("alice_42")


async def test_the_journal_opens_without_a_session(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.holds("GET", ME)
    async with waiting(nameless(backend)) as driver:
        await driver.press("escape", "o")
        await driver.opened(JournalDialog)


async def test_a_change_waits_until_it_is_known_who_makes_it(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", ME)
    app = backend.app(player="bob_7")
    async with waiting(app) as driver:
        await driver.until(lambda: app.bottom.state.status is LoadStatus.READY)
        await driver.press("C")
        await driver.opened(ActionDialog)
        await put(driver, economy_key="gold", amount="250", reason="make-good for the outage")
        await confirm(driver)
        await driver.until(lambda: app.workspace.gate.is_shut and dialog(driver).phase is Phase.SENDING)
        assert not wire.changes
        late.let_go()
        await done(driver)
        assert len(wire.changes) == 1
        (entry,) = await (await app.workspace.journal()).latest()
        assert entry.member


async def test_a_player_opened_before_the_session_is_recent_in_that_game(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    late = wire.holds("GET", ME)
    app = backend.app(player="bob_7")
    async with waiting(app) as driver:
        await driver.until(lambda: app.bottom.state.status is LoadStatus.READY)
        late.let_go()
        await driver.looks_at("bob_7")
        assert app.workspace.players.recent == ["bob_7"]
