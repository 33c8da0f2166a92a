"""Webhook deliveries on screen: of a player, of the game, whole, sent again, and where there are none."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import httpx
import pytest

from kraty_console.backend.rules.context import Tenant
from kraty_console.backend.rules.ids import IdSource
from kraty_console.backend.storage.database import Database
from kraty_console.backend.storage.transaction import Transaction
from kraty_console.backend.webhooks.claims import EndpointKey, claim, record_outcome
from kraty_console.backend.webhooks.fan_out import fan_out
from kraty_console.backend.webhooks.posting import Outcome
from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.text import TextDialog
from kraty_console.console.screens.deliveries import NONE_KEPT, DeliveriesScreen
from kraty_console.console.widgets.bars import FooterBar
from kraty_console.console.widgets.table import RowTable
from tests.harness.console.colleague import colleague
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.idle import loop_until, wait_until_idle
from tests.harness.console.stage import DemoStage, now_ms

BUSY = Outcome(12, 503, "answered 503", "busy \x1b[2J")
OK = Outcome(7, 200, None, "thanks")


def settle_all(stage: DemoStage, tenant: Tenant, endpoint: str, outcome: Callable[[str], Outcome]) -> None:
    """Pass on what happened and let each delivery that is due end so, by its player: the worker's part."""

    async def work(tx: Transaction) -> None:
        chance = random.Random(11)
        await fan_out(tx, tenant, now_ms(), IdSource(now_ms, chance.getrandbits))
        while taken := await claim(tx, EndpointKey(tenant, endpoint), now_ms(), 10):
            for each in taken:
                await record_outcome(tx, each, outcome(each.envelope["data"]["externalPlayerId"]), now_ms())

    async def beside_the_server() -> None:
        database = Database.open(f"sqlite:///{stage.file}")
        try:
            await database.run(work)
        finally:
            await database.close()

    asyncio.run(beside_the_server())


@pytest.fixture
def told(backend: DemoStage) -> str:
    """An endpoint with deliveries of two credits of alice_42, of which the first failed; returns its id."""
    credentials = backend.world.credentials
    tenant = Tenant(credentials["studioId"], credentials["gameId"])
    game = f"{backend.url}/admin/v1/studios/{tenant.studio_id}/games/{tenant.game_id}"
    body = {"url": "https://games.example/kraty?key=hidden", "idempotencyKey": "endpoint-1"}
    headers = {"authorization": f"Bearer {credentials['sessions']['GAME_ADMIN']}"}
    made = httpx.post(f"{game}/webhooks/endpoints", json=body, headers=headers, trust_env=False, verify=False)
    endpoint = str(made.json()["data"]["endpoint"]["id"])
    with colleague(backend) as other:
        other.credit("alice_42", "gold", 5)
        other.credit("alice_42", "gold", 6)
        other.credit("bob_7", "gold", 7)
    settle_all(backend, tenant, endpoint, lambda player: OK if player == "bob_7" else BUSY)
    return endpoint


def screen(driver: ConsoleDriver) -> DeliveriesScreen:
    assert isinstance(driver.app.screen, DeliveriesScreen)
    return driver.app.screen


async def opens(driver: ConsoleDriver) -> None:
    await driver.press("h")
    await driver.until(lambda: isinstance(driver.app.screen, DeliveriesScreen) and not driver.app.screen.is_loading)
    await wait_until_idle(driver.app)


@pytest.mark.usefixtures("told")
async def test_a_player_s_deliveries_are_listed_opened_and_sent_again(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver)
        await driver.sees("webhooks of alice_42", "answered 503", "in 5s", "after an earlier one", "games.example")
        assert "hidden" not in driver.text
        assert screen(driver).query_one(RowTable).rows_shown == 2
        await driver.press("R")
        await driver.sees("it waits for an earlier one of its player: replay that one")
        await driver.press("j", "enter")
        await driver.opened(TextDialog)
        await driver.sees("delivery · wallet.changed", "answered 503 · 12 ms · busy ␛[2J", "Data", "delta")
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.sees(
            "Replay delivery", "pending after 1 attempt", "again, at once, to https://games.example/kraty"
        )
        await driver.press("Z", "D", "enter")
        await driver.type("their receiver is back")
        await driver.press("enter", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, DeliveriesScreen) and not driver.app.screen.is_loading)
        await driver.sees("Replay applied: it is sent at once", "due now")
        assert wire.count("POST", "/replay") == 1
        await driver.press("escape")
        await driver.closed()
        await driver.press("w")
        assert "wallet.changed is sent again, attempt 2" in driver.app.clipboard
        await driver.press("y")
        assert "/audit-log/" in driver.app.clipboard
        with colleague(backend) as other:
            row = other.audit("alice_42")[0]
        assert (row["action"], row["reason"], row["ticket"]) == ("webhook.replay", "their receiver is back", "ZD")


