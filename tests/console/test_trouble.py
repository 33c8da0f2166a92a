"""Error messages: what they say, what stays on screen, and how to continue."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog, Phase
from kraty_console.console.dialogs.token import TokenDialog
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, dialog, done, put, shows_words
from tests.harness.console.driver import at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage
from tests.harness.console.trouble import open_credit, status, token

# -- 401 ---------------------------------------------------------------------------------------------------------


async def test_an_expired_session_at_launch_asks_for_a_token_and_continues(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42", token="kst_" + "x" * 43)) as driver:
        await driver.opened(TokenDialog)
        assert len(driver.app.screen_stack) == 2  # who we are and the player are asked for at once: one question
        await driver.paste(token(backend))
        await driver.press("enter")
        await driver.closed()
        await driver.looks_at("alice_42")
        await driver.sees("maria · GAME_ADMIN", "Swift Otter")


async def test_a_bad_token_is_reported_and_the_next_one_is_tried(backend: DemoStage) -> None:
    async with at(backend.app(token="kst_" + "x" * 43)) as driver:
        await driver.opened(TokenDialog)
        await driver.press("enter")
        await driver.sees("paste the token here")
        await driver.type("two words")
        await driver.press("enter")
        await driver.sees("a token has no spaces")
        driver.app.screen.line.value = "kst_" + "y" * 43
        await driver.press("enter")
        await driver.sees("The session has expired or is unknown")
        assert "kst_" not in driver.text
        driver.app.screen.line.value = token(backend)
        await driver.press("enter")
        await driver.closed()
        await driver.sees("maria · GAME_ADMIN")


async def test_a_401_in_a_read_asks_for_a_token_and_reads_again(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        wire.answers("GET", "/players/", 401, "session_invalid", "the session has expired", times=1)
        await driver.press("r")
        await driver.opened(TokenDialog)
        await driver.sees("the session has expired", "maria")
        await driver.paste(token(backend))
        await driver.press("enter")
        await driver.closed()
        await driver.looks_at("alice_42")


async def test_a_401_in_a_read_refused_keeps_the_old_data(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        wire.answers("GET", "/players/", 401, "session_invalid", "the session has expired")
        await driver.press("r")
        await driver.opened(TokenDialog)
        await driver.press("escape")
        await driver.closed()
        await driver.rest()
        await driver.sees("STALE since 14:02:31Z", "Swift Otter")


async def test_a_401_while_searching_asks_for_a_token(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/players?", 401, "session_invalid", "the session has expired", times=1)
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        await driver.sees("The session has expired or is unknown")
        await driver.press("enter")
        await driver.sees("2 players fit alice_4", "alice_420")


async def test_a_401_in_a_dialog_asks_for_a_token_and_applies_the_change_once(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            wire.answers("POST", "/credit", 401, "session_invalid", "the session has expired", times=1)
            await confirm(driver)
            await driver.opened(TokenDialog)
            await driver.paste(token(backend))
            await driver.press("enter")
            await done(driver)
            assert "Credit applied" in driver.text
        assert other.balance("bob_7", "gold") == before + 250
    first, second = wire.changes
    assert first.body == second.body


async def test_without_a_new_token_the_dialog_comes_back_with_nothing_sent(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    with colleague(backend) as other:
        before = other.balance("bob_7", "gold")
        async with at(backend.app(player="bob_7")) as driver:
            await open_credit(driver)
            expired = wire.answers("POST", "/credit", 401, "session_invalid", "the session has expired")
            await confirm(driver)
            await driver.opened(TokenDialog)
            await driver.press("escape")
            await driver.opened(ActionDialog)
            await driver.until(lambda: dialog(driver).phase is Phase.EDITING)
            await shows_words(driver, "The session has expired", "Enter a new token to continue")
            await driver.sees("make-good for the outage")
            assert other.balance("bob_7", "gold") == before
            expired.mend()
            await confirm(driver)
            await done(driver)
        assert other.balance("bob_7", "gold") == before + 250


# -- 403, 409, 4xx -------------------------------------------------------------------------------------------------


async def test_a_403_names_the_permission(backend: DemoStage, wire: FaultyTransport) -> None:
    """The console thinks that it may; the backend knows better since a minute."""
    wire.answers(
        "POST", "/credit", 403, "forbidden", "no", details={"permission": "wallet.credit", "role": "GAME_DEBUGGER"}
    )
    async with at(backend.app(player="bob_7")) as driver:
        await open_credit(driver)
        await confirm(driver)
        await shows_words(driver, "Not allowed: needs wallet.credit (GAME_ADMIN)", "403 forbidden", "request req-77")
        assert dialog(driver).phase is Phase.EDITING


async def test_a_403_of_the_backend_itself_in_a_read(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/players/", 403, "forbidden", "no", details={"permission": "player.read"})
    async with at(backend.app(player="bob_7")) as driver:
        await driver.until(lambda: status(driver) is LoadStatus.FAILED)
        await driver.sees("needs player.read")


async def test_a_409_says_which_grants_are_linked_and_where_they_are(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("POST", "/retry-reward-roll", 409, "conflict", "A grant is linked", details={"grantIds": ["g1"]})
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("R")
        await driver.opened(ActionDialog)
        await put(driver, reason="the table is back")
        await confirm(driver)
        await shows_words(
            driver, "Not applied: 1 grant is already linked to this attempt", "409 conflict", "request ", "with 2"
        )
        await driver.sees("the table is back")


async def test_a_refusal_explains_with_code_and_request_and_keeps_the_draft(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        attempt = driver.app.bottom.table.row
        assert attempt is not None
        await driver.press("R")
        await driver.opened(ActionDialog)
        await put(driver, reason="the table is back")
        with colleague(backend) as other:
            other.retry_roll(attempt.id)
        await confirm(driver)
        await shows_words(driver, "nothing was done", "412 stale", "request ", "roll failed → rolled")
        await driver.sees("the table is back")
        assert dialog(driver).phase is Phase.EDITING
        await driver.press("enter")  # the focus is on a field: one more enter sends nothing
        assert len(wire.changes) == 2
        await driver.press("escape")
        await driver.closed()
        await driver.press("r")
        await driver.looks_at("alice_42")
        await driver.press("R")
        assert "1 grant is already linked" in driver.text
