"""However the console ends, the terminal is as it was, and the exit code says why (console/README.md#ending)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.user import User
from tests.harness.terminal.audit import assert_clean

pytestmark = pytest.mark.xdist_group("ending")
_AT_ONCE = 1.0
"""Seconds in which a program whose terminal is gone has ended (console/README.md#ending)."""
_TRIES = 12
"""So often at most: the machine may be busy with other things, but not every time."""


@pytest.fixture
def person(world: DemoBackend) -> Iterator[User]:
    with User(world.console("grace_hopper"), env=world.env("ending")) as person:
        person.on("grace_hopper")
        yield person


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda person: person.press("q", "q"), 0),
        (lambda person: person.press("C-c", "C-c"), 0),
        (lambda person: person.signal(signal.SIGTERM), 143),
        (lambda person: person.signal(signal.SIGHUP), 129),
        (lambda person: person.signal(signal.SIGINT), 130),
    ],
    ids=["q", "ctrl+c twice", "SIGTERM", "SIGHUP", "SIGINT"],
)
def test_the_terminal_is_as_it_was_and_the_code_says_why(person: User, end: Callable[[User], None], code: int) -> None:
    end(person)
    assert person.wait_exit() == code
    assert person.left_as_found() == []
    assert_clean(person.sent)


def test_ctrl_z_gives_the_terminal_back_and_the_screen_comes_again(person: User) -> None:
    person.wait_for("Nothing is wrong")
    person.press("C-z")
    person.wait_for(lambda _: person.left_as_found() == [])  # read on, or it waits with what it still has to say
    _, status = os.waitpid(person.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    person.signal(signal.SIGCONT)
    person.wait_for(lambda text: person.emulator.full_screen and "Nothing is wrong" in text)
    person.pane("2", "CONTENTS")
    before = person.text()
    person.press("Down")
    person.wait_for(lambda text: text != before)
    person.quit()


def test_an_unwritable_state_folder_does_not_prevent_look_ups(world: DemoBackend) -> None:
    env = world.env("nowhere") | {"KRATY_STATE": str(world.folder / ("x" * 300))}
    with User(world.console("bob_7"), env=env) as person:
        person.on("bob_7")
        person.find("alice_42")
        person.quit()


def test_one_ctrl_c_quits_nothing(person: User) -> None:
    person.press("C-c")
    person.wait_for("ctrl+c again quits")
    person.press("j")
    person.wait_until_gone("ctrl+c again quits")
    person.quit()


IGNORING = ("/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "wrapper")


@pytest.mark.parametrize(
    ("wrapper", "flags"),
    [((), ()), (IGNORING, ()), ((), ("--mouse",))],
    ids=["hang-up", "hang-up ignored by a wrapper", "mouse taken"],
)
def test_a_vanished_terminal_ends_it_within_a_second(
    world: DemoBackend, wrapper: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    took = []
    for _ in range(_TRIES):
        with User([*wrapper, *world.console(*flags, "grace_hopper")], env=world.env("ending")) as person:
            person.on("grace_hopper")
            person.vanish()
            began = time.monotonic()
            person.process.wait(person.patience)
            took.append(time.monotonic() - began)
        if took[-1] <= _AT_ONCE:
            return
    pytest.fail(f"it took {took} s")
