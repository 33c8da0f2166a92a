"""When a key typed at launch is first answered: a picture may be shown long before input is read."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.bench.watch import Options, Program, Watched, now

_AGAIN = 0.02
"""Seconds after which the key is pressed again: what is typed at launch may go nowhere, and that is not an answer."""


def measure_alive(program: Program, options: Options) -> float | None:
    """Press a program's key from its start on, until the answer can be seen: milliseconds, None where it never is."""
    key, answer = program.alive
    seen = re.compile(answer, re.MULTILINE)
    with Watched(program, replace(options, quiet=0.0)) as watched:
        limit = watched.started + options.timeout

        def answered() -> bool:
            return seen.search(watched.emulator.text()) is not None

        while not answered():
            if now() > limit or watched.closed:
                return None
            watched.press(key)
            watched.until(answered, now() + _AGAIN)
        return 1000 * (watched.chunks[-1][0] - watched.started)
