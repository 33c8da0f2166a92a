"""`kraty-console practice` in a terminal: two tickets by keys, the report, and nothing left behind."""

from __future__ import annotations

import json
import re
import signal
from itertools import count
from pathlib import Path

import pytest

from kraty_console.contract.permissions import GAME_ADMIN
from kraty_console.practice.tickets import deal
from tests.harness.e2e.demo_terminal import Demo, ends_with_all

_LEAVES = b"\x1b[?1049l"
"""Back to the screen as it was; the report follows."""

pytestmark = pytest.mark.xdist_group("demo")


def practice(folder: Path, cache: Path, *players: str, more: tuple[str, ...] = ()) -> Demo:
    """A practice that deals the tickets of these players."""
    seed = next(
        seed for seed in count() if [each.player for each in deal(len(players), GAME_ADMIN, seed)] == list(players)
    )
    options = ("--tickets", str(len(players)), "--seed", str(seed), *more)
    return Demo(folder, cache, *options, command="practice")


def test_two_tickets_are_solved_by_keys_and_reported(tmp_path: Path, kept_demo: Path) -> None:
    with practice(tmp_path, kept_demo, "mats.lind", "grace_hopper") as person:
        person.wait_for("Ticket ZD-5101 · 1 of 2")
        person.wait_for("Jag sprang dagens lopp")
        person.signed_in()
        backend = person.backend()
        person.find("mats.lind")
        person.wait_for("roll failed")
        person.dialog(".", "Retry")
        assert "ZD-5101" in person.text()
        person.fill("reason", "the table is back")
        person.confirm("Retry roll", "Retry roll applied")
        person.press(">")
        person.wait_for("Ticket ZD-5108 · 2 of 2")
        person.find("grace_hopper")
        person.wait_for("Nothing is wrong")
        person.press(">")
        person.wait_for("Every ticket is done")
        person.press("q")
        assert person.wait_exit() == 0
        assert person.left_as_found() == []
        assert not backend.is_running()
        assert not list(person.temporary.iterdir())
        report = person.sent.rpartition(_LEAVES)[2].decode().replace("\r\n", "\n")
    solved = re.findall(r"^(ZD-\d+)  (\S+) +solved +(\d+)$", report, re.MULTILINE)
    assert [(number, player) for number, player, _ in solved] == [
        ("ZD-5101", "mats.lind"),
        ("ZD-5108", "grace_hopper"),
    ]
    assert int(solved[0][2]) > len("mats.lind" + "the table is back") + 4
    assert int(solved[1][2]) == len("grace_hopper") + 2
    assert "2 of 2 tickets solved" in report


def test_what_was_missed_is_told_as_json_after_ctrl_c(tmp_path: Path, kept_demo: Path) -> None:
    with practice(tmp_path, kept_demo, "bob_7", "frank", more=("--json",)) as person:
        person.wait_for("Ticket ZD-5102 · 1 of 2")
        person.signed_in()
        person.leave_search()
        person.press("-")
        person.wait_for("Ticket ZD-5106 · 2 of 2")
        person.press("C-c")
        person.wait_for("ctrl+c again quits")
        person.press("C-c")
        assert person.wait_exit() == 10
        assert person.left_as_found() == []
        report = json.loads(person.sent[person.sent.rindex(b'{\r\n  "role"') :])
    assert [(each["player"], each["result"], each["state"]) for each in report["tickets"]] == [
        ("bob_7", "missed", "given_up"),
        ("frank", "missed", "open"),
    ]
    assert report["solved"] == 0


def test_the_backend_of_a_practice_that_is_killed_ends(tmp_path: Path, kept_demo: Path) -> None:
    with practice(tmp_path, kept_demo, "bob_7") as person:
        person.wait_for("Ticket ZD-5102")
        ends_with_all(person, lambda each: each.signal(signal.SIGKILL), -signal.SIGKILL)
