"""A terminal that sends nonsense, reports absurd sizes, or stops reading: the console keeps working."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from kraty_console.paint.screen_size import MOST
from tests.harness.e2e.demo_backend import DemoBackend
from tests.harness.e2e.user import User, until

pytestmark = pytest.mark.xdist_group("terminal trouble")
_QUICKLY = 5.0
"""Seconds in which a process that is told to go has gone, on a busy machine too."""
_PATIENCE = 30.0
_FEW = 500 << 20
"""Bytes of memory that a console never needs."""


@pytest.fixture(params=[True, False], ids=["modern", "older"])
def person(world: DemoBackend, request: pytest.FixtureRequest) -> Iterator[User]:
    with User(world.console("grace_hopper"), env=world.env("trouble"), modern=request.param) as person:
        person.on("grace_hopper")
        person.wait_for("? keys")
        yield person


REPLIES = (
    b"\x1b[?62;22c",
    b"\x1b[>41;354;0c",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b]10;rgb:d0d0/d0d0/d0d0\x07",
    b"\x1b]11;rgb:1212/1616/1b1b\x1b\\",
    b"\x1b[?1016;2$y",
    b"\x1b[?997;1n",
    b"\x1b[24;80R",
    b"\x1b[<32;NaN;NaNM",
    b"\x1b[<0;10;10M\x1b[<0;10;10m",
    b"\x1b[M !!",
    b"\x1b[32;10;10M",
    b"\x1b[1114112u",
    b"\x1b[97;1:3u",
    b"\x1b[I\x1b[O\x1b[I",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[48;0;0;0;0t",
    b"\x1bOz",
    b"\0",
    b"\xff\xfe",
)


def test_replies_of_a_terminal_trigger_no_actions(person: User) -> None:
    for reply in REPLIES:
        person.send(reply)
    person.press("?")
    person.wait_for("Keys")
    person.press("Esc")
    person.wait_for(lambda text: "╭" not in text)
    assert "┏" not in person.text(), "nothing was opened below it"
    assert person.player() == "grace_hopper"
    person.quit()
    assert person.left_as_found() == []


def test_an_endless_paste_or_string_does_not_block_the_keyboard(person: User) -> None:
    person.send(b"\x1b[200~never ended")
    person.insist("?", "Keys")
    person.press("Esc")
    person.wait_for("? keys")
    person.send(b"\x1bPnever ended")
    person.insist("?", "Keys")


def test_a_megabyte_of_noise_is_ignored_and_a_signal_still_works(world: DemoBackend) -> None:
    with User(world.console("grace_hopper"), env=world.env("trouble")) as person:
        person.on("grace_hopper")
        person.send(bytes(range(1, 256)).replace(b"\x03", b"") * 4_000)
        person.wait_for(lambda _: person.has_sent_all, 60)
        began = time.monotonic()
        person.signal(signal.SIGTERM)
        assert person.wait_exit() == 143
        assert time.monotonic() - began < _QUICKLY
        assert person.left_as_found() == []


# Sizes


@pytest.mark.parametrize(
    ("person", "size"),
    [(True, (9_999, 9_999)), (False, (99_999, 99_999))],
    indirect=["person"],
    ids=["large-modern", "larger-older"],
)
def test_an_absurd_screen_size_is_clamped_to_the_largest(person: User, size: tuple[int, int]) -> None:
    columns, rows = size
    person.send(f"\x1b[48;{rows};{columns};1;1t".encode())
    person.send(b"\x1b[48;36;120;1;1t")
    person.press("?")
    person.wait_for("Keys")
    assert psutil.Process(person.process.pid).memory_info().rss < _FEW
    person.send(f"\x1b[48;{rows};{columns};1;1t".encode())
    began = time.monotonic()
    person.signal(signal.SIGHUP)
    assert person.wait_exit() == 129
    assert time.monotonic() - began < _QUICKLY


@pytest.mark.parametrize(
    ("env", "size"),
    [
        ({"COLUMNS": "65535", "LINES": "65535"}, (120, 36)),
        ({"COLUMNS": "²", "LINES": "9" * 5_000}, (120, 36)),
        ({}, (MOST[0] * 20, MOST[1] * 20)),
    ],
    ids=["environment", "environment without sense", "terminal"],
)
def test_a_start_on_a_terminal_of_any_size_is_painted_within_bounds(
    world: DemoBackend, env: dict[str, str], size: tuple[int, int]
) -> None:
    with User(world.console("grace_hopper"), env=world.env("trouble") | env) as person:
        if size != (120, 36):
            person.set_system_size(*size)
            person.signal(signal.SIGWINCH)
        person.wait_for("grace_hopper")
        person.press("?")
        person.wait_for("Keys")
        assert psutil.Process(person.process.pid).memory_info().rss < _FEW
        person.signal(signal.SIGTERM)
        assert person.wait_exit() == 143


# A terminal that does not read


def full(person: User) -> bool:
    """Whether what the program sent fills what a terminal holds without reading it."""
    return person.unread > 4_000


@pytest.mark.parametrize(
    ("person", "number", "code"),
    [(True, signal.SIGTERM, 143), (False, signal.SIGHUP, 129), (True, signal.SIGINT, 130)],
    indirect=["person"],
    ids=["SIGTERM-modern", "SIGHUP-older", "SIGINT-modern"],
)
def test_a_signal_works_while_the_terminal_does_not_read(person: User, number: signal.Signals, code: int) -> None:
    for _ in range(100):  # nothing is read from here on
        person.press_unread("C-l")
    until(lambda: full(person))
    began = time.monotonic()
    person.signal(number)
    assert person.process.wait(_PATIENCE) == code
    assert time.monotonic() - began < _QUICKLY
    person.wait_exit()
    assert person.left_as_found() == []