@pytest.mark.usefixtures("told")
async def test_the_deliveries_of_the_game_name_their_players(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.press("escape")
        await opens(driver)
        await driver.sees("alice_42", "bob_7", "delivered", "PLAYER")
        await driver.press("f")
        await driver.opened()
        await driver.type("bob")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, DeliveriesScreen))
        assert screen(driver).query_one(RowTable).rows_shown == 1
        await driver.press("c")
        assert driver.app.clipboard.startswith("evt_")
        await driver.press("r", "escape", "q")
        await driver.closed()


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("launch", "words"),
    [
        ({"role": "GAME_DEBUGGER"}, "needs webhook.replay (GAME_ADMIN); you are GAME_DEBUGGER"),
        ({"read_only": True}, "this is a read-only profile"),
    ],
)
async def test_a_replay_without_permission_is_disabled_with_the_reason(
    backend: DemoStage, wire: FaultyTransport, launch: dict[str, object], words: str
) -> None:
    async with at(backend.app(player="bob_7", **launch)) as driver:
        await driver.looks_at("bob_7")
        await opens(driver)
        await driver.press("R")
        await driver.sees(words)
        await driver.press("enter")
        await driver.opened(TextDialog)
        await driver.press("R")
        await driver.sees(words)
        assert wire.count("POST", "/replay") == 0


async def test_a_backend_without_deliveries_says_so(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/webhooks/", 404, "not_found", "Not found")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver)
        await driver.sees(NONE_KEPT)
        await driver.press("R", "enter", "c", "q")
        await driver.closed()


async def test_a_failure_is_reported_and_can_be_retried(backend: DemoStage, wire: FaultyTransport) -> None:
    fault = wire.answers("GET", "/webhooks/", 403, "forbidden", "no", details={"permission": "player.read"})
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await opens(driver)
        await driver.sees("player.read")
        fault.mend()
        await driver.press("r")
        await driver.sees("Nothing was sent to a webhook endpoint of this player yet.")


@pytest.mark.usefixtures("told")
async def test_a_delivery_that_cannot_be_read_shows_the_data_of_its_row(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await opens(driver)
        wire.answers("GET", "/webhooks/deliveries/evt_", 404, "not_found", "gone")
        await driver.press("enter")
        await driver.opened(TextDialog)
        await driver.sees("delivery · wallet.changed", "answered 200")
        assert "Data" not in driver.text


@pytest.mark.parametrize("status", [200, 409])
async def test_a_page_that_arrives_while_the_console_closes_causes_no_error(
    backend: DemoStage, wire: FaultyTransport, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    may_go = asyncio.Event()

    async def leave_last(_: FooterBar) -> None:
        await may_go.wait()

    if status == 409:
        wire.answers("GET", "/webhooks/deliveries", status, "conflict", "no")
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        held = wire.holds("GET", "/webhooks/deliveries")
        await driver.press("h")
        await driver.until(lambda: isinstance(driver.app.screen, DeliveriesScreen))
        screen = driver.app.screen
        monkeypatch.setattr(FooterBar, "on_unmount", leave_last, raising=False)
        driver.app.pop_screen()
        await loop_until(lambda: not screen.query(RowTable))
        assert screen.query(FooterBar)
        held.let_go()
        await loop_until(lambda: all(worker.is_finished for worker in driver.app.workers))
        may_go.set()
        await driver.sees("bob_7")
    assert driver.app.return_code is None
