"""Where the CPU time of each kind of key goes: bindings, state, view functions, styles, layout, painter, terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.floors.profiling import PARTS
from tests.bench.imports import launched
from tests.bench.measures import LEADING_TO, key_list, press
from tests.bench.report import Line, Section
from tests.bench.watch import Options, Program, Watched, now

LAUNCHER = Path(__file__).parent / "floors" / "profiling.py"
OTHER_THREADS = "other threads"
REPEATS = 12
"""How often each script is pressed: the clock of the profile ticks only every few milliseconds of CPU."""


@dataclass(frozen=True)
class Look:
    """One look at the running program: when, in which part its main thread was, and the milliseconds of CPU that the
    main thread and the others used since the look before."""

    at: float
    part: str
    main_ms: float
    others_ms: float


@dataclass(frozen=True)
class Pressed:
    """One key: its group, when it was sent, and when the program was quiet again."""

    group: str
    began: float
    ended: float


@dataclass(frozen=True)
class Profile:
    """Milliseconds of CPU for one key of each group, by part."""

    ms: Mapping[str, Mapping[str, float]]

    def section(self) -> tuple[Sequence[str], Section]:
        """The groups as columns, and one line for each part."""
        parts = [*PARTS, OTHER_THREADS]
        lines = [Line(part, "ms", {group: ms.get(part, 0.0) for group, ms in self.ms.items()}) for part in parts]
        whole = Line("all", "ms", {group: sum(ms.values()) for group, ms in self.ms.items()})
        return tuple(self.ms), Section("where the CPU of a key goes", [*lines, whole])


def measure_profile(program: Program, options: Options, closing: str) -> Profile:
    """Press the keys of a program many times under a profiler; an escape counts for the group `closing`."""
    with TemporaryDirectory(prefix="kraty-profile-") as folder:
        file = Path(folder) / "looks.txt"
        with Watched(replace(program, argv=launched(program.argv, file, LAUNCHER)), options) as watched:
            watched.wait_ready()
            scripts = [each for each in program.keys.items() for _ in range(REPEATS)]
            pressed = [key for group, script in scripts for key in _press(watched, group, script, closing)]
        looks = [_look(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return Profile(attributed(pressed, looks))


def _press(watched: Watched, group: str, script: str, closing: str) -> Iterable[Pressed]:
    for key in key_list(script):
        began = now()
        press(watched, key)
        if key not in LEADING_TO:
            yield Pressed(closing if key == "Esc" else group, began, now())


def _look(line: str) -> Look:
    at, main, others, part = line.split(" ", 3)
    return Look(float(at), part, int(main) / 1e6, int(others) / 1e6)


def attributed(pressed: Sequence[Pressed], looks: Sequence[Look]) -> dict[str, dict[str, float]]:
    """The mean milliseconds for a key of each group, by part; what was used between keys counts for none."""
    spent: dict[str, Counter[str]] = {}
    keys = Counter(key.group for key in pressed)
    ordered = iter(sorted(looks, key=lambda look: look.at))
    look = next(ordered, None)
    for key in pressed:
        group = spent.setdefault(key.group, Counter())
        while look is not None and look.at < key.began:
            look = next(ordered, None)
        while look is not None and look.at <= key.ended:
            group[look.part] += look.main_ms
            group[OTHER_THREADS] += look.others_ms
            look = next(ordered, None)
    return {group: {part: ms / keys[group] for part, ms in parts.items()} for group, parts in spent.items()}
