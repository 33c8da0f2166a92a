"""Copying through the terminal: OSC 52, plain, from tmux and from screen, within the limits of terminals."""

from __future__ import annotations

import base64
import re

import pytest

from kraty_console.console.clipboard import LARGEST, TooLong, osc52
from kraty_console.console.dialogs.action import ActionDialog
from tests.data import load_hostile
from tests.harness.console.driver import at
from tests.harness.console.stage import DemoStage


def decoded(sequence: str) -> str:
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found, sequence
    return base64.b64decode(found.group(1)).decode("utf-8")


@pytest.mark.parametrize("text", ["", "alice_42", "漢字", "a\nb", "x" * 50_000])
def test_a_plain_terminal_gets_one_sequence(text: str) -> None:
    assert decoded(osc52(text, {"TERM": "xterm-256color"})) == text


def test_tmux_gets_it_plain_and_passed_through() -> None:
    sequence = osc52("alice_42", {"TMUX": "/tmp/tmux-0/default,1,0", "STY": "ignored.inside.tmux"})
    plain, wrapped = sequence.split("\x1bPtmux;")
    assert decoded(plain) == "alice_42"
    assert wrapped.endswith("\x1b\\")
    assert decoded(wrapped.removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")) == "alice_42"


def test_screen_gets_it_in_short_pieces() -> None:
    text = "alice_42 " * 40
    sequence = osc52(text, {"STY": "1234.pts-0.host"})
    pieces = re.findall(r"\x1bP(.*?)\x1b\\(?=\x1bP|$)", sequence, flags=re.DOTALL)
    assert all(len(piece) <= 76 for piece in pieces)
    assert decoded("".join(pieces)) == text


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert decoded(osc52("a\ud800b", {})) == "a?b"


@pytest.mark.parametrize("environ", [{}, {"TMUX": "1"}, {"STY": "1"}])
def test_copied_text_contains_no_control_sequences(environ: dict[str, str]) -> None:
    for each in load_hostile():
        if len(each.value) < 10_000:
            sequence = osc52(each.value, environ)
            bare = re.sub(r"\x1bP(tmux;)?|\x1b\\|\x1b+\]52;c;|\x07", "", sequence)
            assert re.fullmatch(r"[A-Za-z0-9+/=]*", bare), each.name


def test_a_text_that_terminals_would_cut_is_refused() -> None:
    fits = "x" * (LARGEST // 4 * 3)
    assert decoded(osc52(fits, {})) == fits
    with pytest.raises(TooLong, match=f"terminals take {LARGEST:,} at most"):
        osc52(fits + "xyz", {})


async def test_the_console_says_how_much_it_sent_and_what_was_too_long(backend: DemoStage) -> None:
    async with at(backend.app()) as driver:
        assert driver.app.copy("héllo") == "sent to the terminal's clipboard (6 bytes)"
        assert driver.app.clipboard == "héllo"
        words = driver.app.copy("x" * 100_000)
        assert words.startswith("too long for a terminal's clipboard")
        assert driver.app.clipboard == "héllo"


async def test_only_a_copy_action_writes_to_the_clipboard(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        for key in "12345jkgGr":
            await driver.press(key)
        await driver.rest()
        assert driver.app.clipboard == ""


async def test_y_copies_only_links_of_the_current_player(backend: DemoStage) -> None:
    async with at(backend.app(player="alice_42")) as driver:
        await driver.looks_at("alice_42")
        await driver.press("R")
        await driver.opened(ActionDialog)
        await driver.press("enter", "enter", "enter")
        await driver.closed()
        await driver.rest()
        await driver.press("y")
        assert "audit link of Retry roll" in driver.text
        assert "daily_race" in driver.text
        copied = driver.app.clipboard
        await driver.press("/")
        await driver.type("bob_7")
        await driver.press("enter")
        await driver.looks_at("bob_7")
        await driver.press("y")
        assert "nothing was changed for this player yet" in driver.text
        assert driver.app.clipboard == copied
