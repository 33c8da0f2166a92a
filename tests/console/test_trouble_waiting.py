"""Errors that take time: pauses that the server asks for, late failures, and reading meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kraty_console.console.app import KratyApp
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.screens.audit_log import AuditLogScreen
from tests.harness.console.colleague import colleague, impatient, waits
from tests.harness.console.dialogs import confirm, dialog, done, shows_words
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.frozen_seconds import freeze_seconds
from tests.harness.console.stage import NOW, DemoStage
from tests.harness.console.trouble import notices, open_credit, status, token


async def test_a_400_names_the_fields(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers(
        "POST", "/credit", 400, "validation_failed", "not understood", details={"fields": {"amount": "too odd"}}
    )
    async with at(backend.app(player="bob_7")) as driver:
        await open_credit(driver)
        await confirm(driver)
        await shows_words(driver, "the server rejected the request", "amount: too odd")


# -- 429 -----------------------------------------------------------------------------------------------------------


async def test_a_429_counts_down_and_tries_again_by_itself(backend: DemoStage, wire: FaultyTransport) -> None:
    app = impatient(backend.app(player="bob_7"))
    async with at(app) as driver:
        await driver.looks_at("bob_7")
        said = notices(driver)
        wire.answers("GET", "/players/bob_7?", 429, "rate_limited", "slow down", headers={"retry-after": "1"}, times=4)
        await driver.press("r")
        await driver.until(lambda: status(driver) is LoadStatus.READY and wire.count("GET", "/players/bob_7?") == 6)
        await driver.rest()
        assert "Too many requests. Trying again in 1 s." in said
        assert "Trying again" not in driver.text
        assert "STALE" not in driver.text


async def test_a_countdown_ends_when_another_player_is_opened(backend: DemoStage, wire: FaultyTransport) -> None:
    app = impatient(backend.app(player="bob_7"))
    async with at(app) as driver:
        await driver.looks_at("bob_7")
        wire.answers("GET", "/players/bob_7", 429, "rate_limited", "slow down", headers={"retry-after": "30"})
        await driver.press("r")
        await driver.sees("Too many requests. Trying again in", "STALE", "Brave Badger")
        asked = wire.count("GET", "/players/bob_7")
        driver.app.bottom.open_player("erin")
        await driver.looks_at("erin")
        assert driver.app.bottom._pause is None
        assert wire.count("GET", "/players/bob_7") == asked


async def test_going_back_ends_a_countdown(backend: DemoStage, wire: FaultyTransport) -> None:
    app = impatient(backend.app(player="bob_7"))
    async with at(app) as driver:
        await driver.looks_at("bob_7")
        wire.answers("GET", "/players/bob_7", 429, "rate_limited", "slow down", headers={"retry-after": "30"})
        await driver.press("r")
        await driver.sees("Too many requests. Trying again in", "STALE", "Brave Badger")
        await driver.press("escape", "escape")
        assert driver.app.bottom._pause is None


async def test_a_429_on_a_change_makes_the_button_wait(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("POST", "/credit", 429, "rate_limited", "slow down", headers={"retry-after": "2"}, times=1)
    with freeze_seconds():
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            await confirm(driver)
            await shows_words(driver, "Too many requests")
            for left in (2, 1):
                await driver.sees(f"Credit in {left} s")
                await confirm(driver)
                assert len(wire.changes) == 1
                dialog(driver)._count()
            await driver.sees("[ Credit ]")
            await confirm(driver)
            await done(driver)
    assert len(wire.changes) == 2


# -- no answer, or a bad one -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["500", "closed", "hang", "no json"])
async def test_a_failed_read_keeps_the_old_data_and_u_retries(
    backend: DemoStage, wire: FaultyTransport, trouble: str
) -> None:
    moment = [NOW]
    app = KratyApp(backend.launch(player="bob_7"), now=lambda: moment[0], environ={"TERM": "xterm-256color"})
    async with at(impatient(app)) as driver:
        await driver.looks_at("bob_7")
        if trouble == "500":
            fault = wire.answers("GET", "/players/", 500, "internal_error", "it broke")
        elif trouble == "no json":
            fault = wire.answers("GET", "/players/", 200, data="not what was asked for")
        elif trouble == "closed":
            fault = wire.cuts("GET", "/players/")
        else:
            hold = wire.holds("GET", "/players/")
            fault = wire.faults[0]
            waits(app, 0.1)
        moment[0] = NOW + timedelta(minutes=5)
        await driver.press("r")
        await driver.until(lambda: status(driver) is LoadStatus.STALE)
        await driver.rest()
        await driver.sees("STALE since 14:02:31Z", "Brave Badger", "▸  pending")
        if trouble == "500":
            await driver.sees("The server reported an error", "Press u to try again", "req-77")
        elif trouble in ("closed", "hang"):
            await driver.sees("The server cannot be reached", "Press u to try again")
        else:
            await driver.sees("The answer was not one of Kraty's")
        fault.mend()
        if trouble == "hang":
            hold.let_go()
            waits(app, 30)
        await driver.press("u")
        await driver.until(lambda: status(driver) is LoadStatus.READY)
        await driver.rest()
        await driver.sees("as of 14:07:31Z")
        assert "STALE" not in driver.text


async def test_a_failed_first_read_is_reported_in_place_of_the_rows(backend: DemoStage, wire: FaultyTransport) -> None:
    fault = wire.answers("GET", "/players/", 500, "internal_error", "it broke")
    async with at(impatient(backend.app(player="bob_7"))) as driver:
        await driver.until(lambda: status(driver) is LoadStatus.FAILED)
        await driver.rest()
        await driver.sees("The server reported an error", "It broke", "500 internal_error", "request req-77")
        fault.mend()
        await driver.press("u")
        await driver.looks_at("bob_7")


async def test_a_failed_sign_in_is_reported_and_u_retries(backend: DemoStage, wire: FaultyTransport) -> None:
    fault = wire.answers("GET", "/admin/v1/me", 503, "unavailable", "starting")
    app = impatient(backend.app())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        driver = ConsoleDriver(app, pilot)
        await driver.sees("The server reported an error", "Press u to try again")
        fault.mend()
        await driver.press("escape", "u")
        await driver.sees("maria · GAME_ADMIN")


async def test_a_wait_is_shown_and_escape_cancels_it(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        held = wire.holds("GET", "/players/")
        await driver.press("r")
        await driver.sees("loading, 0 s, esc cancels", "Brave Badger")
        await driver.press("escape")
        assert status(driver) is LoadStatus.READY
        assert "loading" not in driver.text
        held.let_go()
        await driver.rest()
        assert driver.app.bottom.state.player == "bob_7"


async def test_the_first_wait_can_be_ended_too(backend: DemoStage, wire: FaultyTransport) -> None:
    held = wire.holds("GET", "/players/bob_7")
    async with at(backend.app()) as driver:
        driver.app.bottom.open_player("bob_7")
        await driver.sees("Looking up bob_7", "loading, 0 s, esc cancels")
        await driver.press("escape")
        assert status(driver) is LoadStatus.IDLE
        held.let_go()


async def test_a_server_error_on_a_change_that_was_not_applied_says_so(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    """A 500 is an unknown outcome: the audit log shows that nothing happened, so the same key goes again."""
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        wire.answers("POST", "/credit", 500, "internal_error", "it broke", times=1)
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            await confirm(driver)
            await shows_words(driver, "It did take effect, once")
            await driver.press("enter")
            await done(driver)
        assert other.balance("bob_7", "gold") == before + 250
    first, second = wire.changes
    assert first.body["idempotencyKey"] == second.body["idempotencyKey"]


# -- the studio's audit log ------------------------------------------------------------------------------------------


async def test_a_failed_read_of_the_audit_log_is_reported_and_r_retries(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    app = impatient(backend.app())
    async with at(app) as driver:
        fault = wire.answers("GET", "/audit-log", 500, "internal_error", "it broke")
        await driver.press("escape", "l")
        await driver.sees("The server reported an error")
        fault.mend()
        await driver.press("r")
        await driver.sees("maria", "ZD-")
        assert "The server reported an error" not in driver.text


async def test_a_401_in_the_audit_log_asks_for_a_token_and_continues(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app()) as driver:
        wire.answers("GET", "/audit-log", 401, "session_invalid", "the session has expired", times=1)
        await driver.press("escape", "l")
        await driver.opened(TokenDialog)
        await driver.paste(token(backend))
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AuditLogScreen))
        await driver.sees("maria", "ZD-")


async def test_rows_of_the_audit_log_that_cannot_be_read_are_counted(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        row = {"id": "a-1", "action": "grant.force_claim", "outcome": "ok"}
        page = wire.answers("GET", "/audit-log", 200, data={"rows": [row, {"action": "x"}, None], "nextCursor": None})
        await driver.press("l")
        await driver.sees("grant.force_claim")
        assert "2 rows could not be read." in driver.text
        page.mend()
        wire.answers("GET", "/audit-log", 200, data={"rows": [{}], "nextCursor": None})
        await driver.press("r")
        await driver.sees("1 row could not be read.")
        assert "Nothing was changed" not in driver.text


async def test_a_player_with_little_data_is_shown_with_the_unknown_parts(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    said = {"player": {"externalPlayerId": "alice_42"}, "attempts": [{"id": "a-1", "status": "completed"}, {}]}
    wire.answers("GET", "/players/alice_42", 200, data={**said, "grants": [], "summary": {"attemptCount": 2}})
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for words in ("Attempts 2", "Wallet ?", "Audit ?", "ban status not provided", "1 row could not be read"):
            assert words in driver.text
        await driver.press("3")
        await driver.sees("This backend does not provide balances.")
