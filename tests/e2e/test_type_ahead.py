"""Keys that come in one burst, as over a slow link: text goes where it would go, and nothing is confirmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.open_console import OpenConsole
from tests.harness.e2e.user import User

pytestmark = pytest.mark.xdist_group("type ahead")


@pytest.fixture(scope="module")
def shift(world: DemoBackend) -> Iterator[OpenConsole]:
    shift = OpenConsole(lambda: User(world.console("alice_42"), env=world.env("typing ahead")))
    yield shift
    shift.end()


@pytest.fixture
def person(shift: OpenConsole) -> User:
    return shift.on("alice_42")


@pytest.mark.parametrize("key", [".", "R"])
def test_enters_typed_ahead_of_a_dialog_send_nothing(world: DemoBackend, person: User, key: str) -> None:
    before = world.player("alice_42")
    person.press(key, *["Enter"] * 6)
    person.listens("Retry roll")
    person.cancel()
    assert world.player("alice_42") == before


def test_a_key_that_repeats_opens_one_dialog(person: User) -> None:
    person.press("R", "R", "R", "R")
    person.listens("Retry roll")
    person.cancel()
    person.dialog("M", "rant")
    person.cancel()


def test_words_typed_ahead_go_into_the_fields_and_do_not_do_what_their_letters_do(
    world: DemoBackend, shift: OpenConsole
) -> None:
    person = shift.on("alice_42")
    before = world.player("alice_42")
    person.press("R", *"SUP-4416", "Enter", *"yes please", "Enter", "Enter", *"Mary", "Enter")
    person.listens("Retry roll")
    person.wait_for(lambda text: "[ SUP-4416 " in text and "[ yes please " in text)
    person.wait_for(lambda _: person.focused() == "[ Retry roll ]")
    person.cancel()
    assert person.line("[1 Attempts")
    assert world.player("alice_42") == before


def test_a_form_typed_in_one_burst_is_filled_and_sent_only_by_a_separate_enter(
    world: DemoBackend, shift: OpenConsole
) -> None:
    person = shift.on("erin")
    before = world.player("erin")
    person.dialog("C", "Credit")
    person.press(*"gems", "Enter", *"2505", "Backspace", "Enter", *"ZD-9", "Enter", *"typed ahead", "Enter", "Enter")
    person.wait_for("press enter again")
    assert world.player("erin") == before
    person.look()
    person.press("Enter")
    person.wait_for("Credit applied")
    row = world.player("erin")["audit"][0]
    assert (row["action"], row["ticket"], row["reason"]) == ("wallet.credit", "ZD-9", "typed ahead")
