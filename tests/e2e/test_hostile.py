"""No byte of the hostile corpus reaches the terminal as it is: on every pane, row, document, dialog and list, at a real
terminal, with every byte audited; and none of it ends the console (console/README.md#text-from-outside)."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from unicodedata import normalize

import pytest

from tests.e2e.conftest import Serve
from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.hostile_demo import Planted, plant, planted
from tests.harness.e2e.user import WHOLE, User
from tests.harness.terminal.audit import assert_clean, unseen

PANES = ("attempts", "grants", "wallet", "lobbies", "items", "audit")


@dataclass(frozen=True)
class HostileWorld:
    """A backend whose texts are the corpus."""

    world: DemoBackend
    planted: Planted


@pytest.fixture(scope="module")
def hostile(serve: Serve) -> HostileWorld:
    # Without the worker, which would go through what is overdue and move rows under the cursor.
    world = serve("hostile", lambda folder: plant(folder / "kraty.db"), "--no-worker")
    return HostileWorld(world, planted())


@pytest.mark.parametrize("number", range(3))
def test_every_row_of_every_pane(hostile: HostileWorld, number: int) -> None:
    carrier = hostile.planted.carriers[number]
    with User(hostile.world.console(carrier), env=hostile.world.env(f"rows {number}")) as person:
        person.on(carrier)
        for key, _ in enumerate(PANES, 1):
            pane(person, key)
            every = (key - 1) // 2 == number  # two panes row by row, which draws each row in sentences, four in pages
            assert person.walk("j" if every else "PageDown") > 30
        person.quit()
        assert_clean(person.sent)


@pytest.mark.parametrize("number", range(3))
def test_rows_opened_as_documents_and_as_json(hostile: HostileWorld, number: int) -> None:
    carrier = hostile.planted.carriers[number]
    with User(hostile.world.console(carrier), env=hostile.world.env(f"documents {number}")) as person:
        person.on(carrier)
        for key, _ in enumerate(PANES, 1):
            pane(person, key)
            person.press("g", *"j" * key, *WHOLE)  # other strings in every pane
            person.wait_for(lambda _, key=key: person.position()[0] == key + 1)
            person.read_document()
            _, rows = person.position()
            person.press("G", *"k" * key, *WHOLE)
            person.wait_for(lambda _, wanted=rows - key: person.position()[0] == wanted)
            person.read_document()
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
    with User(world.console(), env=env | {"KRATY_STATE": str(state)}) as person:
        person.signed_in()
        person.leave_search()
        opened = set()
        for turn, _ in enumerate(ids):
            before = person.player()
            person.press("p")
            person.wait_for(lambda text: "Recent players" in text and person.focus() != "")
            person.press("PageDown", "PageDown", "Enter")  # the one opened least recently comes last
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
    with User(hostile.world.console(carrier), env=hostile.world.env("dialogs")) as person:
        person.on(carrier)
        opened = 0
        for number, keys in ((1, "FR"), (2, "F")):
            pane(person, number)
            for row in range(2, 7):
                for key in keys:
                    if person.try_dialog(key):
                        opened += 1
                        person.cancel()
                person.press("j", *WHOLE)
                person.wait_for(lambda _, row=row: person.position()[0] == row)
        assert opened > 5
        person.dialog("C", "Credit")
        for label, text in (("currency", "gold"), ("amount", "5"), ("ticket", "ZD-1"), ("reason", "sorry ☃")):
            person.fill(label, text)
        person.confirm("Credit", "Credit applied")
        person.press("o")
        person.wait_for("Journal")
        links = person.insist("y", "clipboard")
        close(person, "Journal")
        person.press("?")
        person.wait_for("Keys")
        person.turn_page()
        close(person, "Keys")
        for key, title in ((":", "Do anything"), ("p", "Recent")):
            person.press(key)
            person.wait_for(lambda text, title=title: title in text and person.focus() != "")
            person.press("PageDown", "PageDown")
            close(person, title)
        person.press("l")
        person.wait_for(lambda text: "ACTION" in text and "▸ " in text.partition("ACTION")[2])
        for _ in range(6):
            person.turn_page()
        person.read_document()
        person.press("q")
        person.on(carrier)
        person.emulator.clipboard.clear()
        person.press("w")
        assert "sorry" in person.wait_for_copy()
        person.quit()
        assert_clean(person.sent, copies=1 + links)


def test_the_plain_output_and_the_json_of_a_carrier(hostile: HostileWorld) -> None:
    carrier = hostile.planted.carriers[0]
    shown = plain(hostile.world, "show", carrier)
    assert len(shown) > len(PANES) * 30
    assert not [wrong for line in shown if (wrong := unseen(line))]
    raw = "\n".join(plain(hostile.world, "show", carrier, "--json"))
    assert raw.isascii()
    assert json.loads(raw)


def pane(person: User, number: int) -> None:
    """Open a pane and go to its first row."""
    person.press(str(number), "g", *WHOLE)
    person.wait_for(lambda text: f"[{number} " in text and person.position()[0] == 1)


def close(person: User, title: str) -> None:
    """Escape from a box that listens, and see it go."""
    person.press("Esc")
    person.wait_until_gone(title)


def plain(world: DemoBackend, *arguments: str) -> list[str]:
    """The lines that a command without a screen prints."""
    done = subprocess.run(
        world.console(*arguments), env=os.environ | world.env("plain"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
