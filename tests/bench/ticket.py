"""The ticket of `alice_42`, from the launch to the audit link: keys, bytes each way, and seconds of waiting."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tests.bench.report import Budget, Line, Section
from tests.bench.watch import Options, Program, Watched, now
from tests.harness.e2e.demo_backend import DemoBackend

MOST_KEYS, MOST_WAITING, MOST_DOWN = 25, 20.0, 60 * 1024
"""Budgets, over a link of 200 ms and 64 kbit/s."""

STEPS = (
    ((), r"player id or e-mail"),
    (tuple("alice_42"), r"▸alice_42"),
    (("Enter",), r"roll failed.*press \."),
    ((".",), r"Retry.*\[ Cancel \]"),
    (("Enter",), r"reason"),
    (("t", "a", "b", "l", "e", "Space", "f", "i", "x", "e", "d"), r"table fixed"),
    (("Enter", "Enter"), r"Retry roll applied"),
    (("y",), ""),
)
"""What is pressed, and what is then waited for; at the end the link has to reach the clipboard."""


@dataclass(frozen=True)
class Ticket:
    """What one ticket took."""

    keys: int
    up: int
    """Bytes to the program."""
    down: int
    """Bytes to the terminal."""
    waiting_s: float
    """Seconds in which there was nothing to do but wait."""
    done: bool

    def section(self, link: str, name: str) -> Section:
        """The lines of the table; the budgets are those of a slow link, and are met by a quicker one all the more."""
        return Section(
            f"the ticket of alice_42, {link}",
            [
                Line("keys", "", {name: self.keys}, [Budget(name, MOST_KEYS)]),
                Line("sent up", "bytes", {name: self.up}),
                Line("sent down", "bytes", {name: self.down}, [Budget(name, MOST_DOWN)]),
                Line("waiting", "s", {name: self.waiting_s}, [Budget(name, MOST_WAITING)]),
                Line("not finished", "", {name: int(not self.done)}, [Budget(name, 0)]),
            ],
        )


def play_ticket(world: DemoBackend, options: Options) -> Ticket:
    """Solve the ticket as a person who waits for the answer to each step."""
    program = Program("ticket", world.console(), env=world.env("ticket"))
    keys = up = 0
    waiting, done = 0.0, True
    with Watched(program, replace(options, timeout=60.0)) as watched:
        begun = watched.started
        for pressed, wanted in STEPS:
            for key in pressed:
                keys += 1
                up += len(watched.emulator.encode(key))
                begun = watched.press(key)
            done = done and watched.until(lambda wanted=wanted: _sees(watched, wanted), begun + 60.0)
            waiting += now() - begun
        down = sum(len(data) for _, data in watched.chunks)
    return Ticket(keys, up, down, waiting, done)


def _sees(watched: Watched, wanted: str) -> bool:
    if not wanted:
        return bool(watched.emulator.clipboard)
    if watched.emulator.in_frame:
        return False
    return re.search(wanted, watched.emulator.text(), re.DOTALL) is not None
