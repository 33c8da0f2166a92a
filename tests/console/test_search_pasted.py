"""Pasted ids and addresses: text around them, from a mail or a chat, is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from kraty_console.console.dialogs.found import FoundDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.widgets.search import suggestions
from kraty_console.contract.players import SearchHit
from tests.console.test_search import look_up
from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SIZE, ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage, stage


@pytest.mark.parametrize(
    "text",
    [
        "<mailto:alice@example.com>",
        "mailto:alice@example.com",
        "mailto:alice_42",
        "<alice_42>",
        "\ufeff«alice_42»",
        '"alice@example.com"',
        "'alice_42'",
        "alice\u200b_42",
        "Al <alice@example.com>",
    ],
)
async def test_text_around_a_pasted_id_or_address_is_ignored(backend: DemoStage, text: str) -> None:
    async with at(backend.app()) as driver:
        await driver.press("slash")
        driver.app.bottom.search.input.value = text
        await driver.press("enter")
        await driver.looks_at("alice_42")


async def test_an_id_in_quotes_is_found_where_nothing_can_search(world: DemoTemplate, tmp_path: Path) -> None:
    with stage(world, tmp_path, only="published") as backend:
        app = backend.app()
        async with app.run_test(size=SIZE) as pilot:
            driver = ConsoleDriver(app, pilot)
            await driver.until(lambda: app.workspace.access is not None)
            await look_up(driver, "«alice_42»")
            await driver.looks_at("alice_42")


TICKET = "From: Al <alice@example.com>\nSubject: gold\n\nMy player id is alice_42.\n-- \nAl"


async def test_a_pasted_ticket_is_kept_whole_on_one_line_and_enter_opens_its_player(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app()) as driver:
        await driver.paste(TICKET)
        search = driver.app.bottom.search
        assert search.text == TICKET
        assert "\n" not in search.input.value
        await driver.sees("▸alice_42 id")
        assert driver.app.bottom.state.status is LoadStatus.IDLE
        await driver.press("enter")
        await driver.looks_at("alice_42")
        await driver.sees("found by id alice_42")
        assert wire.count("GET", "/resolve?") == 1


async def test_a_pasted_text_that_is_edited_is_what_is_seen(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("one\ntwo three")
        await driver.press("backspace")
        assert driver.app.bottom.search.text == "one two thre"


async def test_an_id_of_a_row_opens_its_player_at_the_row(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        snapshot = driver.app.bottom.state.snapshot
        assert snapshot is not None
        grant, attempt = snapshot.grants[-1].id, snapshot.attempts[-1].id
        driver.app.bottom.close_player()
        await look_up(driver, f"the grant {grant.upper()} is lost")
        await driver.looks_at("alice_42")
        assert driver.app.bottom.pane == "grants"
        assert driver.app.bottom.table.row is not None
        assert driver.app.bottom.table.row.id == grant
        await driver.sees("now at grant")
        await look_up(driver, attempt)
        assert driver.app.bottom.pane == "attempts"
        assert driver.app.bottom.table.row.id == attempt


async def test_several_players_of_a_text_are_a_list_with_what_matched(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.press("slash")
        driver.app.bottom.search.input.value = "alice@example.com was beaten by bob_7"
        await driver.press("enter")
        await driver.opened(FoundDialog)
        await driver.sees("Found in the text", "bob_7", "alice_42", "e-mail alice@example.com")
        await driver.press("down", "enter")
        await driver.looks_at("bob_7")


async def test_a_text_of_nobody_lists_what_was_tried_and_enter_opens_no_neighbour(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("hello\nplayer id: alice_43, mail x@y.example")
        await driver.press("enter")
        await driver.sees("Nothing in this text names a player", "alice_43 (a player id)", "x@y.example (an e-mail)")
        await driver.sees("Nearest are", "alice_42")
        assert driver.app.bottom.table.row is None
        await driver.press("enter")
        await driver.rest()
        assert driver.app.bottom.state.status is LoadStatus.MISSING


async def test_a_failed_look_up_of_a_text_is_not_nobody(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/resolve?", 403, "forbidden", "no", details={"permission": "player.read"})
    async with at(backend.app()) as driver:
        await driver.paste("hello\nplayer id: alice_42")
        await driver.press("enter")
        await driver.until(lambda: driver.app.bottom.state.status is LoadStatus.FAILED)
        await driver.sees("Not allowed")


async def test_a_pasted_list_may_be_an_id_as_a_whole(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("line1\nline2\nline3")
        await driver.looks_at("line1\nline2\nline3")


async def test_a_name_is_offered_and_not_opened(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("swift ott")
        await driver.sees("alice_42 name Swift Otter")
        assert "▸" not in driver.text
        await driver.press("enter")
        await driver.rest()
        assert driver.app.bottom.state.status is not LoadStatus.READY


def test_a_suggestion_stays_while_what_it_was_found_by_begins_like_the_text() -> None:
    by_id, by_name, by_email = suggestions(
        [
            SearchHit(external_player_id="grace_hopper", match="prefix"),
            SearchHit(external_player_id="p_77", display_name="Grand Hare", match="name"),
            SearchHit(external_player_id="p_78", email="gra@example.com", match="email"),
        ]
    )
    assert [each.still_fits("GRAN") for each in (by_id, by_name, by_email)] == [False, True, False]
    assert [each.still_fits("grac") for each in (by_id, by_name, by_email)] == [True, False, False]
