"""The Timeline pane: loaded when it is looked at, page by page; its filter; the way to cause and effect and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.contract.limits import DEFAULT_LIMIT, MAX_LIMIT
from tests.harness.console.colleague import colleague
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SMALL, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, stage
from tests.harness.console.timeline_pane import filters, looks_at_timeline, row_id, shown, timeline

ROUTE = "/timeline"


# -- loading -----------------------------------------------------------------------------------------------------


async def test_nothing_is_requested_before_the_pane_is_looked_at_and_once_then(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("2", "6", "r")
        await driver.rest()
        assert wire.count("GET", ROUTE) == 0
        assert driver.app.bottom.state.timeline is None
        assert "timeline" not in driver.app.bottom.__dict__
        await driver.press("7")
        await driver.rest()
        assert len(shown(driver)) == 34
        assert "1 of 34" in driver.text
        await driver.press("1", "7", "G", "g")
        await driver.rest()
        assert wire.count("GET", ROUTE) == 1
        await driver.press("slash")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        assert driver.app.bottom.state.timeline is None
        assert wire.count("GET", ROUTE) == 1


async def test_pages_load_while_one_scrolls_and_keys_are_answered_meanwhile(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        assert len(shown(driver)) == DEFAULT_LIMIT
        hold = wire.holds("GET", ROUTE)
        await driver.press("G")
        last = row_id(driver)
        await driver.until(hold.arrived.is_set)
        assert "older ones loading" in driver.text
        await driver.press("k", "k", "j", "j")
        assert row_id(driver) == last
        assert len(shown(driver)) == DEFAULT_LIMIT
        assert wire.count("GET", ROUTE) == 2
        hold.let_go()
        await driver.rest()
        assert row_id(driver) == last
        assert len(shown(driver)) == DEFAULT_LIMIT + MAX_LIMIT
        assert f"{DEFAULT_LIMIT} of {DEFAULT_LIMIT + MAX_LIMIT} loaded" in driver.text
        times = [row.at for row in timeline(driver).rows if row.at is not None]
        assert times == sorted(times, reverse=True)
        assert len({row.id for row in timeline(driver).rows}) == DEFAULT_LIMIT + MAX_LIMIT


async def test_a_page_that_does_not_come_is_told_and_requested_again_with_u(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        fault = wire.answers("GET", ROUTE, 403, "forbidden", "not you")
        await driver.press("G")
        await driver.rest()
        assert len(shown(driver)) == DEFAULT_LIMIT
        await driver.press("k")
        assert "older ones could not be loaded" in driver.text
        fault.mend()
        await driver.press("u")
        await driver.rest()
        assert len(shown(driver)) == DEFAULT_LIMIT + MAX_LIMIT


async def test_a_refresh_reads_down_to_the_cursor_again_and_stays_on_its_row(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        await driver.press("G")
        await driver.rest()
        await driver.press("pagedown", "pagedown")
        here = row_id(driver)
        requests = wire.count("GET", ROUTE)
        with colleague(backend) as other:
            other.credit("heavy_user", "gold", 5)
            await driver.press("r")
            await driver.rest()
            assert row_id(driver) == here
            assert shown(driver)[:2] == ["audit", "wallet"]
            assert wire.count("GET", ROUTE) == requests + 1
            await driver.press("1")
            other.credit("heavy_user", "gold", 7)
        await driver.press("r")
        await driver.rest()
        assert wire.count("GET", ROUTE) == requests + 1
        await driver.press("7")
        await driver.rest()
        assert wire.count("GET", ROUTE) == requests + 2
        assert shown(driver)[:4] == ["audit", "wallet", "audit", "wallet"]


async def test_late_pages_of_a_player_who_was_left_are_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        hold = wire.holds("GET", ROUTE, times=1)
        await driver.press("7")
        await driver.until(hold.arrived.is_set)
        assert "Loading the timeline." in driver.text
        await driver.press("escape", "slash")
        await driver.type("bob_7")
        await driver.press("enter")
        hold.let_go()
        await driver.looks_at("bob_7")
        await driver.press("7")
        await driver.rest()
        assert len(shown(driver)) == 11


@pytest.fixture
def reduced(world: DemoTemplate, tmp_path: Path, wire: FaultyTransport) -> Iterator[DemoStage]:
    with stage(world, tmp_path, wrap=wire.around, only="published") as running:
        yield running
        wire.let_all_go()


async def test_a_backend_without_the_route_says_so_in_the_pane_and_the_rest_works(
    reduced: DemoStage, wire: FaultyTransport
) -> None:
    async with at(reduced.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("7", "j", "G", "enter", "u", "f")
        await driver.opened(FilterDialog)
        await driver.type("kind:grant")
        await driver.press("enter")
        await driver.rest()
        await driver.press("escape")
        await driver.rest()
        assert "This Kraty has no route GET …/timeline." in driver.text
        assert wire.count("GET", ROUTE) <= 1
        await driver.press("2")
        assert driver.app.bottom.table.row is not None


# -- the filter --------------------------------------------------------------------------------------------------


async def test_a_filter_by_kind_covers_all_events_and_one_by_text_says_what_it_covers(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="heavy_user")) as driver:
        await looks_at_timeline(driver, "heavy_user")
        assert "item" not in shown(driver)
        await filters(driver, "kind:ite")
        assert set(shown(driver)) == {"item"}
        assert len(shown(driver)) == DEFAULT_LIMIT
        assert "only item, of all" in driver.text
        assert "kinds=item" in wire.of("GET", ROUTE)[-1].target
        await filters(driver, "kind:item potion")
        assert f"only rows with potion, of {DEFAULT_LIMIT} loaded" in driver.text
        assert 0 < len(shown(driver)) < DEFAULT_LIMIT
        await driver.press("s")
        await driver.press("k")
        assert f"only item, of all · only rows with potion, sorted, of {DEFAULT_LIMIT} loaded" in driver.text
        await driver.press("escape")
        await driver.rest()
        assert "item" not in shown(driver)
        assert driver.app.bottom.state.player == "heavy_user"


async def test_the_filter_narrows_while_one_types_and_is_undone_by_esc(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="alice_42"), SMALL) as driver:
        await looks_at_timeline(driver, "alice_42")
        await driver.press("f")
        await driver.opened(FilterDialog)
        await driver.type("kind:gr")
        assert set(shown(driver)) == {"grant"}
        assert "11 left" in driver.text
        await driver.type(",x")
        assert "no kind begins with x" in driver.text
        await driver.press("escape")
        await driver.closed()
        assert len(shown(driver)) == 34
        assert wire.count("GET", ROUTE) == 1
        await filters(driver, "kind:grant")  # everything is loaded: nothing is requested
        assert "only grant, of all" in driver.text
        assert wire.count("GET", ROUTE) == 1


async def test_times_without_contact_are_shown_where_rows_are_in_their_order(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await looks_at_timeline(driver, "alice_42")
        assert "no contact for 4 days" in driver.text
        await filters(driver, "kind:wallet")
        assert "nothing of these kinds for 11 days" in driver.text
        await filters(driver, "kind:wallet gold")
        assert " for 11 days" not in driver.text
