"""ctrl+z under a shell, with make between: the whole job stops, the shell has its terminal, `fg` brings it back."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.harness.e2e.demo_backend import KRATY_CONSOLE, OWN_KEY, DemoBackend, folders
from tests.harness.e2e.user import User, until

pytestmark = pytest.mark.xdist_group("suspending")
PROMPT = "shell-prompt>"
ALTERNATE_SCREEN = b"\x1b[?1049h"


@pytest.fixture
def opened(world: DemoBackend, tmp_path: Path) -> Iterator[User]:
    """A shell with job control, in which `make demo` opens the console."""
    command = shlex.join(world.console("grace_hopper"))
    (tmp_path / "Makefile").write_text(f"demo:\n\t@{command}\n", encoding="utf-8")
    env = world.env("suspending") | {"PS1": PROMPT, "TERM": "xterm-256color"}
    shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    with User(shell, env=env) as person:
        person.wait_for(PROMPT)
        person.type(f"make -f {tmp_path}/Makefile demo\n")
        person.on("grace_hopper")
        person.wait_for("? keys")
        yield person


@pytest.fixture
def shell(opened: User) -> User:
    """The same, after all replies of the terminal to queries were read."""
    opened.wait_for(lambda _: 2048 in opened.emulator.modes)
    opened.pane("2", "CONTENTS")
    opened.pane("1", "EVENT")
    return opened


def job(shell: User) -> list[psutil.Process]:
    """What the shell started, and what that started in turn."""
    return psutil.Process(shell.process.pid).children(recursive=True)


def is_given_back(shell: User) -> bool:
    """Whether the shell has its terminal as a shell wants it."""
    return not shell.emulator.full_screen and shell.emulator.kitty == [0] and PROMPT in shell.text()


def test_a_suspended_console_stops_all_threads_and_is_repainted(shell: User) -> None:
    for times in (1, 2):
        shell.press("C-z")
        shell.wait_for(lambda _, times=times: is_given_back(shell) and shell.sent.count(b"Stopped") == times)
        assert len(job(shell)) >= 2
        until(lambda: {each.status() for each in job(shell)} == {psutil.STATUS_STOPPED})
        shell.type("echo typed in the $((1 + 1))nd program\n")
        shell.wait_for("typed in the 2nd program")
        shell.type("fg\n")
        shell.wait_for(lambda text: shell.emulator.full_screen and "grace_hopper" in text and "? keys" in text)
        shell.pane("2", "CONTENTS")
        shell.pane("1", "EVENT")
    shell.press("q", "q")
    shell.wait_for(lambda _: is_given_back(shell))
    shell.type("exit\n")
    assert shell.wait_exit() == 0
    assert shell.left_as_found() == []


def test_a_background_console_stays_stopped_and_does_not_touch_the_terminal(shell: User) -> None:
    shell.press("C-z")
    shell.wait_for(lambda _: is_given_back(shell))
    shell.type("bg\n")
    shell.wait_for(lambda text: "demo &" in text)
    shell.type("sleep 0; jobs; echo still a $((1 + 1))nd shell\n")
    shell.wait_for("still a 2nd shell")
    assert not shell.emulator.full_screen
    shell.type("fg\n")
    shell.wait_for(lambda text: shell.emulator.full_screen and "grace_hopper" in text and "? keys" in text)
    shell.pane("2", "CONTENTS")


@pytest.mark.parametrize("when", ["opened", "shell"], ids=["while the first picture stands", "later"])
def test_the_screen_is_repainted_after_sigstop(when: str, request: pytest.FixtureRequest) -> None:
    shell = request.getfixturevalue(when)
    for process in job(shell):
        process.send_signal(signal.SIGSTOP)
    shell.wait_for("Stopped")
    shell.send(b"fg\n")  # the terminal still tells keys as the console asked
    shell.wait_for(lambda text: "Stopped" not in text and "grace_hopper" in text and "? keys" in text)
    shell.pane("2", "CONTENTS")
    shell.pane("1", "EVENT")
    shell.press("q", "q")
    shell.wait_for(lambda _: not shell.emulator.full_screen and shell.emulator.kitty == [0])


def test_sigcont_without_a_stop_changes_nothing(shell: User) -> None:
    (console,) = [each for each in job(shell) if "kraty_console" in " ".join(each.cmdline())]
    for _ in range(3):
        before = shell.sent.count(ALTERNATE_SCREEN)
        console.send_signal(signal.SIGCONT)
        # It takes the terminal back, which drops the keys typed until then.
        shell.wait_for(lambda _, before=before: shell.sent.count(ALTERNATE_SCREEN) > before)
    shell.pane("2", "CONTENTS")
    shell.pane("1", "EVENT")
    shell.press("q", "q")
    shell.wait_for(lambda _: is_given_back(shell))


def test_suspending_the_demo_keeps_its_backend_running(tmp_path: Path, kept_demo: Path) -> None:
    command = shlex.join([*KRATY_CONSOLE, "demo", "alice_42"])
    (tmp_path / "Makefile").write_text(f"demo:\n\t@{command}\n", encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    own = {"PS1": PROMPT, "TMPDIR": str(tmp_path / "tmp"), "XDG_CACHE_HOME": str(kept_demo)}
    env = folders(tmp_path) | own | OWN_KEY
    with User(["bash", "--norc", "--noprofile", "--noediting", "-i"], env=env, patience=60.0) as shell:
        shell.wait_for(PROMPT)
        shell.type(f"make -f {tmp_path}/Makefile demo\n")
        shell.on("alice_42")
        shell.pane("2", "CONTENTS")
        make, console, backend = job(shell)
        shell.press("C-z")
        shell.wait_for(lambda _: is_given_back(shell) and shell.sent.count(b"Stopped") == 1)
        until(lambda: {make.status(), console.status()} == {psutil.STATUS_STOPPED})
        assert backend.status() != psutil.STATUS_STOPPED
        shell.type("fg\n")
        shell.wait_for(lambda text: shell.emulator.full_screen and "alice_42" in text and "? keys" in text)
        shell.pane("1", "EVENT")
        shell.press("q", "q")
        shell.wait_for(lambda _: is_given_back(shell))
        assert not psutil.wait_procs([make, console, backend], timeout=30)[1]
