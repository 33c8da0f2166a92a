"""Keys that come in one burst, as over a slow link: a dialog that is opening obeys none of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.person import Person
from tests.e2e.shift import Shift
from tests.e2e.world import World

pytestmark = pytest.mark.xdist_group("type ahead")


@pytest.fixture(scope="module")
def shift(world: World) -> Iterator[Shift]:
    shift = Shift(lambda: Person(world.console("alice_42"), env=world.env("typing ahead")))
    yield shift
    shift.end()


@pytest.fixture
def person(shift: Shift) -> Person:
    return shift.on("alice_42")


@pytest.mark.parametrize("key", [".", "R"])
def test_enters_typed_ahead_of_a_dialog_send_nothing(world: World, person: Person, key: str) -> None:
    before = world.player("alice_42")
    person.press(key, *["Enter"] * 6)
    person.listens("Retry roll")
    person.cancel()
    assert world.player("alice_42") == before


def test_a_key_that_repeats_opens_one_dialog(person: Person) -> None:
    person.press("R", "R", "R", "R")
    person.listens("Retry roll")
    person.cancel()
    person.dialog("M", "rant")
    person.cancel()


def test_words_typed_ahead_neither_land_in_a_field_nor_do_what_their_letters_do(person: Person) -> None:
    person.press("R", *"yes please")
    person.listens("Retry roll")
    assert person.focus() == "ticket"
    assert "please" not in person.text()
    person.cancel()
    assert person.line("[1 Attempts")


def test_a_form_typed_in_one_burst_is_filled_field_by_field(world: World, shift: Shift) -> None:
    person = shift.on("erin")
    person.dialog("C", "Credit")
    person.press(*"gems", "Enter", *"2505", "Backspace", "Enter", *"ZD-9", "Enter", *"typed ahead", "Enter", "Enter")
    person.wait_for("Credit applied")
    row = world.player("erin")["audit"][0]
    assert (row["action"], row["ticket"], row["reason"]) == ("wallet.credit", "ZD-9", "typed ahead")
    gems = world.player("erin")["walletLedger"][0]
    assert (gems["economyKey"], gems["delta"]) == ("gems", 250)


def test_a_search_typed_in_one_burst_finds_the_player_and_what_follows_acts_on_nobody(
    world: World, shift: Shift
) -> None:
    person = shift.on("alice_42")
    before = world.player("bob_7")
    person.press("/", *"bob_7", "Enter", "F", "Enter", "Enter", "Enter")
    person.on("bob_7")
    assert world.player("bob_7") == before
    shift.close()  # in the middle of whatever the last of the keys do
