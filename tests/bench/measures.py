"""The three measurements: a start, a script of keys, and idleness."""

from __future__ import annotations

import random
import re
import statistics
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from tests.bench.fewest import cells, fewest
from tests.bench.watch import Options, Program, Watched

LEADING_TO = ("S-Tab", "/")
"""Keys that lead to where others are measured."""
SETTLED = 8.0
"""Seconds after the start in which a program finishes what it does in pauses, such as mounting dialogs."""
_NO_ANSWER = 1.0
"""Seconds after which a key that sends nothing is taken to change nothing."""


@dataclass(frozen=True)
class Start:
    """One cold start. Milliseconds since the program was started; `None` if it never happened."""

    ok: bool
    first_text_ms: float | None
    ready_ms: float | None
    quiet_ms: float | None
    bytes: int
    cpu_ms: float
    peak_mib: float


@dataclass(frozen=True)
class Key:
    """The answer to one key: milliseconds to its first and last byte, bytes sent, bytes after the compression of
    `ssh -C`, cells changed, and the fewest bytes that could have changed them."""

    key: str
    first_ms: float | None
    last_ms: float | None
    bytes: int
    packed: int
    cells: int
    fewest: int
    cpu_ms: float

    @property
    def times_fewest(self) -> float | None:
        """How many times the fewest bytes were sent; None where nothing had to be."""
        return self.bytes / self.fewest if self.fewest else None


@dataclass(frozen=True)
class Idle:
    """Some seconds without input, and the most memory that was held until then."""

    ok: bool
    seconds: float
    bytes: int
    cpu_ms: float
    wakeups: int
    peak_mib: float


def key_list(script: str) -> list[str]:
    """`Down*2 a text:hi_ho` → Down, Down, a, h, i, space, h, o."""
    keys: list[str] = []
    for text, name, count in re.findall(r"(?:text:(\S+)|(\S+?)(?:\*(\d+))?)(?:\s+|$)", script):
        keys += text.replace("_", " ") if text else [name] * int(count or 1)
    return keys


def measure_start(program: Program, options: Options) -> Start:
    """Start the program and wait until it is ready and quiet."""
    with Watched(program, options) as watched:
        ok, usage = watched.wait_ready(), watched.usage()
        last = watched.chunks[-1][0] if watched.chunks and watched.settled else None
        return Start(
            ok=ok,
            first_text_ms=_ms(watched.first_text_at, watched.started),
            ready_ms=_ms(watched.ready_at, watched.started),
            quiet_ms=_ms(last, watched.started),
            bytes=sum(len(data) for _, data in watched.chunks),
            cpu_ms=1000 * usage.cpu_s,
            peak_mib=usage.peak_mib,
        )


def measure_keys(program: Program, options: Options) -> dict[str, list[Key]]:
    """The answer to each key of each script of the program."""
    with Watched(program, options) as watched:
        watched.wait_ready()
        watched.watch(SETTLED)
        press_all(watched, program.setup)
        return {group: press_all(watched, script) for group, script in program.keys.items()}


def measure_idle(program: Program, options: Options, seconds: float) -> Idle:
    """Leave the program alone, a second after it became quiet."""
    with Watched(program, options) as watched:
        ok = watched.wait_ready()
        press_all(watched, program.setup)
        watched.watch(1.0)
        before, count = watched.usage(), len(watched.chunks)
        watched.watch(seconds)
        after = watched.usage()
        return Idle(
            ok=ok and not watched.closed,
            seconds=seconds,
            bytes=sum(len(data) for _, data in watched.chunks[count:]),
            cpu_ms=1000 * (after.cpu_s - before.cpu_s),
            wakeups=after.wakeups - before.wakeups,
            peak_mib=after.peak_mib,
        )


def press_all(watched: Watched, script: str) -> list[Key]:
    """Press the keys of a script one by one, each after the answer to the one before."""
    packer = zlib.compressobj(6)

    def packed(chunks: Iterable[tuple[float, bytes]]) -> int:
        return sum(len(packer.compress(data)) + len(packer.flush(zlib.Z_SYNC_FLUSH)) for _, data in chunks)

    answers = []
    for key in key_list(script):
        watched.watch(random.uniform(0, 0.1))  # out of step with whatever blinks
        before, screen, seen = watched.usage(), cells(watched.emulator), len(watched.chunks)
        sent = press(watched, key)
        answer = watched.chunks[seen:]
        changed, smallest = fewest(screen, cells(watched.emulator))
        answers.append(
            Key(
                key=key,
                first_ms=_ms(answer[0][0] if answer else None, sent),
                last_ms=_ms(answer[-1][0] if answer else None, sent),
                bytes=sum(len(data) for _, data in answer),
                packed=packed(answer),
                cells=changed,
                fewest=smallest,
                cpu_ms=1000 * (watched.usage().cpu_s - before.cpu_s),
            )
        )
    return answers


def press(watched: Watched, key: str) -> float:
    """Press one key and wait for the end of its answer; returns when it was sent."""
    seen, sent = len(watched.chunks), watched.press(key)
    limit = sent + watched.options.timeout
    patience = min(limit, sent + _NO_ANSWER + watched.options.link.rtt)
    watched.until(partial(_has_more, watched, seen), patience)
    watched.settle(sent, limit)
    return sent


def _has_more(watched: Watched, seen: int) -> bool:
    return len(watched.chunks) > seen


def middle(values: Sequence[float | None]) -> float | None:
    """The median of what is known."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _ms(end: float | None, begin: float) -> float | None:
    return None if end is None else 1000 * (end - begin)
