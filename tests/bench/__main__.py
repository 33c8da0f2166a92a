"""`python -m tests.bench`: measure, and print one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.bench.alive import measure_alive
from tests.bench.headless import COLUMNS as HEADLESS_COLUMNS
from tests.bench.headless import headless_section, measure_headless
from tests.bench.imports import import_sections, measure_imports
from tests.bench.link import Link
from tests.bench.lookup import LARGE, SMALL, measure_lookups
from tests.bench.measures import LEADING_TO, Idle, Key, Start, measure_idle, measure_keys, measure_start, middle
from tests.bench.others import MOVE, beside, others
from tests.bench.profile import measure_profile
from tests.bench.report import Budget, Line, Section, Value, table
from tests.bench.slow import MOVING, measure_slow, slow_section
from tests.bench.slow import TYPING as TYPING_MEANWHILE
from tests.bench.soak import soak
from tests.bench.targets import (
    RATIO,
    dialog_targets,
    key_targets,
    loading_targets,
    other_targets,
    start_targets,
    targets_section,
)
from tests.bench.ticket import play_ticket
from tests.bench.watch import Options, Program
from tests.harness.e2e.demo_backend import DemoBackend, load_demo, serving

Measured = TypeVar("Measured")
FLOORS = Path(__file__).parent / "floors"
PYTHON, TEXTUAL, TABLE, CONSOLE, PLAYER = "python", "textual", "table", "console", "on a player"
COLUMNS = (PYTHON, TEXTUAL, TABLE, CONSOLE, PLAYER)
SLOWER_THAN_TEXTUAL = 1.3
FIRST_FRAME_MS, TIMES_PYTHON = 60, 4
OPENING_BYTES, PEAK_MIB = 8_000, 60
PAGE, PANE, TYPING, DIALOG = "page", "pane switch", "typed character", "a dialog opens"
PALETTE, HELP, CLOSE = "the palette opens", "the help opens", "what is on top closes"
KEY_GROUPS = (MOVE, PAGE, PANE, TYPING, DIALOG, PALETTE, HELP, CLOSE)
KEY_BUDGETS = {MOVE: 700, PANE: 4_000, TYPING: 130, DIALOG: 4_000}
"""Bytes that the answer to one key may have."""
MOST_TIMES_FEWEST = 1.2
ALL_PANES = "2 3 4 5 6 1"


def programs(world: DemoBackend) -> list[Program]:
    """What is measured, the floors first."""
    hello, rows = (str(FLOORS / name) for name in ("hello.py", "table.py"))
    player_keys = {
        MOVE: "Down*6 Up*3",
        PAGE: "PageDown*3 PageUp*2",
        PANE: ALL_PANES,
        DIALOG: "M Esc M Esc",
        PALETTE: "C-p Esc C-p Esc",
        HELP: "? Esc ? Esc",
        TYPING: "/ text:grace",
    }
    return [
        Program(PYTHON, [sys.executable, "-I", "-c", "print('READY'); input()"], "READY"),
        Program(TEXTUAL, [sys.executable, hello], "READY"),
        Program(
            TABLE,
            [sys.executable, rows],
            "item-0020",
            {MOVE: "Down*6 Up*3", PAGE: "PageDown*3 PageUp*2", PANE: "p*6", TYPING: "S-Tab text:abcdef"},
        ),
        Program(CONSOLE, world.console(), "GAME_ADMIN", env=world.env("opening"), alive=("x", "^ / x")),
        Program(
            PLAYER,
            world.console("heavy_user"),
            "daily_race",
            player_keys,
            env=world.env("player"),
            alive=("Down", r"STATUS.*\n[^▸\n]*\n(?:.*\n)*?.*│▸"),  # the first row has the cursor no more
        ),
    ]


def programs_with_keys_at_launch(those: Sequence[Program]) -> list[Program]:
    """Those that hear a key as soon as they can; bare Textual with a field to type into."""
    field = Program(TEXTUAL, [sys.executable, str(FLOORS / "field.py")], "READY", alive=("x", r"^▊\s+x"))
    return [field, *(program for program in those if program.alive[0])]


@contextmanager
def demo(folder: Path) -> Iterator[DemoBackend]:
    """A backend with the demo world in a folder."""
    load_demo(folder)
    with serving(folder) as world:
        yield world


def in_turn(
    what: str, those: Sequence[Program], runs: int, measure: Callable[[Program], Measured], warmup: int = 1
) -> dict[str, list[Measured]]:
    """Measure every program `runs` times, A B C A B C, after `warmup` turns that are not kept."""
    results: dict[str, list[Measured]] = {program.name: [] for program in those}
    for run in range(-warmup, runs):
        print(f"{what} {max(0, run + 1)}/{runs}", file=sys.stderr)
        for program in those:
            result = measure(program)
            if run >= 0:
                results[program.name].append(result)
    return results


def start_section(starts: dict[str, list[Start]], alive: dict[str, list[float | None]]) -> Section:
    """The lines of a cold start."""

    def by_column(pick: Callable[[Start], Value]) -> dict[str, Value]:
        return {name: middle([pick(start) for start in runs]) for name, runs in starts.items()}

    first = by_column(lambda start: start.first_text_ms)
    most = min(FIRST_FRAME_MS, TIMES_PYTHON * (first[PYTHON] or 0))
    limits = [Budget(name, most, f"(and 4 × {PYTHON})") for name in (CONSOLE, PLAYER)]
    painted = [Budget(PLAYER, SLOWER_THAN_TEXTUAL * (first[TEXTUAL] or 0), f"(1.3 × first frame of {TEXTUAL})")]
    return Section(
        "cold start",
        [
            Line("first frame", "ms", first, limits),
            Line("painted", "ms", by_column(lambda start: start.ready_ms), painted),
            Line("answers a key typed at launch", "ms", {name: middle(runs) for name, runs in alive.items()}),
            Line("sent until quiet", "bytes", by_column(lambda start: start.bytes), [Budget(PLAYER, OPENING_BYTES)]),
            Line("CPU until quiet", "ms", by_column(lambda start: start.cpu_ms)),
            Line("peak memory", "MiB", by_column(lambda start: start.peak_mib), [Budget(PLAYER, PEAK_MIB)]),
            Line("runs that never got ready", "", {n: sum(not s.ok for s in runs) for n, runs in starts.items()}),
        ],
    )


def key_sections(answers: dict[str, list[dict[str, list[Key]]]]) -> list[Section]:
    """The lines of each kind of key: medians over the keys of all runs."""
    sections = []
    for group in KEY_GROUPS:
        keys = {name: [key for run in runs for key in _of_group(run, group)] for name, runs in answers.items()}

        def by_column(pick: Callable[[Key], Value], keys: dict[str, list[Key]] = keys) -> dict[str, Value]:
            return {name: middle([pick(key) for key in pressed]) for name, pressed in keys.items()}

        limits = [Budget(PLAYER, KEY_BUDGETS[group])] if group in KEY_BUDGETS else []
        lines = [
            Line("sent", "bytes", by_column(lambda key: key.bytes), limits),
            Line("the ideal cell diff", "bytes", by_column(lambda key: key.fewest)),
            Line(
                "÷ the ideal cell diff",
                "",
                by_column(lambda key: key.times_fewest),
                [Budget(PLAYER, MOST_TIMES_FEWEST)],
            ),
            Line("after ssh -C", "bytes", by_column(lambda key: key.packed)),
            Line("first byte", "ms", by_column(lambda key: key.first_ms)),
            Line("last byte", "ms", by_column(lambda key: key.last_ms)),
            Line("CPU", "ms", by_column(lambda key: key.cpu_ms)),
        ]
        sections.append(Section(f"a key: {group}", lines))
    return sections


def _of_group(run: dict[str, list[Key]], group: str) -> list[Key]:
    """The keys of a group; an escape belongs to none but that of what it closes."""
    if group == CLOSE:
        return [key for keys in run.values() for key in keys if key.key == "Esc"]
    return [key for key in run.get(group, ()) if key.key not in (*LEADING_TO, "Esc")]


def idle_section(idles: dict[str, list[Idle]], seconds: float) -> Section:
    """The lines of idleness."""

    def by_column(pick: Callable[[Idle], Value]) -> dict[str, Value]:
        return {name: middle([pick(idle) for idle in runs]) for name, runs in idles.items()}

    limits = [Budget(CONSOLE, 0), Budget(PLAYER, 0)]
    most = [Budget(PLAYER, PEAK_MIB)]
    return Section(
        f"idle for {seconds:g} s",
        [
            Line("sent", "bytes", by_column(lambda idle: idle.bytes), limits),
            Line("CPU", "ms", by_column(lambda idle: idle.cpu_ms)),
            Line("wake-ups", "", by_column(lambda idle: idle.wakeups)),
            Line("peak memory, all panes seen", "MiB", {PLAYER: by_column(lambda idle: idle.peak_mib)[PLAYER]}, most),
        ],
    )


def told(link: str) -> str:
    """A link in words."""
    between = Link.parse(link)
    if not between.rtt:
        return "no link between"
    return f"{1000 * between.rtt:g} ms" + (f" and {between.kbps:g} kbit/s" if between.kbps else "")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for and print it; the exit code is 0 also where a budget is passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="fewer runs and shorter waits: a look, not a figure to quote")
    add("--runs", type=int, help="recorded cold starts of each program (7, quick: 2)")
    add("--size", default="120x36", help="columns x rows (120x36)")
    add(
        "--link",
        default="0",
        metavar="RTT_MS[:KBPS[:OVERHEAD]]",
        help="simulate a link, for example 200ms,64kbit or 150:64:90",
    )
    add("--plain", action="store_true", help="play an older terminal: no Kitty keys, no synchronised frames")
    add("--ticket", action="store_true", help="only play one ticket, from the launch to the audit link")
    add("--soak", type=int, default=0, metavar="N", help="only make N look-ups in one console, and watch its memory")
    add("--profile", action="store_true", help="only print where the CPU of each kind of key goes")
    args = parser.parse_args(argv)

    columns, rows = map(int, args.size.split("x"))
    options = Options((columns, rows), link=Link.parse(args.link), modern=not args.plain)
    runs = args.runs or (2 if args.quick else 7)
    seconds = 3.0 if args.quick else 10.0
    print("starting the embedded backend with the demo world", file=sys.stderr)
    with TemporaryDirectory(prefix="kraty-bench-") as name, demo(Path(name)) as world:
        if args.ticket or args.soak:
            section = soak(world, options, args.soak).section(CONSOLE) if args.soak else None
            print(table((CONSOLE,), [section or play_ticket(world, options).section(told(args.link), CONSOLE)]))
            return 0
        those = programs(world)
        if args.profile:
            for program in those:
                if program.keys:
                    columns, section = measure_profile(program, options, CLOSE).section()
                    print(table(columns, [replace(section, heading=f"{program.name}: {section.heading}")]), end="\n\n")
            return 0
        pressed = [program for program in those if program.keys]
        found, missing = others(Path(name) / "others")
        starts = in_turn("start", [*those, *found], runs, lambda program: measure_start(program, options))
        alive = in_turn(
            "launch", programs_with_keys_at_launch(those), runs, lambda program: measure_alive(program, options)
        )
        keys = in_turn(
            "keys", [*pressed, *found], 1 if args.quick else 3, lambda program: measure_keys(program, options), 0
        )
        rested = [*(replace(each, setup=ALL_PANES) if each.name == PLAYER else each for each in those[1:]), *found]
        idles = in_turn("idle", rested, 1, lambda program: measure_idle(program, options, seconds), warmup=0)
        imported = [program for program in those if program.name in (TEXTUAL, PLAYER)]
        imports = in_turn("imports", imported, 3, lambda program: measure_imports(program, options), warmup=0)
        pressed_meanwhile = measure_slow(world, options)
        headless = measure_headless(world, 3 if args.quick else 9)
        lookups = measure_lookups(world, 30 if args.quick else 200)
    sections = [start_section(starts, alive), *key_sections(keys), idle_section(idles, seconds)]
    print(table(COLUMNS, sections))
    print()
    print(table(*import_sections(imports, PLAYER)))
    print()
    meanwhile = slow_section(pressed_meanwhile)
    print(table((MOVING, TYPING_MEANWHILE), [meanwhile]))
    print()
    print(table((SMALL, LARGE), [lookups.section()]))
    print()
    print(table(HEADLESS_COLUMNS, [headless_section(headless)]))
    print()
    targets = targets_section(
        [
            *key_targets((MOVE, PAGE, PANE, TYPING), _of_group, keys[PLAYER], keys[TABLE]),
            *dialog_targets((DIALOG, PALETTE, HELP), _of_group, keys[PLAYER], starts[TEXTUAL]),
            *start_targets(starts[CONSOLE], starts[TEXTUAL], alive[CONSOLE], alive[TEXTUAL]),
            *loading_targets(pressed_meanwhile),
            *other_targets(lookups, headless),
        ]
    )
    print(table((RATIO,), [targets]))
    print()
    compared = [TEXTUAL, TABLE, PLAYER, *(program.name for program in found)]
    print(table(compared, [beside(compared, starts, keys, idles)]))
    if missing:
        print(f"not installed, so not beside it: {', '.join(missing)}")
    over = sum(line.is_over for section in [*sections, meanwhile, lookups.section(), targets] for line in section.lines)
    print(f"\n{over} over budget" if over else "\nall within budget")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
