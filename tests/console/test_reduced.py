"""The console on a reduced Kraty: unknown data is shown as unknown, missing operations with the reason."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kraty_console.config.profiles import Profile
from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.keys import KeysDialog
from kraty_console.console.dialogs.palette import PaletteDialog
from kraty_console.console.dialogs.sign_in import SignInDialog
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.dialogs import confirm, dialog, put, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, now, stage

PORTAL = "https://portal.example/{gameId}/players/{externalPlayerId}"
NO_ROUTE = "this Kraty has no route POST …/retry-reward-roll"


@pytest.fixture
def reduced(world: DemoTemplate, tmp_path: Path, wire: FaultyTransport) -> Iterator[DemoStage]:
    with stage(world, tmp_path, wrap=wire.around, only="published") as running:
        yield running
        wire.let_all_go()


async def looked_up(driver: ConsoleDriver, text: str) -> None:
    """Type a text into the search, and wait for what comes of it."""
    await driver.press("slash")
    await driver.type(text)
    await driver.press("enter")
    await driver.until(
        lambda: driver.app.bottom.state.status in (LoadStatus.READY, LoadStatus.MISSING, LoadStatus.FAILED)
    )
    await driver.rest()


async def test_the_role_is_unknown_and_the_player_opens(reduced: DemoStage) -> None:
    async with at(reduced.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("role unknown")
        assert driver.app.workspace.role_is_unknown
        assert driver.app.workspace.permissions is None


async def test_without_an_audit_log_its_keys_say_so(reduced: DemoStage) -> None:
    async with at(reduced.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for key in ("l", "E"):
            await driver.press(key)
            await driver.sees("this Kraty has no route GET …/audit-log")
            assert driver.app.screen is driver.app.bottom
            await driver.press("escape")


async def test_text_is_taken_at_once_on_the_first_screen(reduced: DemoStage) -> None:
    async with at(reduced.app()) as driver:
        await driver.press("slash")
        await driver.type("MCRB")
        assert driver.app.bottom.search.input.value == "MCRB"
        assert driver.app.screen is driver.app.bottom


@pytest.mark.parametrize("pane", "123456")
async def test_data_not_provided_is_neither_zero_nor_no(reduced: DemoStage, pane: str) -> None:
    async with at(reduced.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press(pane)
        text = driver.text
        for wrong in ("Wallet 0", "Items 0", "Audit 0", "not banned", "needs "):
            assert wrong not in text
        if pane in "356":
            assert "This backend does not provide" in text


async def test_a_missing_operation_says_why_and_sends_nothing(reduced: DemoStage, wire: FaultyTransport) -> None:
    async with at(reduced.app(player="alice_42", portal_url=PORTAL)) as driver:
        await driver.looks_at("alice_42")
        await driver.rest()
        await driver.press("R")
        await driver.sees(NO_ROUTE)
        assert driver.app.screen is driver.app.bottom
        assert {each.label: each.enabled for each in driver.app.bottom.keys.hints}["roll"] is False
        assert {each.label: each.enabled for each in driver.app.bottom.keys.hints}["grant"] is True
        await driver.press("?")
        await driver.opened(KeysDialog)
        assert isinstance(driver.app.screen, KeysDialog)
        off = {row.id: row.off for row in driver.app.screen._rows}
        assert off["attempt.retry_roll"] is True
        assert off["player.grant"] is False
        assert NO_ROUTE in (driver.app.screen._reasons["attempt.retry_roll"] or "")
        await driver.press("escape")
        await driver.closed()
        await driver.press(":")
        await driver.opened(PaletteDialog)
        await driver.type("retry")
        await driver.sees("no route POST …/retry-reward-roll")
    assert wire.changes == []


async def test_a_published_action_is_not_dimmed_and_works(reduced: DemoStage, wire: FaultyTransport) -> None:
    async with at(reduced.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.rest()
        await driver.press("full_stop")
        await driver.opened(ActionDialog)
        await put(driver, reason="seen in the receiver's log")
        await confirm(driver)
        await driver.closed()
        await driver.sees("Force-claim applied")
    (asked,) = wire.changes
    assert "/force-claim" in asked.target


async def test_a_403_of_the_server_is_explained(reduced: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("POST", "/grants", 403, "forbidden", "no", details={"permission": "grant.manual_create"})
    async with at(reduced.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.rest()
        await driver.press("full_stop")
        await driver.opened(ActionDialog)
        await put(driver, reason="seen in the receiver's log")
        await confirm(driver)
        await shows_words(driver, "Not allowed: needs grant.manual_create (GAME_ADMIN)", "Ask somebody who may")
        assert "you are" not in dialog(driver).status.text


@pytest.mark.parametrize("portal", [None, PORTAL])
async def test_a_search_by_email_is_refused_with_advice(reduced: DemoStage, portal: str | None) -> None:
    async with at(reduced.app(portal_url=portal)) as driver:
        await driver.rest()
        await looked_up(driver, "alice@example.com")
        await driver.sees("This backend cannot search by e-mail", "Ask the player for their id")
        assert ("/players" in driver.text) is (portal is not None)
        assert "/players/" not in driver.text, "there is no player yet whose page it could be"
        assert "begins like" not in driver.text


async def test_part_of_an_id_is_not_called_nobodys_beginning(reduced: DemoStage) -> None:
    async with at(reduced.app()) as driver:
        await driver.rest()
        await looked_up(driver, "alice")
        await driver.sees("No player is called alice", "This backend cannot search: type the full player id")


async def test_learned_capabilities_are_not_requested_again_at_the_second_start(
    reduced: DemoStage, wire: FaultyTransport
) -> None:
    async with at(reduced.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
    assert wire.count("GET", "/admin/v1/me") == 1
    wire.asked.clear()
    async with at(reduced.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("role unknown")
        await driver.press("R")
        await driver.sees(NO_ROUTE)
    assert wire.count("GET", "/admin/v1/me") == 0
    assert wire.changes == []
    assert {each.target.partition("?")[0].rpartition("/")[2] for each in wire.asked} == {"alice_42"}


async def test_only_me_is_missing(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/admin/v1/me", 404, "not_found", "there is nothing here")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.sees("role unknown")
        await driver.rest()
        await driver.press("C")
        await driver.opened(ActionDialog)


@pytest.mark.parametrize("code", ["not_found", ""])
async def test_a_404_without_kraty_suggests_checking_the_address(
    backend: DemoStage, wire: FaultyTransport, code: str
) -> None:
    wire.answers("GET", "/", 404, code, "nothing is here")
    async with at(backend.app()) as driver:
        await driver.sees("Check the address")
        assert "no route" not in driver.text
        assert "role unknown" not in driver.text


# -- the first run ---------------------------------------------------------------------------------------------------


async def test_the_first_run_asks_for_what_the_backend_does_not_provide(
    reduced: DemoStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config" / "config.toml"
    monkeypatch.setenv("KRATY_CONFIG", str(config))
    monkeypatch.setenv("KRATY_STATE", str(tmp_path / "state"))
    credentials = reduced.world.credentials
    launch = replace(reduced.launch(), profile=Profile(name="default", theme="dark"), token=None)
    async with at(KratyApp(launch, now=now, environ={"TERM": "xterm-256color"})) as driver:
        await driver.opened(SignInDialog)
        driver.app.screen.line.value = reduced.url
        await driver.press("enter")
        await driver.sees("2 of 4")
        driver.app.screen.line.value = credentials["sessions"]["GAME_ADMIN"]
        await driver.press("enter")
        await driver.sees("3 of 5")
        await driver.press("enter")
        await driver.sees("type the id")
        driver.app.screen.line.value = credentials["studioId"]
        await driver.press("enter")
        await driver.sees("4 of 5", credentials["studioId"])
        driver.app.screen.line.value = credentials["gameId"]
        await driver.press("enter")
        await driver.sees("5 of 5", credentials["gameId"])
        await driver.press("escape")
        await driver.sees("4 of 5")
        await driver.press("enter")
        await driver.sees("5 of 5")
        await driver.press("enter")
        await driver.closed()
        await driver.sees("LIVE", "role unknown")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
    kept = tomllib.loads(await asyncio.to_thread(config.read_text))["profiles"]["default"]
    assert kept == {
        "url": reduced.url,
        "studio": credentials["studioId"],
        "game": credentials["gameId"],
        "environment": "live",
    }
