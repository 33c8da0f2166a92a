"""Watching a player: conditional requests by themselves, marks that stay, and an end."""

from __future__ import annotations

import pytest

from kraty_console.console import player_watch
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.player_state import LoadStatus
from tests.harness.console.colleague import colleague
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage

LOOK_UP = "/players/alice_42?"


class Clock:
    """A clock that is looked at when watching begins and with each interval."""

    def __init__(self) -> None:
        self.looked_at = 0

    def monotonic(self) -> float:
        self.looked_at += 1
        return 0.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(player_watch, "PAUSE", 0.04)  # within the rate limit
    monkeypatch.setattr(player_watch, "time", clock)
    return clock


async def watching(driver: ConsoleDriver, wire: FaultyTransport) -> None:
    """Watch alice_42, until she was read again."""
    await driver.looks_at("alice_42")
    await driver.press("v")
    await read_again(driver, wire)


async def read_again(driver: ConsoleDriver, wire: FaultyTransport, times: int = 2) -> None:
    """Wait until so many more requests were sent: the answer to all but the last has come."""
    before = wire.count("GET", LOOK_UP)
    await driver.until(lambda: wire.count("GET", LOOK_UP) >= before + times)


async def test_what_changes_is_marked_and_said_and_stays_marked(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        assert "watched, as of" in driver.text
        with colleague(backend) as other:
            other.credit("alice_42", "gold", 7)
        await driver.sees("Z changed: 1 balance, 1 wallet movement, 1 audit row")
        marked = driver.app.bottom.loader.marked
        assert "gold" in marked
        await read_again(driver, wire, 3)
        assert driver.app.bottom.loader.marked == marked
        with colleague(backend) as other:
            other.note("alice_42", "prefers French")
        await driver.sees("maria: prefers French")
        assert driver.app.bottom.loader.marked > marked
    renewals = wire.of("GET", LOOK_UP)[1:]
    assert all(each.headers.get("if-none-match") for each in renewals)


async def test_it_ends_with_the_same_key(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        await driver.press("v")
        assert "no longer watched" in driver.text
        assert "watched, as of" not in driver.text
        assert not driver.app.bottom.is_watched


@pytest.mark.parametrize("leave", ["esc", "another player"])
async def test_it_ends_where_the_player_is_left(backend: DemoStage, wire: FaultyTransport, leave: str) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        if leave == "esc":
            await driver.press("escape")
            await driver.until(lambda: driver.app.bottom.state.status is LoadStatus.IDLE)
        else:
            driver.app.bottom.open_player("bob_7")
            await driver.looks_at("bob_7")
        assert "watched, as of" not in driver.text
        assert not driver.app.bottom.is_watched


async def test_it_ends_by_itself(backend: DemoStage, wire: FaultyTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        monkeypatch.setattr(player_watch, "LONGEST", 0.0)
        await driver.sees("no longer watched, after 0 min")
        assert not driver.app.bottom.is_watched


async def test_nothing_is_read_while_a_dialog_is_open(backend: DemoStage, wire: FaultyTransport, clock: Clock) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        await driver.press("t")
        await driver.opened(TicketDialog)
        await driver.rest()
        before, looked_at = wire.count("GET", LOOK_UP), clock.looked_at
        await driver.until(lambda: clock.looked_at > looked_at + 2)
        await driver.rest()
        assert wire.count("GET", LOOK_UP) == before
        await driver.press("escape")
        await driver.until(lambda: wire.count("GET", LOOK_UP) > before)


async def test_an_answer_that_fails_is_said_once_and_the_next_one_helps(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        fault = wire.answers("GET", LOOK_UP, 500, "internal_error", "it broke")
        await driver.sees("watched, STALE since")
        assert driver.app.bottom.keys.notice is not None
        await driver.press("j")
        assert driver.app.bottom.keys.notice is None
        await read_again(driver, wire, 3)
        assert driver.app.bottom.keys.notice is None
        fault.mend()
        await driver.sees("watched, as of")
        assert driver.app.bottom.state.status is LoadStatus.READY


async def test_a_refusal_of_the_session_asks_for_another(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await watching(driver, wire)
        wire.answers("GET", LOOK_UP, 401, "session_invalid", "over")
        await driver.sees("New session token")


async def test_an_answer_that_comes_after_a_refresh_is_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        held = wire.holds("GET", LOOK_UP, times=1)
        await driver.press("v")
        await driver.until(held.arrived.is_set)
        with colleague(backend) as other:
            other.credit("alice_42", "gold", 7)
        await driver.press("r")
        await driver.sees("as of")
        await driver.until(lambda: "gold" in driver.app.bottom.loader.marked)
        newest = driver.app.bottom.state.snapshot
        held.let_go()
        await read_again(driver, wire)
        assert driver.app.bottom.state.snapshot is newest
