"""What of the screen is sent, and how it is painted again after something else was on the terminal."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest

from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.user import User
from tests.harness.terminal.audit import assert_clean

AGE = re.compile(r"\d+(?=[smhd] ago)")

pytestmark = pytest.mark.xdist_group("painting")


@pytest.fixture(scope="module")
def person(world: DemoBackend) -> Iterator[User]:
    with User(world.console("alice_42"), env=world.env("painting")) as person:
        person.on("alice_42")
        yield person


def below_the_heading(person: User) -> list[str]:
    """The screen without what the clock changes: its first line, and the numbers of ages."""
    return [AGE.sub("#", line) for line in person.text().splitlines()[1:]]


def drawn(person: User) -> list[str]:
    """The screen of the player, as soon as all of it is there."""
    person.wait_for(
        lambda text: all(part in text for part in ("Next step", "press .", "? keys", "no grants are linked"))
    )
    return below_the_heading(person)


def test_ctrl_l_repaints_what_another_program_overwrote(person: User) -> None:
    before = drawn(person)
    person.emulator.receive(b"\x1b[5;1HBroadcast message from root: reboot at noon\x1b[H\x1b[K")
    assert "Broadcast" in person.text()
    person.press("C-l")
    person.wait_for(lambda _: below_the_heading(person) == before)


def test_after_a_stop_and_on_all_is_painted_again(person: User) -> None:
    before = drawn(person)
    person.signal(signal.SIGSTOP)
    person.emulator.receive(b"\x1b[2J\x1b[H$ fg")
    person.signal(signal.SIGCONT)
    person.press("C-l")
    person.wait_for(lambda _: below_the_heading(person) == before)


def test_a_pane_costs_less_than_half_of_what_painting_left_to_textual_sends(world: DemoBackend) -> None:
    env = world.env("cells") | {"KRATY_PLAIN_PAINT": "no"}
    with (
        User(world.console("alice_42"), env=env) as person,
        User(world.console("--plain-paint", "alice_42"), env=world.env("plain")) as plain,
    ):
        for each in (person, plain):
            each.on("alice_42")
            drawn(each)
        assert below_the_heading(plain) == below_the_heading(person)
        seen = [len(each.sent) for each in (person, plain)]
        for each in (person, plain):
            each.pane("2", "FROM")
            each.wait_for("F claim")
        ours, textuals = (len(each.sent) - before for each, before in zip((person, plain), seen, strict=True))
        assert ours * 2 < textuals
        assert below_the_heading(plain) == below_the_heading(person)
        plain.quit()
        assert_clean(plain.sent)
