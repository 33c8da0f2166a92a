"""Keys that come in one burst, as over a slow link: a dialog that is opening obeys none of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.person import Person
from tests.e2e.world import World

pytestmark = pytest.mark.xdist_group("type ahead")


@pytest.fixture
def person(world: World) -> Iterator[Person]:
    with Person(world.console("alice_42"), env=world.env()) as person:
        person.on("alice_42")
        yield person


@pytest.mark.parametrize("key", [".", "R"])
def test_enters_typed_ahead_of_a_dialog_send_nothing(world: World, person: Person, key: str) -> None:
    before = world.player("alice_42")
    person.press(key, *["Enter"] * 6)
    person.wait_for("[ Cancel ]")
    person.answer("ZD-1")  # the dialog stands, listens, and has its first field focused
    person.press("Esc")
    person.wait_until_gone("[ Cancel ]")
    assert world.player("alice_42") == before


def test_a_key_that_repeats_opens_one_dialog(person: Person) -> None:
    person.press("R", "R", "R", "R")
    person.wait_for("[ Cancel ]")
    person.answer("ZD-2")
    person.press("Esc")
    person.wait_until_gone("[ Cancel ]")
    person.press("2")
    person.wait_for("Grants")
    person.dialog("M", "grant")


def test_words_typed_ahead_do_not_land_in_a_field(person: Person) -> None:
    person.press("R", *"yes please")
    person.wait_for("[ Cancel ]")
    person.answer("ZD-3")
    assert "please" not in person.text()


def test_an_id_an_enter_and_a_dialog_in_one_burst_act_on_nobody(world: World, person: Person) -> None:
    before = world.player("bob_7")
    person.press("/", *"bob_7", "Enter", "F", "Enter", "Enter", "Enter")
    person.on("bob_7")
    assert world.player("bob_7") == before
