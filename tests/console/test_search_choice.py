"""Enter in the search line opens the player that the text means, whether suggestions have arrived or not."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import pytest

from kraty_console.console.player_state import LoadStatus
from kraty_console.console.screens import player_timers
from kraty_console.console.widgets.search import SuggestionLine
from tests.harness.console.driver import ConsoleDriver, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage

SEARCH = "/players?"


@dataclass(frozen=True)
class Outcome:
    """What a person has before them in the end."""

    player: str
    status: LoadStatus
    typed: str
    offered: str
    in_the_field: bool
    told: str


def outcome(driver: ConsoleDriver) -> Outcome:
    screen = driver.app.bottom
    line = screen.query_one(SuggestionLine)
    offered = "".join(text for spans in line.build(0, 0) for text, _ in spans)
    notice = screen.keys.notice
    return Outcome(
        screen.state.player,
        screen.state.status,
        screen.search.text,
        offered,
        screen.search.input.has_focus,
        notice.text if notice is not None else "",
    )


def add_guest(backend: DemoStage) -> None:
    """A guest who became a player."""
    with sqlite3.connect(backend.file) as database:
        database.execute(
            "INSERT INTO player_aliases (studio_id, game_id, environment, external_player_id, player_id, created_at) "
            "SELECT studio_id, game_id, environment, 'guest_of_old', player_id, created_at FROM players "
            "WHERE external_player_id = 'erin' AND environment = 'live'"
        )
    database.close()


async def found_by(
    backend: DemoStage,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    keys: tuple[str, ...],
    *,
    offered: bool,
    at_first: str,
) -> Outcome:
    """Type a text and press keys: once its offers have come, or before."""
    monkeypatch.setattr(player_timers, "DEBOUNCE", 0.001 if offered else 3600.0)
    async with at(backend.app(player=at_first or None)) as driver:
        if at_first:
            await driver.looks_at(at_first)
        await driver.press("slash")
        await driver.type(text)
        if offered:
            await driver.until(lambda: outcome(driver).offered != "")
            await driver.rest()
            assert outcome(driver).offered
        await driver.press(*keys)
        await driver.rest()
        return outcome(driver)


@pytest.mark.parametrize("at_first", ["", "bob_7"])
@pytest.mark.parametrize(
    ("text", "keys", "player"),
    [
        ("alice_42", ("enter",), "alice_42"),  # an id, though others begin like it
        ("alice_42", ("down", "enter"), "alice_420"),  # from the one that is meant to the next
        ("grace", ("enter",), "grace_hopper"),  # the only one that fits
        ("alice@example.com", ("enter",), "alice_42"),
        ("ALICE@example.com", ("down", "enter"), "alice_42"),
        ("<alice_42>", ("enter",), "alice_42"),
        ("guest_of_old", ("enter",), "erin"),
        ("alice_4", ("down", "enter"), "alice_42"),
        ("alice_4", ("down", "down", "enter"), "alice_420"),
        ("alice_4", ("up", "enter"), "alice_420"),
        ("zz_nobody", ("enter",), "zz_nobody"),
        ("zz_nobody", ("down", "enter"), "zz_nobody"),
        ("alice@exam", ("enter",), "alice@exam"),
        ("alice_4", ("enter",), ""),  # several: one of them has to be chosen
        ("al", ("enter",), ""),
    ],
)
async def test_enter_opens_the_same_player_before_and_after_suggestions_arrive(
    backend: DemoStage, monkeypatch: pytest.MonkeyPatch, text: str, keys: tuple[str, ...], player: str, at_first: str
) -> None:
    add_guest(backend)
    late = await found_by(backend, monkeypatch, text, keys, offered=True, at_first=at_first)
    early = await found_by(backend, monkeypatch, text, keys, offered=False, at_first=at_first)
    assert early == late
    assert early.player == (player or at_first)
    if not player:
        assert early.in_the_field
        assert early.typed == text
        assert "▸" not in early.offered
        assert f"players fit {text}: ↓ chooses one" in early.told


async def test_after_several_were_found_one_is_chosen_and_opened(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        await driver.press("slash")
        for key in (*"alice_4", "enter"):
            driver.send(key)
        await driver.sees("2 players fit alice_4: ↓ chooses one, enter opens it", "Brave Badger", " alice_42 ")
        await driver.press("enter")
        assert driver.app.bottom.state.player == "bob_7"
        await driver.press("down")
        await driver.sees("▸alice_42 ")
        await driver.press("enter")
        await driver.looks_at("alice_42")
        assert driver.app.bottom.search.text == ""


async def test_while_several_are_looked_for_the_ticket_and_drafts_of_the_player_stay(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        kept = driver.app.workspace.drafts = dict(driver.app.workspace.drafts)
        driver.app.bottom.table_state.filter = "race"
        await driver.press("slash")
        for key in (*"alice_4", "enter"):
            driver.send(key)
        await driver.sees("2 players fit alice_4")
        assert driver.app.workspace.drafts is kept
        assert driver.app.bottom.table_state.filter == "race"
        await driver.press("down", "enter")
        await driver.looks_at("alice_42")
        assert driver.app.bottom.table_state.filter == ""


async def test_a_cancelled_look_up_keeps_the_previous_player_on_screen(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    held = wire.holds("GET", "/players/erin")
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
        driver.app.bottom.open_player("erin")
        await driver.sees("Looking up erin")
        await driver.press("escape")
        await driver.sees("Brave Badger")
        assert driver.app.bottom.state.player == "bob_7"
        held.let_go()


async def test_a_suggestion_chosen_before_it_arrives_is_selected(backend: DemoStage, wire: FaultyTransport) -> None:
    late = wire.holds("GET", SEARCH)
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        await driver.until(late.arrived.is_set)
        await driver.press("down", "down")
        assert driver.app.bottom.search.input.has_focus
        late.let_go()
        await driver.sees("▸alice_420")
        await driver.press("enter")
        await driver.looks_at("alice_420")


async def test_another_letter_forgets_what_was_chosen(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice_4")
        await driver.sees("2 matches")
        await driver.press("down")
        await driver.sees("▸alice_42 ")
        await driver.press("backspace")
        await driver.until(lambda: "▸" not in driver.text)
        await driver.sees("matches")
        assert "▸" not in driver.text


async def test_enter_looks_up_the_text_first_if_some_hits_are_unreadable(
    backend: DemoStage, wire: FaultyTransport
) -> None:
    wire.answers("GET", SEARCH, 200, data={"players": [{"externalPlayerId": "bob_77", "match": "prefix"}, "?"]})
    async with at(backend.app()) as driver:
        await driver.type("bob_7")
        await driver.sees("1 match")
        assert "▸" not in driver.text
        await driver.press("enter")
        await driver.looks_at("bob_7")


async def test_two_players_of_one_email_are_both_offered(backend: DemoStage, wire: FaultyTransport) -> None:
    both = [{"externalPlayerId": each, "email": "a@b.example", "match": "email"} for each in ("bob_7", "erin")]
    wire.answers("GET", SEARCH, 200, data={"players": both})
    async with at(backend.app()) as driver:
        await driver.type("a@b.example")
        await driver.press("enter")
        await driver.sees("2 players fit a@b.example", "bob_7", "erin")
        await driver.press("up", "enter")
        await driver.looks_at("erin")


async def test_an_incomplete_email_gets_a_hint(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        await driver.type("alice@ex")
        await driver.sees("no player has this e-mail; type all of it")
        await driver.press("enter")
        await driver.sees("No player is called alice@ex", "An e-mail is found only when all of it is typed.")


async def test_a_player_named_at_launch_that_fits_several_is_offered(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_4")) as driver:
        await driver.sees("2 players fit alice_4", "alice_420")
        assert driver.app.bottom.search.input.has_focus
        await driver.press("down", "enter")
        await driver.looks_at("alice_42")


async def test_down_in_the_empty_field_takes_the_first_recent_player(backend: DemoStage) -> None:
    async with at(backend.app(player="bob_7")) as driver:
        await driver.looks_at("bob_7")
    async with at(backend.app()) as driver:
        await driver.press("down", "enter")
        await driver.looks_at("bob_7")
