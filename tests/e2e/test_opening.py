"""Opening: the boot screen is shown at once, keys are kept, and every end restores the terminal."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.harness.e2e.demo_backend import KRATY_CONSOLE, DemoBackend
from tests.harness.e2e.user import User
from tests.harness.terminal.audit import assert_clean

pytestmark = pytest.mark.xdist_group("opening")
_FIRST = b"player id or e-mail"
"""In the first picture."""
_START = "q quit"
"""In the last line while no player is open."""
_PATIENT = """
from kraty_console.__main__ import main
from kraty_console.console.startup.prefetch import begin
*others, patience = begin.__defaults__
assert patience < 1
begin.__defaults__ = (*others, 30.0)
main()
"""
"""The console, that waits longer for the first answers before Textual is loaded."""
_BOOT = """
import os, signal
from kraty_console.console.startup.first_frame import show_first_frame
show_first_frame([], os.environ)
signal.pause()
"""
"""Only the boot screen."""
_TEXTUAL = b"\x1b[?2026$p"
"""Textual sends it when it takes the terminal."""


def see_the_first_picture(person: User) -> None:
    """Wait until it was sent; what comes next may be there already, where this process was busy with other things."""
    person.wait_for(lambda _: _FIRST in person.sent)


def test_a_search_typed_while_it_opens_loses_no_key(world: DemoBackend) -> None:
    with User(world.console(), env=world.env("typing")) as person:
        see_the_first_picture(person)
        person.press(*"grace_hopper", "Enter")
        person.on("grace_hopper")
        assert person.text().count("\n") >= 20
        assert person.sent.index(_FIRST) < person.sent.index(_TEXTUAL)  # it comes before anything of Textual
        person.quit()
        assert_clean(person.sent)
        assert person.left_as_found() == []


def test_the_picture_is_taken_over_without_being_painted_again(world: DemoBackend) -> None:
    with User(world.console(), env=world.env("flicker") | {"KRATY_PLAIN_PAINT": "no"}) as person:
        see_the_first_picture(person)
        first = len(person.sent)
        person.signed_in()
        after = bytes(person.sent[first:])
        assert b"\x1b[2J" not in after
        assert b"\x1b[?1049h" not in after
        assert _FIRST not in after


def test_typed_text_is_shown_before_the_console_is_loaded(world: DemoBackend) -> None:
    with User([sys.executable, "-c", _BOOT], env=world.env("boot") | {"KRATY_URL": world.url}) as person:
        see_the_first_picture(person)
        person.type("alix")
        person.wait_for("/ alix")
        assert "e-mail" not in person.text()
        person.press("Backspace")
        person.type("ce")
        person.wait_for("/ alice")
        person.press(*["Backspace"] * 5)
        person.wait_for("/ player id or e-mail")
        person.process.send_signal(signal.SIGTERM)
        person.wait_exit()
        assert person.left_as_found() == []


def test_the_member_is_painted_before_the_console_and_not_again(world: DemoBackend) -> None:
    env = world.env("member") | {"KRATY_PLAIN_PAINT": "no"}
    _, _, _, *arguments = world.console()
    with User([sys.executable, "-c", _PATIENT, *arguments], env=env) as person:
        see_the_first_picture(person)
        person.type("bob_")
        person.wait_for("/ bob_")
        person.wait_for("maria · GAME_ADMIN")
        painted = len(person.sent)
        person.wait_for(lambda _: _TEXTUAL in person.sent)
        person.wait_for("2 matches")
        after = bytes(person.sent[painted:])
        assert person.sent.index(b"GAME_ADMIN") < person.sent.index(_TEXTUAL)
        assert person.sent.index(b"bob_") < person.sent.index(_TEXTUAL)
        person.press("Esc")
        person.wait_for("q quit")
        person.quit()
        assert person.left_as_found() == []
    for part in (b"GAME_ADMIN", _FIRST, b"\x1b[2J", b"rabbit-rush"):
        assert part not in after


def test_a_launch_player_is_painted_before_the_console_and_not_again(world: DemoBackend) -> None:
    """With more patience than a person has: on a busy machine the answer comes too late to be painted ahead."""
    _, _, _, *arguments = world.console("alice_42")
    env = world.env("ahead") | {"KRATY_PLAIN_PAINT": "no"}
    with User([sys.executable, "-c", _PATIENT, *arguments], env=env) as person:
        person.wait_for("roll failed")
        painted = len(person.sent)
        person.press("Down")
        person.wait_for("▸  in progress")
        after = bytes(person.sent[painted:])
        assert person.sent.index(b"Swift Otter") < person.sent.index(_TEXTUAL)
        person.quit()
        assert_clean(person.sent)
        assert person.left_as_found() == []
    for part in (b"rabbit-rush", b"Swift Otter", b"WHAT IS WRONG", b"\x1b[2J"):
        assert part not in after


def test_a_key_typed_at_launch_is_obeyed_once_the_player_is_there(world: DemoBackend) -> None:
    with User(world.console("alice_42"), env=world.env("early-key")) as person:
        see_the_first_picture(person)
        person.press(".")
        person.listens("[ Retry roll ]")
        person.cancel()
        person.quit()


def test_a_launch_player_left_at_once_is_not_shown_again(world: DemoBackend) -> None:
    with User(world.console("alice_42"), env=world.env("left")) as person:
        see_the_first_picture(person)
        person.press("q")
        person.wait_for(_START)
        person.press("l")
        person.wait_for("TICKET")
        person.press("Esc")
        person.wait_for(_START)
        assert "Swift Otter" not in person.text()
        person.press("q")
        assert person.wait_exit() == 0


def test_a_terminal_that_was_briefly_smaller_is_repainted(world: DemoBackend) -> None:
    with User(world.console("alice_42"), env=world.env("resized")) as person:
        see_the_first_picture(person)
        person.resize(60, 20)
        person.emulator.receive(b"\x1b[2J")  # what a terminal may make of what it cut off
        person.resize(120, 36)
        person.on("alice_42")
        person.pane("2", "CONTENTS")
        person.pane("1", "roll failed")
        text = person.text()
        person.press("C-l")
        person.wait_for(lambda now: now.splitlines()[1:] == text.splitlines()[1:])
        person.wait_for("player id or e-mail")
        person.quit()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_while_opening_restores_the_terminal(world: DemoBackend, number: signal.Signals) -> None:
    with User(world.console(), env=world.env("going")) as person:
        see_the_first_picture(person)
        person.signal(number)
        assert person.wait_exit() == 128 + number
        assert not person.emulator.full_screen
        assert person.left_as_found() == []


@pytest.mark.parametrize("sign", [b"Swift Otter", b"\x1b[?2026$p", b"\x1b[?7l"])
def test_a_stop_signal_during_the_handover_ends_cleanly(world: DemoBackend, sign: bytes) -> None:
    with User(world.console("alice_42"), env=world.env("leaving")) as person:
        person.wait_for(lambda _: sign in person.sent)
        person.signal(signal.SIGTERM)
        assert person.wait_exit() == 143
        assert not person.emulator.full_screen
        assert person.left_as_found() == []


def test_an_unusable_setting_is_reported_on_the_original_terminal(world: DemoBackend) -> None:
    env = {**world.env("wrong"), "KRATY_PROFILE": "nowhere"}
    with User([*KRATY_CONSOLE, "--url", world.url], env=env) as person:
        assert person.wait_exit() == 2
        assert not person.emulator.full_screen
        assert "nowhere" in person.text()
        assert person.left_as_found() == []
