"""Search: suggestions while typing, and which player is opened."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest

from kraty_console.console.dialogs.found import FoundDialog
from kraty_console.console.dialogs.pick import PickDialog
from kraty_console.console.player_state import LoadStatus
from kraty_console.console.screens import player_timers
from kraty_console.domain.pasted_text import read_pasted
from kraty_console.present.safe import safe
from tests.data import load_hostile
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage

SEARCH = "/players?"
RESOLVE = "/resolve?"
BIDI = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


def steering(screen: str) -> set[str]:
    """What of a screen could steer a terminal or deceive the eye."""
    kinds = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
    return {each for each in screen if each != "\n" and (unicodedata.category(each) in kinds or each in BIDI)}


async def look_up(driver: ConsoleDriver, text: str) -> None:
    """Put a text into the field and press enter at once, before anything can be suggested."""
    await driver.press("slash")
    driver.app.bottom.search.input.value = text
    await driver.press("enter")
    await driver.until(
        lambda: driver.app.bottom.state.status in (LoadStatus.READY, LoadStatus.MISSING, LoadStatus.FAILED)
    )
    await driver.rest()


async def test_suggestions_are_requested_after_a_pause_in_typing(
    backend: DemoStage, wire: FaultyTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_timers, "DEBOUNCE", 3600.0)  # these keys never rest by themselves
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        rest = driver.app.bottom._debounce
        assert rest is not None
        assert wire.count("GET", SEARCH) == 0
        rest._callback()
        await driver.sees("2 matches", " alice_42", "alice_420")
        assert wire.count("GET", SEARCH) == 1


async def test_suggestions_appear_while_typing_and_enter_opens_the_selected_one(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_42")
        await driver.sees("2 matches", "▸alice_42", "alice_420")
        await driver.press("enter")
        await driver.looks_at("alice_42")
        await driver.sees("Swift Otter", "roll failed")
        assert driver.app.bottom.search.input.value == ""
        assert driver.app.bottom.table.has_focus


async def test_an_enter_that_the_terminal_turned_into_a_line_feed_is_an_enter(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("bob_7")
        await driver.press("ctrl+j")
        await driver.looks_at("bob_7")


async def test_down_and_up_cycle_through_the_suggestions(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        await driver.sees("2 matches")
        assert "▸" not in driver.text
        await driver.press("down")
        await driver.sees("▸alice_42 ")
        await driver.press("down")
        await driver.sees("▸alice_420")
        await driver.press("down")
        await driver.sees("▸alice_42 ")
        await driver.press("up", "enter")
        await driver.looks_at("alice_420")


async def test_matching_suggestions_stay_visible_while_waiting_and_enter_uses_the_text(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        await driver.sees(" alice_42 ", "alice_420")
        await driver.press("down")
        await driver.sees("▸alice_42 ")
        late = wire.holds("GET", SEARCH)
        await driver.type("2")
        await driver.sees(" alice_42 ", "alice_420")
        assert "▸alice" not in driver.text
        await driver.type("0")
        await driver.sees("1 match ", " alice_420")
        await driver.press("backspace", "enter")
        await driver.looks_at("alice_42")
        late.let_go()


async def test_the_answer_to_an_older_text_is_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", "query=bob")
    async with at(backend.app()) as driver:
        await driver.type("bob")
        await driver.until(late.arrived.is_set)
        driver.app.bottom.search.input.value = "alice_4"
        await driver.sees("2 matches   alice_42")
        late.let_go()
        await driver.rest()
        assert "2 matches   alice_42" in driver.text
        assert "bob" not in driver.text


async def test_enter_before_the_answer_opens_the_text_itself(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", "query=bo&")
    async with at(backend.app()) as driver:
        await driver.type("bo")
        await driver.until(late.arrived.is_set)
        await driver.type("b_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        late.let_go()


async def test_a_slash_in_the_empty_field_is_the_key_and_a_second_one_is_text(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        field = driver.app.bottom.search.input
        await driver.press("slash")
        assert field.value == ""
        await driver.press("slash")
        assert field.value == "/"
        await driver.type("a/b")
        assert field.value == "/a/b"


async def test_an_email_finds_its_player(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice@example.com")
        await driver.sees("▸alice_42 alice@example.com")
        await driver.press("enter")
        await driver.looks_at("alice_42")


async def test_an_email_in_other_capitals_finds_its_player_without_suggestions(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await look_up(driver, "  Alice@Example.COM ")
        assert driver.app.bottom.state.player == "alice_42"


async def test_an_id_of_one_character_opens_that_player(backend: DemoStage) -> None:
    with sqlite3.connect(backend.file) as database:
        database.execute("UPDATE players SET external_player_id = 'z' WHERE external_player_id = 'ivy'")
    database.close()
    async with at(backend.app()) as driver:
        await driver.type("z")
        await driver.sees("1 match", "▸z")
        await driver.press("enter")
        await driver.looks_at("z")
        await driver.sees("Lucky Lynx")


async def test_typing_reports_no_match_and_enter_offers_the_nearest(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_99")
        await driver.sees("no player begins like this")
        await driver.press("enter")
        await driver.sees("No player is called alice_99: nearest are", "alice_42")
        assert driver.app.bottom.table.row is None, "enter opens no neighbour"
        await driver.press("enter")
        await driver.rest()
        assert driver.app.bottom.state.status is LoadStatus.MISSING
        await driver.press("down", "enter")
        await driver.looks_at("alice_42")


async def test_the_most_similar_id_is_first_and_none_is_selected(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await look_up(driver, "alcie_42")
        assert driver.app.bottom.state.nearest[0] == "alice_42"
        await look_up(driver, "graec_hopper")
        assert driver.app.bottom.state.nearest[0] == "grace_hopper"
        assert driver.app.bottom.table.row is None


async def test_enter_in_the_empty_field_opens_the_player_under_the_cursor(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("slash", "enter")
        assert driver.app.bottom.table.has_focus
        await driver.press("escape", "slash", "enter")
        await driver.looks_at("bob_7")


async def test_a_search_without_similar_ids_says_so(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await look_up(driver, "%%%%")
        await driver.sees("No player is called %%%%", "Nothing begins like it either")


async def test_the_first_pasted_id_is_opened_and_the_rest_are_queued_under_p(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("bob_7\n  erin \n\ncarol_ng\nbob_7\n")
        await driver.looks_at("bob_7")
        await driver.press("p")
        await driver.opened(PickDialog)
        await driver.sees("bob_7", "erin", "carol_ng")
        assert [row.id for row in driver.app.screen.rows] == ["erin", "carol_ng", "bob_7"]
        await driver.press("enter")  # the player after the open one
        await driver.looks_at("erin")


async def test_ids_pasted_in_one_line_are_taken_apart_at_commas(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("bob_7, erin,carol_ng")
        await driver.looks_at("bob_7")
        assert (driver.app.workspace.players.waiting, driver.app.workspace.players.recent) == (
            ["erin", "carol_ng"],
            ["bob_7"],
        )


async def test_only_players_that_were_found_are_recent(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("nobody_1\nerin\nnobody_2")
        await driver.sees("No player is called nobody_1")
        await driver.rest()
        await driver.press("p")
        await driver.opened(PickDialog)
        assert [row.id for row in driver.app.screen.rows] == ["erin", "nobody_2"]
        await driver.sees("pasted, not opened yet")
        await driver.press("enter")
        await driver.looks_at("erin")
        assert (driver.app.workspace.players.waiting, driver.app.workspace.players.recent) == (["nobody_2"], ["erin"])


async def test_a_single_pasted_id_waits_for_enter(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.paste("bob_7")
        await driver.sees("▸bob_7")
        assert driver.app.bottom.state.status is LoadStatus.IDLE


async def test_recent_players_outlive_the_console(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
    async with at(backend.app()) as driver:
        await driver.sees("Players opened before", "bob_7")


async def test_a_damaged_list_of_recent_players_is_forgotten(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
    (file,) = (backend.folder / "state").glob("recent-*.json")
    file.write_text('{"half a', encoding="utf-8")
    async with at(backend.app(player="erin")) as driver:
        await driver.looks_at("erin")
        assert driver.app.workspace.players.recent == ["erin"]


async def test_the_late_answer_of_an_older_look_up_is_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", "/players/bob_7")
    async with at(backend.app()) as driver:
        driver.app.bottom.open_player("bob_7")
        await driver.until(late.arrived.is_set)
        driver.app.bottom.open_player("erin")
        await driver.looks_at("erin")
        late.let_go()
        await driver.rest()
        assert driver.app.bottom.state.player == "erin"
        assert "Velvet Fox" in driver.text
        assert "Brave Badger" not in driver.text


async def test_a_merged_guest_leads_to_the_player_it_became(backend: DemoStage) -> None:
    with sqlite3.connect(backend.file) as database:
        database.execute(
            "INSERT INTO player_aliases (studio_id, game_id, environment, external_player_id, player_id, created_at) "
            "SELECT studio_id, game_id, environment, 'guest_of_old', player_id, created_at FROM players "
            "WHERE external_player_id = 'auth_user_42' AND environment = 'live'"
        )
    database.close()
    async with at(backend.app()) as driver:
        await look_up(driver, "guest_of_old")
        assert driver.app.bottom.state.player == "auth_user_42"
        await driver.sees("guest_of_old was merged into this player")


async def test_escape_leaves_the_field_and_loses_nothing(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("slash")
        await driver.type("bo")
        await driver.press("escape")
        assert driver.app.bottom.table.has_focus
        assert driver.app.bottom.state.player == "alice_42"
        assert driver.app.bottom.search.input.value == "bo"
        await driver.press("slash")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")


async def test_keys_of_the_panes_are_text_in_the_field(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("slash")
        await driver.type("q1FRMCB.?:")
        assert driver.app.bottom.search.input.value == "q1FRMCB.?:"
        assert driver.app.screen is driver.app.bottom
        assert driver.app.bottom.pane == "attempts"
        await driver.press("home", "delete")
        assert driver.app.bottom.search.input.value == "1FRMCB.?:"


HOSTILE = [each for each in load_hostile() if each.can_be_text and each.value and "\0" not in each.value]


@pytest.mark.parametrize("part", range(4))
async def test_an_id_of_any_kind_finds_exactly_that_player_or_none(backend: DemoStage, part: int) -> None:
    """Ids of the demo world are found; others are reported missing, with any content."""
    known = {"victim/ban", "..", "a/b", "a" + "\u0301" * 200, "line1\nline2\nline3", "ali\u200bce", "user\u202enimda"}
    async with at(backend.app()) as driver:
        screen = driver.app.bottom
        for each in HOSTILE[part::4]:
            before = screen.state.player
            screen.search.clear()
            screen.open_player(each.value, typed=True)
            await driver.until(lambda: screen.state.status in (LoadStatus.READY, LoadStatus.MISSING, LoadStatus.FAILED))
            if isinstance(driver.app.screen, FoundDialog):  # offered, and nobody was opened
                driver.app.screen.dismiss(None)
                await driver.until(lambda: driver.app.screen is screen)
            elif screen.search.text:  # the same, in the search line
                assert (screen.state.player, each.value in known) == (before, False), each.name
            elif screen.state.status is LoadStatus.READY and screen.state.player != each.value:
                assert screen.state.player in [one.text for one in read_pasted(each.value).candidates], each.name
                told = f"this is {safe(screen.state.player)}" in driver.text or "found by " in driver.text
                assert told or screen.state.player == before, each.name  # it is said, unless nothing changes
            elif screen.state.status is LoadStatus.READY:
                assert screen.state.player == each.value, each.name
            elif each.value in known:
                raise AssertionError(f"{each.name} is a player and was not found: {screen.state.error}")
            assert not steering(driver.text), each.name


async def test_the_hostile_players_of_the_world_are_found(backend: DemoStage) -> None:
    names = ("victim/ban", "..", "a/b", "line1\nline2\nline3", "a" + "\u0301" * 200, "[@click=app.quit]lobby[/]")
    async with at(backend.app()) as driver:
        for name in names:
            driver.app.bottom.open_player(name, typed=True)
            await driver.looks_at(name)
            await driver.press("1", "2", "3", "4", "5", "6")


async def test_hits_that_cannot_be_read_are_not_taken_for_none(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", SEARCH, 200, data={"players": [{"externalPlayerId": 7}, "?"]})
    wire.answers("GET", RESOLVE, 200, data={"matches": []})
    async with at(backend.app()) as driver:
        await driver.type("zoe")
        await driver.sees("2 players that fit could not be read")
        await driver.press("enter")
        await driver.until(lambda: driver.app.bottom.state.status is LoadStatus.MISSING)
        await driver.rest()
        await driver.sees("2 players that fit could not be read.", "Check the id")
        assert "begins like" not in driver.text


async def test_the_nearest_are_offered_as_far_as_they_could_be_read(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", SEARCH, 200, data={"players": [{"externalPlayerId": "zoe_1", "match": "prefix"}, "?"]})
    wire.answers("GET", "query=zoe_2&", 200, data={"players": []})
    wire.answers("GET", RESOLVE, 404, "no_route", "no such route")
    async with at(backend.app()) as driver:
        await look_up(driver, "zoe_2")
        await driver.sees("nearest of those that could be read are", "zoe_1")


async def test_an_email_of_an_unreadable_player_is_not_reported_as_unknown(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.answers("GET", SEARCH, 200, data={"players": []})
    wire.answers("GET", SEARCH, 200, data={"players": ["?"]}, times=2)
    async with at(backend.app()) as driver:
        await look_up(driver, "a@b.example")
        await driver.sees("No player is called a@b.example", "1 player that fits could not be read.", "Check the id")
        assert "begins like" not in driver.text


async def test_a_failed_search_shows_no_similar_ids(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", RESOLVE, 403, "forbidden", "no", details={"permission": "player.read"})
    async with at(backend.app()) as driver:
        await look_up(driver, "zoe_2")
        await driver.sees("Others could not be looked for: Not allowed: needs player.read")
        assert "begins like" not in driver.text
