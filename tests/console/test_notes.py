"""Notes of colleagues: the newest in the profile, all of them in a dialog, and a new one from the console."""

from __future__ import annotations

from kraty_console.console.dialogs.action import ActionDialog
from kraty_console.console.dialogs.notes import NotesDialog
from tests.harness.console.colleague import colleague
from tests.harness.console.dialogs import confirm, done, put, shows_words
from tests.harness.console.driver import SMALL, at
from tests.harness.console.faulty_transport import FaultyTransport
from tests.harness.console.stage import DemoStage


async def test_the_newest_note_is_in_the_profile(backend: DemoStage) -> None:
    with colleague(backend) as other:
        other.note("alice_42", "asked twice already, be quick")
        other.note("alice_42", "prefers French")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.sees("maria: prefers French")
        assert "be quick" not in driver.text
    async with at(backend.app(player="alice_42"), SMALL) as driver:
        await driver.sees("maria: prefers French")


async def test_a_note_is_written_and_read_by_keys_alone(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("N")
        await driver.opened(ActionDialog)
        await driver.type("ZD-7")
        await driver.press("enter")
        await driver.type("prefers French")
        await driver.press("enter")
        await driver.sees("everyone who may look the player up reads it")
        await driver.press("enter")
        await done(driver)
        assert "Add note applied: prefers French" in driver.text
        await driver.sees("now maria: prefers French")
        await driver.press("i")
        await driver.opened(NotesDialog)
        await driver.sees("maria@brightburrow.example · ZD-7", "  prefers French")
    (sent,) = wire.changes
    assert {name: sent.body[name] for name in sent.body if name != "idempotencyKey"} == {
        "text": "prefers French",
        "ticket": "ZD-7",
    }
    with colleague(backend) as other:
        assert [note["text"] for note in other.notes("alice_42")] == ["prefers French"]
        assert other.audit("alice_42")[0]["action"] == "player.note"


async def test_an_empty_note_is_not_sent(backend: DemoStage, wire: FaultyTransport) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("N")
        await driver.opened(ActionDialog)
        await put(driver, text="   ")
        await confirm(driver)
        await driver.sees("note is needed")
    assert not wire.changes


async def test_all_notes_are_read_to_the_last_page(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        for number in range(205):
            other.note("alice_42", f"call number {number}")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("i")
        await driver.opened(NotesDialog)
        await driver.sees("call number 204")
        await driver.press("end")
        await driver.sees("call number 0")
    pages = [each for each in wire.asked if "/notes" in each.target and "limit=200" in each.target]
    assert len(pages) == 2


async def test_a_player_without_notes(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("i")
        await driver.opened(NotesDialog)
        await driver.sees("There are no notes on this player.")


async def test_notes_that_cannot_be_read_are_not_taken_for_none(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        other.note("alice_42", "prefers French")
    wire.answers("GET", "/notes", 403, "forbidden", "not for you")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.sees("notes could not be read")
        await driver.press("i")
        await driver.sees("403 forbidden")
        assert driver.app.screen is driver.app.bottom
        assert "no notes" not in driver.text


async def test_a_stale_answer_of_another_player_is_dropped(backend: DemoStage, wire: FaultyTransport) -> None:
    with colleague(backend) as other:
        other.note("alice_42", "prefers French")
    held = wire.holds("GET", "/alice_42/notes")
    async with at(backend.app()) as driver:
        driver.app.bottom.open_player("alice_42")
        await driver.until(held.arrived.is_set)
        driver.app.bottom.open_player("bob_7")
        await driver.looks_at("bob_7")
        held.let_go()
        await driver.rest()
        assert "prefers French" not in driver.text


async def test_a_backend_without_notes_is_told(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("POST", "/notes", 404, "not_found", "There is no such route")
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("N")
        await driver.opened(ActionDialog)
        await put(driver, text="prefers French")
        await confirm(driver)
        await shows_words(driver, "no route POST …/notes")


async def test_an_unreadable_note_is_not_taken_for_none(backend: DemoStage, wire: FaultyTransport) -> None:
    wire.answers("GET", "/notes", 200, data={"rows": [{"text": "without an id"}], "nextCursor": None})
    async with at(backend.app(player="alice_42")) as driver:
        await driver.sees("notes could not be read")
        await driver.press("i")
        await driver.opened(NotesDialog)
        await driver.sees("1 note could not be read")
        assert "There are no notes" not in driver.text
