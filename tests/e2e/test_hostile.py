"""No byte of the hostile corpus reaches the terminal as it is: on every pane, row, document, dialog and list, at a real
terminal, with every byte audited; and none of it ends the console (trust: "The door to the terminal")."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from unicodedata import normalize

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.hostile_world import Planted, plant, planted
from tests.e2e.person import Person
from tests.e2e.world import World
from tests.terminal.audit import assert_clean, unseen

PANES = ("attempts", "grants", "wallet", "lobbies", "items", "audit")
PAGE = 15
"""Rows that a page is at least, at this size."""


@dataclass(frozen=True)
class HostileWorld:
    """A backend whose texts are the corpus."""

    world: World
    planted: Planted


@pytest.fixture(scope="module")
def hostile(serve: Serve) -> HostileWorld:
    world = serve("hostile", lambda folder: plant(folder / "kraty.db"))
    return HostileWorld(world, planted())


@pytest.mark.parametrize("number", range(3))
def test_every_row_of_every_pane(hostile: HostileWorld, number: int) -> None:
    carrier = hostile.planted.carriers[number]
    with Person(hostile.world.console(carrier), env=hostile.world.env(f"rows {number}")) as person:
        person.on(carrier)
        for key, _ in enumerate(PANES, 1):
            person.press(str(key))
            person.wait_for(f"[{key} ")
            person.wait_for(lambda _: person.rows() > 30)
            every = (key - 1) // 2 == number  # two panes row by row, which draws each row in sentences, four in pages
            person.step_to_the_end("j" if every else "PageDown", person.rows() - 1 if every else person.rows() // PAGE)
        person.quit()
        assert_clean(person.sent)


@pytest.mark.parametrize("number", range(3))
def test_rows_opened_as_documents_and_as_json(hostile: HostileWorld, number: int) -> None:
    carrier = hostile.planted.carriers[number]
    with Person(hostile.world.console(carrier), env=hostile.world.env(f"documents {number}")) as person:
        person.on(carrier)
        for key, _ in enumerate(PANES, 1):
            person.press(str(key))
            person.wait_for(f"[{key} ")
            for edge in "gG":
                person.press(edge)
                for _ in range(key):  # other strings in every pane
                    person.step("j" if edge == "g" else "k")
                person.press("Enter")
                person.wait_for("esc close")
                person.step("J")
                person.step("PageDown")
                person.escape_from("esc close")
        person.quit()
        assert_clean(person.sent)


@pytest.mark.parametrize("number", range(2))
def test_ids_of_every_class_as_the_player_on_screen_and_in_a_dialog(hostile: HostileWorld, number: int) -> None:
    world = hostile.world
    ids = hostile.planted.ids[number::5]
    env = world.env(f"ids {number}")
    state = world.homes / f"state {number}"
    state.mkdir(mode=0o700)
    (state / f"recent-{world.credentials.game}-live.json").write_text(json.dumps(ids))
    with Person(world.console(), env=env | {"KRATY_STATE": str(state)}) as person:
        person.signed_in()
        person.leave_search()
        opened = set()
        for turn, _ in enumerate(ids):
            before = person.player()
            person.press("p")
            person.wait_for(lambda text: "Recent players" in text and person.focus() != "")
            person.press("PageDown", "PageDown", "PageDown", "Enter")  # the one opened least recently comes last
            person.wait_for(lambda text, before=before: person.player() != before and "last seen" in text)
            opened.add(person.player())
            if turn % 3 == 0:
                person.dialog(*(("C", "Credit"), ("B", "an"), ("M", "rant"))[turn // 3 % 3])
                person.cancel()
        assert len(opened) == len({normalize("NFC", each) for each in ids})  # as terminals draw them
        person.quit()
        assert_clean(person.sent)


def test_dialogs_on_rows_the_audit_log_the_journal_and_a_worklog(hostile: HostileWorld) -> None:
    carrier = hostile.planted.carriers[0]
    with Person(hostile.world.console(carrier), env=hostile.world.env("dialogs")) as person:
        person.on(carrier)
        opened = 0
        for pane, keys in (("1", "FR"), ("2", "F")):
            person.press(pane)
            person.wait_for(f"[{pane} ")
            for _ in range(5):
                for key in keys:
                    if person.try_dialog(key):
                        opened += 1
                        person.cancel()
                person.step("j")
        assert opened > 5
        person.dialog("C", "Credit")
        for label, text in (("currency", "gold"), ("amount", "5"), ("ticket", "ZD-1"), ("reason", "sorry ☃")):
            person.fill(label, text)
        person.confirm("Credit", "Credit applied")
        for key, title in (("o", "Journal"), ("?", "Keys"), (":", "Do anything"), ("p", "Recent")):
            person.press(key)
            person.wait_for(title)
            person.step("PageDown")
            person.step("PageDown")
            person.escape_from(title)
        person.press("l")
        person.wait_for("ACTION")
        for _ in range(6):
            person.step("PageDown")
        person.press("Enter")
        person.wait_for("esc close")
        person.escape_from("esc close")
        person.press("q")
        person.on(carrier)
        person.press("w")
        assert "sorry" in person.wait_for_copy()
        person.quit()
        assert_clean(person.sent, copies=1)


def test_the_plain_output_and_the_json_of_a_carrier(hostile: HostileWorld) -> None:
    carrier = hostile.planted.carriers[0]
    shown = plain(hostile.world, "show", carrier)
    assert len(shown) > len(PANES) * 30
    assert not [wrong for line in shown if (wrong := unseen(line))]
    raw = "\n".join(plain(hostile.world, "show", carrier, "--json"))
    assert raw.isascii()
    assert json.loads(raw)


def plain(world: World, *arguments: str) -> list[str]:
    """The lines that a command without a screen prints."""
    done = subprocess.run(
        world.console(*arguments), env=os.environ | world.env("plain"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
